"""Cards of reminders that are still to come: the list, one of them, and what became of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.people import Actor
from crm.reminder_edits import Field
from crm.reminder_lists import Listed, ReminderPage, Turn
from handlers.private import title_for
from handlers.reminders import most_words
from handlers.repeats import rule_words
from handlers.task_cards import lead_words, nag_words
from handlers.texts import formatted, length_words, moment_words
from handlers.texts import gettext as _

Rows = tuple[tuple[Button, ...], ...]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAGS, MOST = (5, 15, 30, 60), (3, 5, 10)  # minutes between them, and how many


def reminder_list(page: ReminderPage, actor: Actor) -> Answer:
    """The lines, a button for each card, and pages."""
    if not page.items:
        return Answer(_("No reminders are to come. Ask for one: /remind in 20 minutes call Anna"))
    parts: list[object] = [Bold(_("Reminders to come"))]
    for number, listed in enumerate(page.items, 1):
        parts += ["\n", f"{number}. {_when(listed, actor)} · {_title(listed, actor)}"]
    text, entities = formatted(*parts)
    opens = [Button(str(number), data=f"rc:{one.id}") for number, one in enumerate(page.items, 1)]
    turns = [(page.items[0], "b", "‹", page.has_before), (page.items[-1], "a", "›", page.has_after)]
    steps = tuple(
        Button(sign, data=_turn(actor, way, edge)) for edge, way, sign, is_there in turns if is_there
    )
    rows = tuple(tuple(opens[at : at + 4]) for at in range(0, len(opens), 4))
    return Answer(text, entities, buttons=(*rows, steps) if steps else rows)


def _turn(actor: Actor, way: str, edge: Listed) -> str:
    """After ("a") or before ("b") the place of a reminder; its moment in microseconds, or p while it is paused."""
    at = "p" if edge.next_at is None else str((edge.next_at - EPOCH) // timedelta(microseconds=1))
    return f"rl:{actor.telegram_user_id}:{way}:{at}:{edge.id}"


def turn_of(data: str) -> Turn | None:
    """What such a button says; None for the first page."""
    _rl, _whose, way, *place = data.split(":")
    if not place:
        return None
    at, reminder_id = place
    next_at = None if at == "p" else EPOCH + timedelta(microseconds=int(at))
    return Turn(next_at, int(reminder_id), back=way == "b")


def listed_card(listed: Listed, actor: Actor) -> Answer:
    """One reminder, with all that may be done about it."""
    text, entities = formatted(
        "⏰ ", Bold(_title(listed, actor)), *("\n" + line for line in _lines(listed, actor))
    )
    return Answer(text, entities, buttons=_rows(listed, actor), edit=True)


def edited_card(after: Listed, actor: Actor) -> Answer:
    """A reminder of a task is made anew with its task, so there the list is what to look at."""
    if not after.hangs_on_task:
        return replace(listed_card(after, actor), edit=False)
    back = Button(_("‹ All reminders"), data=f"rl:{actor.telegram_user_id}:0")
    open_it = Button(_("Open"), data=f"t:{after.reminder.task_id}:open")
    return Answer(_("Changed: {title}").format(title=_title(after, actor)), buttons=((open_it, back),))


def deleted_card(gone: Listed, actor: Actor) -> Answer:
    undo = Button(_("Undo"), data=f"rc:{gone.id}:back")
    back = Button(_("‹ All reminders"), data=f"rl:{actor.telegram_user_id}:0")
    text = _("No longer to come: {title}").format(title=_title(gone, actor))
    return Answer(text, buttons=((undo, back),), edit=True)


def kept_card(kept: Listed, actor: Actor) -> Answer:
    back = Button(_("‹ All reminders"), data=f"rl:{actor.telegram_user_id}:0")
    text = _("It will come all the same: {title}").format(title=_title(kept, actor))
    return Answer(text, buttons=((back,),), edit=True)


def question_words(field: Field, listed: Listed) -> str:
    if field is Field.TIME and listed.hangs_on_task:
        return _("How long before? For example: 2 hours before")
    return {
        Field.TEXT: _("What shall I say instead of “{text}”?"),
        Field.TIME: _("When shall I remind you of “{text}”? For example: tomorrow 15:00"),
        Field.REPEAT: _("How often shall “{text}” come? For example: every Monday, or never"),
    }[field]


def text_of(listed: Listed, actor: Actor) -> str:
    return title_for(listed.reminder.text, actor) if listed.task_number else listed.reminder.text


def _title(listed: Listed, actor: Actor) -> str:
    number = f"#{listed.task_number} " if listed.task_number else ""
    return number + text_of(listed, actor)


def _when(listed: Listed, actor: Actor) -> str:
    if listed.is_paused or listed.next_at is None:
        return _("paused")
    said = moment_words(listed.next_at.astimezone(ZoneInfo(actor.timezone)))
    return f"{said} 🔁" if listed.reminder.rrule else said


def _lines(listed: Listed, actor: Actor) -> list[str]:
    reminder = listed.reminder
    lines = [_when(listed, actor)]
    if listed.before is not None:
        lines.append(lead_words(listed.before))
    if reminder.rrule is not None:
        lines.append("🔁 " + rule_words(reminder.rrule, reminder.due))
    if reminder.nag_minutes is not None:
        lines.append("🔔 " + nag_words(reminder.nag_minutes) + ", " + most_words(reminder.nag_limit))
    if reminder.urgent:
        lines.append("🚩 " + _("urgent, in quiet hours too"))
    return lines


def _rows(listed: Listed, actor: Actor) -> Rows:
    def button(text: str, *what: str) -> Button:
        return Button(text, data=":".join((f"rc:{listed.id}", *what)))

    reminder, mine = listed.reminder, listed.reminder.task_id is None
    rest = button(_("Resume"), "resume") if listed.is_paused else button(_("Pause"), "pause")
    edits = (
        *((button(_("Text"), "text"),) if mine else ()),
        button(_("Time"), "time"),
        *((button(_("Repeat"), "repeat"),) if mine else ()),
    )
    rows = [(rest, button(_("Delete"), "del")), edits]
    if not listed.hangs_on_task:
        rows += _nag_rows(listed, button)
    back = Button(_("‹ All reminders"), data=f"rl:{actor.telegram_user_id}:0")
    opens = () if mine else (Button(_("Open"), data=f"t:{reminder.task_id}:open"),)
    return (*rows, (*opens, back))


def _nag_rows(listed: Listed, button: Callable[..., Button]) -> list[tuple[Button, ...]]:
    """How often it is said again, and how many times at most."""
    reminder = listed.reminder
    every = [
        button(_chosen(said, one == reminder.nag_minutes), "nag", str(one), str(reminder.nag_limit))
        for one in NAGS
        for said in [_("again in {length}").format(length=length_words(one * 60))]
    ]
    if reminder.nag_minutes is None:
        return [tuple(every[:2]), tuple(every[2:])]
    once = button(_("say it once"), "nag", "none", str(reminder.nag_limit))
    most = tuple(
        button(
            _chosen(most_words(one), one == reminder.nag_limit), "nag", str(reminder.nag_minutes), str(one)
        )
        for one in MOST
    )
    return [tuple(every[:2]), tuple(every[2:]), most, (once,)]


def _chosen(text: str, is_chosen: bool) -> str:
    return f"✓ {text}" if is_chosen else text
