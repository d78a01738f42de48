"""Deliveries in Telegram: the message at its time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.deliveries import Deliveries, Delivery, Held, Passed, lateness
from crm.errors import Removed
from crm.presence import Presence
from crm.quiet import Why
from handlers.answers import send_text
from handlers.private import title_for
from handlers.task_notices import TASK_NOTICES
from handlers.texts import formatted, ngettext, speaking
from handlers.texts import gettext as _
from handlers.visibility import visibility_question

Clock = Callable[[], datetime]
log = structlog.get_logger()
NOTICES: dict[str, Callable[[Delivery], Answer]] = {"visibility": visibility_question, **TASK_NOTICES}


def reminder_message(delivery: Delivery, now: datetime) -> Answer:
    """What arrives at the time; a late one says how late and why. A notice has words of its own. A task's title may
    have been changed in private since, so a group reads it without phones; a reminder's own words were said there."""
    if delivery.notice is not None:
        return NOTICES[delivery.notice](delivery)
    number = f"#{delivery.task_number} " if delivery.task_number else ""
    words = (
        title_for(delivery.text, delivery.stand_in or delivery.actor)
        if delivery.task_number
        else delivery.text
    )
    why = [f"\n{line}" for line in why_lines(delivery, now)]
    text, entities = formatted("⏰ ", number, Bold(words), *why)
    button = (
        Button(_("Done"), data=f"done:{delivery.task_id}")
        if delivery.task_id
        else Button(_("Got it"), data=f"ack:{delivery.id}")
    )
    return Answer(text, entities, buttons=((button,),))


def why_lines(delivery: Delivery, now: datetime) -> list[str]:
    """Why it comes only now, and why to whoever reads it."""
    lines = []
    if delivery.stand_in is not None:
        lines.append(_("For {name}, who is away").format(name=delivery.actor.display_name))
    if delivery.waited is not None:
        lines.append(waited_words(Why(delivery.waited)))
    elif (late := lateness(delivery, now)) is not None:
        lines.append(late_words(late))
    return lines


def waited_words(why: Why) -> str:
    return {
        Why.QUIET: _("Waited for the end of your quiet hours"),
        Why.DAY_OFF: _("Waited for your working day"),
        Why.AWAY: _("Waited while you were away"),
    }[why]


def late_words(late: timedelta) -> str:
    minutes = int(late.total_seconds() // 60)
    if minutes < 120:
        return ngettext(
            "{count} minute late: the bot was not running",
            "{count} minutes late: the bot was not running",
            minutes,
        ).format(count=minutes)
    hours = minutes // 60
    return ngettext(
        "{count} hour late: the bot was not running", "{count} hours late: the bot was not running", hours
    ).format(count=hours)


async def deliver(
    bot: Bot, delivery: Delivery, *, deliveries: Deliveries, presence: Presence, clock: Clock
) -> None:
    """Send one leased delivery and mark it. A blocked user is skipped, any other refusal is tried again later."""
    try:
        if not await presence.lasts(delivery.actor):
            log.info("reminder_not_sent", delivery=delivery.id, reason="the recipient has left the group")
            return  # skipped with all of theirs, as they were marked gone
        outcome = await deliveries.ready(delivery, clock())
        if isinstance(outcome, Passed):
            log.info("reminder_not_sent", delivery=delivery.id, reason=outcome.reason)
            await deliveries.skipped(delivery, outcome.reason)
            return
        if isinstance(outcome, Held):
            await deliveries.held(delivery, outcome)
            return
    except Removed:
        log.info("reminder_not_sent", delivery=delivery.id, reason="the recipient is no longer of the team")
        return
    delivery = outcome.delivery
    to = delivery.stand_in or delivery.actor
    with speaking(to.language):
        message = reminder_message(delivery, clock())
    try:
        thread_id = None if delivery.stand_in else delivery.thread_id
        sent = await send_text(bot, to.telegram_chat_id, thread_id, message)
    except TelegramForbiddenError:
        await deliveries.skipped(delivery, "the bot is blocked")
    except TelegramBadRequest as refused:
        gone = "chat not found" in refused.message
        await deliveries.failed(delivery, refused.message[:200], clock(), for_good=gone)
    except TelegramAPIError as fault:
        await deliveries.failed(delivery, type(fault).__name__, clock(), for_good=False)
    else:
        await deliveries.sent(delivery, sent, clock())
