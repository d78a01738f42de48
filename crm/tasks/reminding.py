"""Reminding of a task: which reminders it has, by what was asked for and by its assignee's settings."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from crm.activity import Activity
from crm.errors import N_, BadInput
from crm.grammar.dates import Due
from crm.people import Actor
from crm.reminders import Heard, NewReminder
from crm.storage import Unit
from crm.tasks.entities import Priority, Task
from crm.updates import Arrival

REMINDING = frozenset(
    {"due", "reminders", "chosen_reminders", "nag_minutes", "assignee_id", "title", "priority", "task_type"}
)
"""The fields on which a task's reminders hang."""
AT_THE_TIME = timedelta(0)
CHANGED = "the task changed"


@dataclass(frozen=True, slots=True)
class Habits:
    """When a person's tasks remind unless they say otherwise, as how long before: of those with a time, of meetings
    as well, of those for a day, which counts from the start of the working day."""

    timed: tuple[timedelta, ...] = (AT_THE_TIME,)
    meetings: tuple[timedelta, ...] = (timedelta(minutes=15),)
    days: tuple[timedelta, ...] = (AT_THE_TIME,)
    workday_starts: time = time(9)


async def set_reminders(unit: Unit, task: Task, actor: Actor, arrival: Arrival) -> Task:
    """Make the task's pending reminders what its due now asks for; the task with those that are still ahead. One
    that was paused stays so, and one whose moment came before it could be sent, or that is being said again, goes to
    whoever does the task now."""
    if task.due is None:
        await unit.reminders.drop_for_task(task.id, CHANGED)
        return replace(task, rings=())
    recipient_id = task.assignee_id or actor.member_id
    habits = await unit.reminders.habits(recipient_id)
    heard = Heard(task.title, recipient_id, urgent=task.priority is Priority.URGENT)
    due_at = {before: earlier(start(task.due, habits), before) for before in sorted(leads(task, habits))}
    rings = {before: due for before, due in due_at.items() if is_ahead(due, task, arrival.sent_at)}
    passed = {before: due for before, due in due_at.items() if before not in rings}
    paused = await unit.reminders.drop_for_task(
        task.id, CHANGED, passed=passed, heard=heard, now=arrival.sent_at
    )
    await unit.reminders.follow_task(task.id, heard)
    for number, (before, due) in enumerate(rings.items()):
        new = NewReminder(
            text=task.title,
            due=due,
            task_id=task.id,
            recipient_id=task.assignee_id,
            before=before,
            urgent=task.priority is Priority.URGENT,
            nag_minutes=task.nag_minutes if number == 0 else None,  # the last one before the due
            is_paused=before in paused,
        )
        await unit.reminders.add(new, actor, arrival)
    return replace(task, rings=tuple(rings))


async def add_own_reminder(unit: Unit, actor: Actor, arrival: Arrival, task: Task, due: Due | None) -> Task:
    """A reminder of a task at a moment of its own; a day alone is the start of the working day. Raises BadInput."""
    if due is None:
        raise BadInput(N_("I can't read that. Type it like this: 2 hours before, or tomorrow 9:00"))
    recipient_id = task.assignee_id or actor.member_id
    then = start(due, await unit.reminders.habits(recipient_id))
    if then.at is None or then.at <= arrival.sent_at:
        raise BadInput(N_("That time has already passed. Choose a later one."))
    new = NewReminder(
        text=task.title,
        due=then,
        task_id=task.id,
        recipient_id=recipient_id,
        before=None,
        urgent=task.priority is Priority.URGENT,
    )
    added = await unit.reminders.add(new, actor, arrival)
    await unit.activity.add(
        Activity(
            "created",
            "reminder",
            added.id,
            actor_member_id=actor.member_id,
            changes={"text": new.text, "due": f"{then.date} {then.time:%H:%M}"},
        )
    )
    return task


def leads(task: Task, habits: Habits) -> set[timedelta]:
    """How long before its due a task is to remind. A meeting that says so itself needs no other warning."""
    asked = set(task.reminders)
    if task.chosen_reminders:
        return asked
    if task.due is not None and task.due.time is None:
        return asked | {*habits.days}
    warned = set(habits.meetings) if task.task_type == "meeting" and not asked else set()
    return asked | {*habits.timed} | warned


def start(due: Due, habits: Habits) -> Due:
    """The moment that reminders count from."""
    return due if due.time is not None else Due(due.date, habits.workday_starts, due.tz)


def is_ahead(due: Due, task: Task, now: datetime) -> bool:
    """Whether a reminder is still to come; one of a whole day that begins this moment is not."""
    if due.at is None or task.due is None:
        return False
    return due.at > now if task.due.time is None else due.at >= now.replace(microsecond=0)


def earlier(due: Due, before: timedelta) -> Due:
    """The clock so long before: whole days by the calendar, hours and minutes as time that passes."""
    days, rest = timedelta(days=before.days), before - timedelta(days=before.days)
    day = Due(due.date - days, due.time, due.tz)
    if not rest or day.at is None:
        return day
    then = (day.at - rest).astimezone(due.zone)
    return Due(then.date(), then.time().replace(fold=0), due.tz)
