"""Task cards: what was understood, a line for each thing said, and a button for each thing that may be changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aiogram.utils.formatting import Bold, Italic, TextLink

from crm.answers import Answer, Button
from crm.hours import Absence
from crm.people import Actor, ChatKind
from crm.tasks import Completed, Priority, Reading, Status, Task, as_read
from handlers.private import name_for, title_for
from handlers.repeats import repeat_words
from handlers.task_buttons import Rows, closed_row, mark, start_button
from handlers.texts import due_words, formatted, length_words, moment_words, ngettext
from handlers.texts import gettext as _

DESCRIPTION = 300  # characters of a description on a card


def saved_answer(tasks: Sequence[Task], actor: Actor, message_id: int | None = None) -> Answer:
    """One saved task is its card; several are a list with a button to take all of them back."""
    if len(tasks) == 1:
        return task_card(tasks[0], actor)
    head = ngettext("{count} task saved", "{count} tasks saved", len(tasks)).format(count=len(tasks))
    parts: list[object] = [Bold(head)]
    for task in tasks:
        parts += [
            "\n",
            f"#{task.number} ",
            title_for(task.title, actor),
            *(f" · {line}" for line in about(task, actor)[:1]),
        ]
    text, entities = formatted(*parts)
    numbers = [done_button(task, f"✓ {task.number}") for task in tasks[:20]]
    rows = tuple(tuple(numbers[at : at + 5]) for at in range(0, len(numbers), 5))
    undo = ((Button(_("Take all back"), data=f"m:{message_id}:undo"),),) if message_id is not None else ()
    unmet = {task.unmet: task for task in tasks if task.unmet is not None}
    starts = tuple((start_button(task, actor),) for task in unmet.values())
    text += "".join("\n\n" + unmet_words(name) for name in unmet)
    absences = {task.absence: None for task in tasks if task.absence is not None}
    text += "".join("\n\n" + absence_words(absence, actor) for absence in absences)
    unwanted = dict.fromkeys(unwanted_words(task, actor) for task in tasks if task.is_unwanted_call)
    text += "".join("\n\n" + said for said in unwanted)
    return Answer(text, entities, buttons=(*rows, *starts, *undo))


def with_left(answer: Answer, left: Sequence[Task], actor: Actor) -> Answer:
    """The answer to an edit that took lines away: their tasks stay, each with a button to take it back."""
    lines = [f"#{task.number} {title_for(task.title, actor)}" for task in left]
    said = _("No longer in your message, and kept all the same:")
    buttons = [
        Button(_("Take back #{number}").format(number=task.number), data=mark(task, "undo"))
        for task in left[:20]
    ]
    rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    return replace(answer, text="\n".join([answer.text, "", said, *lines]), buttons=(*answer.buttons, *rows))


def taken_back_card(tasks: Sequence[Task], actor: Actor) -> Answer:
    """What was taken back, each with a way to have it again."""
    lines = [f"#{task.number} {title_for(task.title, actor)}" for task in tasks]
    text, entities = formatted(_("Taken back"), *(part for line in lines for part in ("\n", line)))
    again = [
        Button(_("Keep #{number}").format(number=task.number), data=f"t:{task.id}:back")
        for task in tasks[:20]
    ]
    return Answer(
        text, entities, buttons=tuple(tuple(again[at : at + 3]) for at in range(0, len(again), 3)), edit=True
    )


def task_card(
    task: Task, actor: Actor, *, edit: bool = False, buttons: Rows | None = None, head: str | None = None
) -> Answer:
    """A task with its buttons, under `head` if there is one; a phone in it stays out of groups (DESIGN §2.8)."""
    lines = about(task, actor)
    if task.status is not Status.NOT_STARTED:
        lines.append(status_words(task.status))
    text, entities = formatted(
        *((Italic(head), "\n") if head else ()),
        "#",
        str(task.number),
        " ",
        Bold(title_for(task.title, actor)),
        *(part for line in lines for part in ("\n", line)),
        *_beside(task, actor),
    )
    rows = _rows(task, actor) if buttons is None else buttons
    if task.readings and buttons is None:
        text += "\n\n" + _("Did you mean something else?")
    if task.unmet is not None:
        text += "\n\n" + unmet_words(task.unmet)
        rows = (*rows, (start_button(task, actor),))
    if task.absence is not None:
        text += "\n\n" + absence_words(task.absence, actor)
    if task.is_unwanted_call:
        text += "\n\n" + unwanted_words(task, actor)
    return Answer(text, entities, buttons=rows, edit=edit)


def about(task: Task, actor: Actor) -> list[str]:
    """A line for each field that is set."""
    lines = []
    if task.due is not None:
        lines.append("📅 " + _when(task, actor))
    if task.rrule:
        lines.append("🔁 " + repeat_words(task))
    if said := reminding_words(task):
        lines.append("⏰ " + said)
    if task.assignee_id not in (None, actor.member_id) and task.assignee_name:
        lines.append("👤 " + task.assignee_name)
    if task.contact_name:
        lines.append("📇 " + name_for(task.contact_name, actor))
    if task.phone and actor.chat_kind is ChatKind.PRIVATE:
        lines.append("☎ " + task.phone)
    if task.priority is not Priority.NORMAL:
        lines.append("🚩 " + priority_words(task.priority))
    if task.labels:
        lines.append("🏷 " + " ".join(f"#{label}" for label in task.labels))
    return lines


def _beside(task: Task, actor: Actor) -> list[object]:
    """What hangs on a task: the message it is about, how much of each, and in private what was written."""
    parts: list[object] = []
    if task.source_url is not None:
        parts += ["\n🔗 ", TextLink(_("the message"), url=task.source_url)]
    counts = task.counts
    told = [
        f"☑ {counts.ticked}/{counts.items}" if counts.items else "",
        f"💬 {counts.comments}" if counts.comments else "",
        f"📎 {counts.files}" if counts.files else "",
        f"👁 {counts.watchers}" if counts.watchers else "",
    ]
    if any(told):
        parts += ["\n", " · ".join(one for one in told if one)]
    if actor.chat_kind is ChatKind.PRIVATE:
        if task.description:
            parts += ["\n\n", cut(task.description, DESCRIPTION)]
        if task.result:
            parts += ["\n\n", _("Result: {text}").format(text=cut(task.result, DESCRIPTION))]
    return parts


def cut(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def unmet_words(name: str) -> str:
    return _(
        "{name} has not opened a chat with me yet. Press the button below once, and I will remind you."
    ).format(name=name)


def absence_words(absence: Absence, actor: Actor) -> str:
    """To whoever gives a task to somebody who is away."""
    date = moment_words(absence.until.astimezone(actor.zone))
    if absence.substitute is not None:
        return _("{name} is away until {date}; {substitute} stands in.").format(
            name=absence.name, date=date, substitute=absence.substitute
        )
    return _("{name} is away until {date} and will hear of it then.").format(name=absence.name, date=date)


def unwanted_words(task: Task, actor: Actor) -> str:
    return "🚫 " + _("{name} asked not to be called.").format(name=name_for(task.contact_name or "", actor))


def done_card(done: Completed, actor: Actor) -> Answer:
    """A closed task, what comes next in its series, and what may still be said of it."""
    task = done.task
    sign = "✓ " if task.status is Status.COMPLETED else ""
    text, entities = formatted(
        f"{sign}#", str(task.number), " ", Bold(title_for(task.title, actor)), "\n", status_words(task.status)
    )
    if done.next_one is not None and done.next_one.due is not None:
        text += "\n" + _("Next: {date}, task #{number}").format(
            date=due_words(done.next_one.due), number=done.next_one.number
        )
    toast = _("Done") if task.status is Status.COMPLETED else _("Canceled")
    return Answer(text, entities, buttons=(closed_row(task),), edit=True, toast=toast)


def reminding_words(task: Task) -> str:
    """When it reminds, where that is another moment than its due, and how often it does so again."""
    if task.due is None:
        return ""
    leads = [lead_words(before) for before in task.rings if before or task.chosen_reminders]
    if task.chosen_reminders and not task.reminders:
        return _("no reminders")
    said = ", ".join(leads)
    if task.nag_minutes and task.rings:
        said = " · ".join(part for part in (said, nag_words(task.nag_minutes)) if part)
    return said


def nag_words(minutes: int) -> str:
    """How often it is said again until it is seen."""
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("again every hour until seen", "again every {count} hours until seen", hours).format(
            count=hours
        )
    return ngettext(
        "again every minute until seen", "again every {count} minutes until seen", minutes
    ).format(count=minutes)


def lead_words(before: timedelta) -> str:
    """How long before: "1 day before", "15 min before"."""
    minutes = int(before.total_seconds() // 60)
    if minutes == 0:
        return _("at the time")
    if minutes % 1440 == 0:
        days = minutes // 1440
        return ngettext("{count} day before", "{count} days before", days).format(count=days)
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("{count} hour before", "{count} hours before", hours).format(count=hours)
    return ngettext("{count} minute before", "{count} minutes before", minutes).format(count=minutes)


def status_words(status: Status) -> str:
    return {
        Status.NOT_STARTED: _("not started"),
        Status.IN_PROGRESS: _("in progress"),
        Status.DEFERRED: _("waiting"),
        Status.COMPLETED: _("done"),
        Status.CANCELED: _("canceled"),
    }[status]


def priority_words(priority: Priority) -> str:
    return {
        Priority.LOW: _("low priority"),
        Priority.NORMAL: _("normal priority"),
        Priority.HIGH: _("high priority"),
        Priority.URGENT: _("urgent"),
    }[priority]


def reading_words(task: Task, other: Reading, actor: Actor) -> str:
    """What a button says of another reading: only what is different."""
    meant = as_read(task, other)
    said = []
    if {"due", "start_date"} & other.keys():
        said.append(_when(meant, actor) if meant.due is not None else _("no date"))
    if "rrule" in other:
        said.append(repeat_words(meant) if meant.rrule else _("Does not repeat"))
    if "contact" in other:
        said.append(name_for(str(other["contact"] or _("No contact")), actor))
    if "title" in other:
        said.append(title_for(meant.title, actor))
    return " · ".join(said) or _("as it was written")


def _when(task: Task, actor: Actor) -> str:
    assert task.due is not None  # noqa: S101 - asked by `about` only
    said = due_words(task.due, task.created_at.year)
    if task.start_date is not None and task.start_date != task.due.date:
        said = _("from {start} to {end}").format(
            start=due_words(type(task.due)(task.start_date, None, task.due.tz), task.created_at.year),
            end=said,
        )
    if task.duration_minutes:
        said += " · " + length_words(task.duration_minutes * 60)
    if task.due.time is not None and task.due.tz != actor.timezone:
        said += f" ({task.due.tz})"
    return said


def _rows(task: Task, actor: Actor) -> Rows:
    """Other readings first, then the three things done most; all else is one press away."""
    others = tuple(
        (Button(reading_words(task, other, actor), data=mark(task, "alt", str(number))),)
        for number, other in enumerate(task.readings)
    )
    more = Button(_("More"), data=mark(task, "more"))
    if task.is_closed:
        return (*others, closed_row(task), (more,))
    first = (
        Button(_("Done"), data=mark(task, "done")),
        Button(_("Snooze"), data=mark(task, "snooze")),
        Button(_("Move"), data=mark(task, "move")),
    )
    back = (Button(_("Take back"), data=mark(task, "undo")),) if actor.chat_kind is ChatKind.PRIVATE else ()
    return (*others, first, (more, *back))


def done_button(task: Task, text: str | None = None) -> Button:
    """For lists and reminders, which outlive a card's version; done twice is done once."""
    return Button(text or _("Done"), data=f"done:{task.id}")
