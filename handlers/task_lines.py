"""Task lines: a task on one line of a list, and the buttons below it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from crm.answers import Button
from crm.people import Actor
from crm.tasks import Status, Task
from crm.tasks.late import is_overdue
from handlers.private import name_for, title_for
from handlers.task_cards import status_words
from handlers.texts import due_words, moment_words, ngettext
from handlers.texts import gettext as _

Rows = tuple[tuple[Button, ...], ...]


def task_line(task: Task, actor: Actor, now: datetime) -> str:
    """Number, title, due, for whom, with whom, its status when it has begun, and whether it is late."""
    told = [f"#{task.number} {title_for(task.title, actor)}"]
    if task.completed_at is not None:
        told.append(_("done on {date}").format(date=moment_words(task.completed_at.astimezone(actor.zone))))
    elif task.due is not None:
        told.append(due_words(task.due, now.astimezone(actor.zone).year))
    told += whose(task, actor)
    if task.status not in (Status.NOT_STARTED, Status.COMPLETED):
        told.append(status_words(task.status))
    if is_overdue(task, now):
        told.append(_("overdue"))
    return " · ".join(told)


def whose(task: Task, actor: Actor) -> list[str]:
    """For whom, unless it is the reader, and with whom."""
    others = task.assignee_name if task.assignee_id not in (None, actor.member_id) else None
    contact = name_for(task.contact_name, actor) if task.contact_name else None
    return [name for name in (others, contact) if name]


def late_words(late: timedelta) -> str:
    """For how long: in minutes, hours or days, whichever is the largest."""
    minutes = max(1, int(late.total_seconds() // 60))
    if minutes < 60:
        return ngettext("{count} minute late", "{count} minutes late", minutes).format(count=minutes)
    if minutes < 24 * 60:
        hours = minutes // 60
        return ngettext("{count} hour late", "{count} hours late", hours).format(count=hours)
    days = minutes // (24 * 60)
    return ngettext("{count} day late", "{count} days late", days).format(count=days)


def open_buttons(tasks: Sequence[Task]) -> Rows:
    """A button with each number, which opens the card."""
    return in_rows([open_button(task) for task in tasks], 5)


def open_button(task: Task) -> Button:
    return Button(f"#{task.number}", data=f"t:{task.id}:open")


def in_rows(buttons: Sequence[Button], width: int) -> Rows:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))
