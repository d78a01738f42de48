"""Reminders as they are read: one at its time, several that were missed, each late one with how late and why."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from aiogram.utils.formatting import Bold, TextLink

from crm.answers import Answer, Button
from crm.deliveries import NOT_RUNNING, UNDELIVERED, Delivery, Downtime, Why, lateness, why_late
from crm.people import ChatKind
from crm.quiet import Hold
from crm.tasks.filters import Filter
from handlers.private import title_for
from handlers.task_lists import data_of
from handlers.task_notices import TASK_NOTICES
from handlers.texts import formatted, moment_words, ngettext
from handlers.texts import gettext as _
from handlers.visibility import visibility_question

LINE = 150  # characters of each of several
BUTTONS, IN_A_ROW = 8, 4


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
        return NOTICES[delivery.notice](delivery)
    late = lateness(delivery, now)
    why = ["\n", late_words(late, why_late(delivery, downtime))] if late is not None else []
    if delivery.stand_in is not None:
        why += ["\n", _("For {name}, who is away").format(name=delivery.actor.display_name)]
    text, entities = formatted("⏰ ", *_mention(delivery), *_what(delivery), *why)
    button = (
        Button(_("Done"), data=f"done:{delivery.task_id}")
        if delivery.task_id
        else Button(_("Got it"), data=f"ack:{delivery.id}")
    )
    return Answer(text, entities, buttons=((button,),))


def reminders_message(
    deliveries: Sequence[Delivery], now: datetime, downtime: Downtime | None = None
) -> Answer:
    """Several that one person missed: a line for each, a button for each task, and the way to the list."""
    count = len(deliveries)
    head = ngettext("{count} reminder comes late", "{count} reminders come late", count).format(count=count)
    lines: list[object] = []
    for delivery in deliveries:
        late = lateness(delivery, now) or timedelta(0)
        lines += [
            "\n• ", *_what(delivery, LINE), " – ", late_words(late, why_late(delivery, downtime))
        ]  # fmt: skip
    text, entities = formatted("⏰ ", *_mention(deliveries[0]), head, *lines)
    of_tasks = {one.task_id: one.task_number for one in deliveries if one.task_id is not None}
    done = [
        Button(f"✓ {number}", data=f"done:{task_id}") for task_id, number in list(of_tasks.items())[:BUTTONS]
    ]
    rows = [tuple(done[at : at + IN_A_ROW]) for at in range(0, len(done), IN_A_ROW)]
    if of_tasks and deliveries[0].actor.chat_kind is ChatKind.PRIVATE:
        rows.append((Button(_("Open my tasks"), data=data_of(Filter(mine=True))),))
    return Answer(text, entities, buttons=tuple(rows))


def _what(delivery: Delivery, limit: int | None = None) -> list[object]:
    number = f"#{delivery.task_number} " if delivery.task_number else ""
    words = (
        title_for(delivery.text, delivery.stand_in or delivery.actor)
        if delivery.task_number
        else delivery.text
    )
    if limit is not None and len(words) > limit:
        words = words[: limit - 1] + "…"
    return [number, Bold(words)]


def _mention(delivery: Delivery) -> list[object]:
    actor = delivery.actor
    if actor.chat_kind is ChatKind.PRIVATE or delivery.stand_in is not None:
        return []
    return [TextLink(actor.display_name, url=f"tg://user?id={actor.telegram_user_id}"), ", "]


def late_words(late: timedelta, why: str | None) -> str:
    """How late in the largest unit that is not too coarse, and why."""
    if why in tuple(Hold):
        return waited_words(Hold(why))
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


def waited_words(why: Hold) -> str:
    return {
        Hold.QUIET: _("Waited for the end of your quiet hours"),
        Hold.DAY_OFF: _("Waited for your working day"),
        Hold.AWAY: _("Waited while you were away"),
    }[why]


def reason_words(why: str | None) -> str:
    words = {
        NOT_RUNNING: _("the bot was not running"),
        Why.SILENT: _("Telegram did not answer"),
        Why.ASKED_TO_WAIT: _("Telegram asked this chat to wait"),
        Why.REFUSED: _("Telegram refused the message"),
        Why.BLOCKED: _("I could not write to you"),
        Why.NO_CHAT: _("I could not write to you"),
    }
    return words.get(why or "", _("there was much to send"))
