"""Reminders in Telegram: /remind, and the message at its time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.errors import NoTitle, Removed, ToConfirm
from crm.people import Actor
from crm.presence import Presence
from crm.reminder_edits import ReminderEdits
from crm.reminders import Delivery, Reminder, Reminders, lateness
from crm.updates import Arrival
from handlers.answers import send_text
from handlers.confirmations import answer_confirmation, ask_to_confirm
from handlers.private import title_for
from handlers.questions import REMIND, ask, keep, with_what_was_kept
from handlers.task_notices import TASK_NOTICES
from handlers.texts import due_words, formatted, ngettext, speaking
from handlers.texts import gettext as _
from handlers.visibility import visibility_question
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]
log = structlog.get_logger()
NOTICES: dict[str, Callable[[Delivery], Answer]] = {"visibility": visibility_question, **TASK_NOTICES}


def router() -> Router:
    own = Router(name="reminders")
    own.message.register(create_reminder, Words("remind", "напомни", "напомнить"))
    own.edited_message.register(reread_reminder, Words("remind", "напомни", "напомнить"))
    own.callback_query.register(confirm_reminder, F.data.regexp(r"^remind:(yes|no):\d{1,18}$"))
    own.callback_query.register(take_back_reminder, F.data.regexp(r"^r:\d{1,18}:undo$"))
    own.callback_query.register(acknowledge_reminder, F.data.regexp(r"^ack:\d{1,18}$"))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="reminders answers")
    own.message.register(answer_reminder, AnswerTo(REMIND))
    return own


async def create_reminder(
    message: Message, words: str, actor: Actor, arrival: Arrival, reminders: Reminders, state: FSMContext
) -> Answer:
    await state.clear()
    if not words:
        return await ask(state, REMIND, _("What shall I remind you of, and when?"))
    return await save_or_ask(words, actor, arrival, reminders, state)


async def answer_reminder(
    message: Message, words: str, actor: Actor, arrival: Arrival, reminders: Reminders, state: FSMContext
) -> Answer:
    """What was asked for, with the line it was missing from; its "in an hour" is counted from that line."""
    words, arrival = await with_what_was_kept(state, words, arrival)
    return await save_or_ask(words, actor, arrival, reminders, state)


async def save_or_ask(
    words: str, actor: Actor, arrival: Arrival, reminders: Reminders, state: FSMContext
) -> Answer:
    """Save a line; what is missing or doubtful becomes a question that remembers the line."""
    try:
        return await reminders.create(actor, arrival, words, reminder_card)
    except NoTitle:
        await keep(state, words, arrival)
        return await ask(state, REMIND, _("What shall I remind you of then?"))
    except ToConfirm as doubt:
        return await ask_to_confirm(state, "remind", words, arrival, doubt)


async def reread_reminder(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    reminders: Reminders,
    reminder_edits: ReminderEdits,
    state: FSMContext,
) -> Answer | None:
    """An edit of the message that made a reminder; one that made none may make it now."""
    if not words:
        return None
    try:
        reread = await reminder_edits.reread(actor, arrival, words, reminder_card)
    except ToConfirm as doubt:
        return await ask_to_confirm(state, "remind", words, arrival, doubt)
    return reread or await save_or_ask(words, actor, arrival, reminders, state)


async def confirm_reminder(
    query: CallbackQuery,
    actor: Actor,
    arrival: Arrival,
    reminders: Reminders,
    reminder_edits: ReminderEdits,
    state: FSMContext,
) -> Answer:
    async def save(said: Arrival, words: str) -> Answer:
        changed = await reminder_edits.reread(actor, said, words, reminder_card, confirmed=True)
        return changed or await reminders.create(actor, said, words, reminder_card, confirmed=True)

    return await answer_confirmation(query, arrival, state, save)


async def take_back_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminders: Reminders, clock: Clock
) -> Answer:
    reminder_id = int(str(query.data).split(":")[1])
    taken_back = Answer(_("Taken back: no reminder will come."), edit=True)
    return await reminders.take_back(actor, arrival, reminder_id, clock(), lambda _none: taken_back)


async def acknowledge_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminders: Reminders, clock: Clock
) -> Answer:
    delivery_id = int(str(query.data).split(":")[1])
    return await reminders.acknowledge(
        actor, arrival, delivery_id, clock(), lambda _none: Answer(toast=_("Good"))
    )


def reminder_card(reminder: Reminder) -> Answer:
    text, entities = formatted(
        _("I will remind you"), "\n", Bold(reminder.text), "\n", due_words(reminder.due)
    )
    return Answer(text, entities, buttons=((Button(_("Take back"), data=f"r:{reminder.id}:undo"),),))


def reminder_message(delivery: Delivery, now: datetime) -> Answer:
    """What arrives at the time; a late one says how late and why. A notice has words of its own. A task's title may
    have been changed in private since, so a group reads it without phones; a reminder's own words were said there."""
    if delivery.notice is not None:
        return NOTICES[delivery.notice](delivery)
    number = f"#{delivery.task_number} " if delivery.task_number else ""
    words = title_for(delivery.text, delivery.actor) if delivery.task_number else delivery.text
    late = lateness(delivery, now)
    why = ["\n", late_words(late)] if late is not None else []
    text, entities = formatted("⏰ ", number, Bold(words), *why)
    button = (
        Button(_("Done"), data=f"done:{delivery.task_id}")
        if delivery.task_id
        else Button(_("Got it"), data=f"ack:{delivery.id}")
    )
    return Answer(text, entities, buttons=((button,),))


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
    bot: Bot, delivery: Delivery, *, reminders: Reminders, presence: Presence, clock: Clock
) -> None:
    """Send one leased delivery and mark it. A blocked user is skipped, any other refusal is tried again later."""
    try:
        if not await presence.lasts(delivery.actor):
            log.info("reminder_not_sent", delivery=delivery.id, reason="the recipient has left the group")
            return  # skipped with all of theirs, as they were marked gone
        if not await reminders.still_ours(delivery):
            log.info(
                "reminder_not_sent", delivery=delivery.id, reason="done, taken over or deleted meanwhile"
            )
            await reminders.skipped(delivery, "no longer due")
            return
    except Removed:
        log.info("reminder_not_sent", delivery=delivery.id, reason="the recipient is no longer of the team")
        return
    with speaking(delivery.actor.language):
        message = reminder_message(delivery, clock())
    try:
        sent = await send_text(bot, delivery.actor.telegram_chat_id, delivery.thread_id, message)
    except TelegramForbiddenError:
        await reminders.skipped(delivery, "the bot is blocked")
    except TelegramBadRequest as refused:
        gone = "chat not found" in refused.message
        await reminders.failed(delivery, refused.message[:200], clock(), for_good=gone)
    except TelegramAPIError as fault:
        await reminders.failed(delivery, type(fault).__name__, clock(), for_good=False)
    else:
        await reminders.sent(delivery, sent, clock())
