"""Reminders as they are read: one at its time, several that were missed, each late one with how late and why."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aiogram.utils.formatting import Bold, TextLink

from crm.answers import Answer, Button
from crm.deliveries import UNDELIVERED, Delivery
from crm.lateness import Downtime, lateness, why_late
from crm.people import ChatKind
from crm.reasons import Why
from handlers.pressed_reminders import rows_of, rows_of_several, shortened
from handlers.private import title_for
from handlers.task_notices import TASK_NOTICES
from handlers.texts import formatted, moment_words, ngettext
from handlers.texts import gettext as _
from handlers.visibility import visibility_question

LINE = 150  # characters of each of several


def gap_notice(delivery: Delivery) -> Answer:
    """Telegram forgets what nobody fetches for a day."""
    hour = datetime.fromisoformat(delivery.text).astimezone(delivery.actor.zone)
    return Answer(
        _(
            "I was away for long. What was written to me before {moment} may not have arrived."
            " Please send again what still matters."
        ).format(moment=moment_words(hour))
    )


def undelivered_notice(delivery: Delivery) -> Answer:
    """To whoever assigned a task, when its reminder reached nobody."""
    who, title = (*delivery.text.split("\n", 1), "")[:2]
    text, entities = formatted(
        _("I could not remind {name}: they have not started a chat with me, or have blocked me.").format(
            name=who
        ),
        "\n",
        f"#{delivery.task_number} ",
        Bold(title),
    )
    open_it = Button(_("Open the task"), data=f"t:{delivery.task_id}:card")
    return Answer(text, entities, buttons=((open_it,),))


NOTICES: dict[str, Callable[[Delivery], Answer]] = {
    "visibility": visibility_question,
    "gap": gap_notice,
    "gap_here": gap_notice,
    UNDELIVERED: undelivered_notice,
    **TASK_NOTICES,
}


def reminder_message(delivery: Delivery, now: datetime, downtime: Downtime | None = None) -> Answer:
    """What arrives at the time; a late one says how late and why. A notice has words of its own. A task's title may
    have been changed in private since, so a group reads it without phones; a reminder's own words were said there.
    In a group it is said whom it is for."""
    if delivery.notice is not None:
        told = NOTICES[delivery.notice](delivery)
        return replace(told, text=told.text + "".join(_stands_in(delivery)))
    late = lateness(delivery, now)
    why = ["\n", late_words(late, why_late(delivery, downtime))] if late is not None else []
    again = [_("Again:"), " "] if delivery.nag else []
    text, entities = formatted(
        "⏰ ", *_mention(delivery), *again, *_what(delivery), *why, *_stands_in(delivery)
    )
    return Answer(text, entities, buttons=rows_of(delivery))


def reminders_message(
    deliveries: Sequence[Delivery], now: datetime, downtime: Downtime | None = None
) -> Answer:
    """Several that one person missed: a line for each, and buttons that leave the message as it is."""
    count = len(deliveries)
    head = ngettext("{count} reminder comes late", "{count} reminders come late", count).format(count=count)
    lines: list[object] = []
    for delivery in deliveries:
        late = lateness(delivery, now) or timedelta(0)
        lines += [
            "\n• ", *_what(delivery, LINE), " – ", late_words(late, why_late(delivery, downtime))
        ]  # fmt: skip
    text, entities = formatted("⏰ ", *_mention(deliveries[0]), head, *lines, *_stands_in(deliveries[0]))
    return Answer(text, entities, buttons=rows_of_several(deliveries))


def _what(delivery: Delivery, limit: int | None = None) -> list[object]:
    number = f"#{delivery.task_number} " if delivery.task_number else ""
    reader = delivery.stand_in or delivery.actor
    words = title_for(delivery.text, reader) if delivery.task_number else delivery.text
    return [number, Bold(words if limit is None else shortened(words, limit))]


def _mention(delivery: Delivery) -> list[object]:
    actor = delivery.actor
    if actor.chat_kind is ChatKind.PRIVATE or delivery.stand_in is not None:
        return []
    return [TextLink(actor.display_name, url=f"tg://user?id={actor.telegram_user_id}"), ", "]


def _stands_in(delivery: Delivery) -> list[str]:
    if delivery.stand_in is None:
        return []
    return ["\n", _("For {name}, who is away").format(name=delivery.actor.display_name)]


def late_words(late: timedelta, why: str | None) -> str:
    """How late in the largest unit that is not too coarse, and why."""
    minutes = max(1, int(late.total_seconds() // 60))
    if minutes < 120:
        said = ngettext("{count} minute late", "{count} minutes late", minutes).format(count=minutes)
    elif minutes < 48 * 60:
        hours = minutes // 60
        said = ngettext("{count} hour late", "{count} hours late", hours).format(count=hours)
    else:
        days = minutes // (24 * 60)
        said = ngettext("{count} day late", "{count} days late", days).format(count=days)
    return f"{said}: {reason_words(why)}"


def reason_words(why: str | None) -> str:
    words: dict[str, str] = {
        Why.NOT_RUNNING: _("the bot was not running"),
        Why.SILENT: _("Telegram did not answer"),
        Why.ASKED_TO_WAIT: _("Telegram asked this chat to wait"),
        Why.REFUSED: _("Telegram refused the message"),
        Why.BLOCKED: _("I could not write to you"),
        Why.NO_CHAT: _("I could not write to you"),
        Why.QUIET: _("waited for the end of your quiet hours"),
        Why.DAY_OFF: _("waited for your working day"),
        Why.AWAY: _("waited while you were away"),
        Why.PASSED_ON: _("the task was given to you after its time"),
    }
    return words.get(why or "", _("there was much to send"))
