"""Series: which task comes after one that repeats, made once and taken back with the doing of the one before."""

from dataclasses import replace
from datetime import datetime

from crm.activity import Activity
from crm.grammar.dates import Due
from crm.people import Actor
from crm.recurrence import next_due
from crm.storage import Unit
from crm.tasks.entities import TAKEN_BACK, NewTask, RepeatFrom, Status, Task
from crm.tasks.reminding import set_reminders
from crm.updates import Arrival

_CARRIED = (
    "title", "priority", "task_type", "assignee_id", "contact_id", "phone", "labels", "rrule", "repeat_from",
    "duration_minutes", "reminders", "chosen_reminders", "nag_minutes", "raw_input",
)  # fmt: skip


def next_task(task: Task, *, anchor: Due | None, now: datetime) -> NewTask | None:
    """The next task, None when this one doesn't repeat or its rule has ended. `now` is when it was done, aware."""
    if task.rrule is None or task.due is None or anchor is None:
        return None
    from_completion, rule, left = task.repeat_from is RepeatFrom.COMPLETION, task.rrule, task.rrule
    if from_completion:
        endless, count = counted(rule)
        if count == 1:
            return None
        rule, left = endless, rule if count is None else f"{endless};COUNT={count - 1}"
    due = next_due(rule, in_its_place(task, task.due), anchor, now=now, from_completion=from_completion)
    if due is None:
        return None
    carried = {name: getattr(task, name) for name in _CARRIED} | {"rrule": left}
    return NewTask(**carried, due=due, series_id=task.series_id or task.id)


def in_its_place(task: Task, due: Due) -> Due:
    """Where in its series a task stands: at its own clock, and not before its own day, however it was moved."""
    if task.slot_date is None:
        return due
    return Due(max(due.date, task.slot_date), task.slot_time, due.tz)


def counted(rule: str) -> tuple[str, int | None]:
    """A rule without its COUNT, and how many are left by it. From completion each task counts itself only, since
    its rule begins with it."""
    parts = rule.split(";")
    counts = [int(part.removeprefix("COUNT=")) for part in parts if part.startswith("COUNT=")]
    return ";".join(part for part in parts if not part.startswith("COUNT=")), counts[0] if counts else None


async def make_next(unit: Unit, actor: Actor, arrival: Arrival, task: Task, now: datetime) -> Task | None:
    """The next task of a done one's series; the one that is there already, deleted or not, is it."""
    new, there = await _following(unit, task, now)
    if new is None:
        return None
    if there is None:
        made = await unit.tasks.add(new, replace(arrival, message_id=None), actor)
        made = await set_reminders(unit, made, actor, replace(arrival, sent_at=now))
        await unit.activity.add(Activity("created", "task", made.id, actor_kind="system"))
        return made
    if await unit.tasks.restore(there.id):
        await unit.reminders.restore_for_task(there.id, TAKEN_BACK, now)
        await unit.activity.add(Activity("restored", "task", there.id, actor_kind="system"))
    return there if there.status is not Status.COMPLETED else None


async def drop_next(unit: Unit, task: Task, now: datetime, *, done_at: datetime | None = None) -> None:
    """The closed task is open again: its next one goes, unless somebody began it. `done_at` is for a canceled one."""
    done_at = done_at or task.completed_at
    if done_at is None:
        return
    _new, there = await _following(unit, task, done_at)
    if there is not None and there.status is Status.NOT_STARTED and await unit.tasks.delete(there.id, now):
        await unit.reminders.skip_for_task(there.id, TAKEN_BACK)
        await unit.activity.add(Activity("deleted", "task", there.id, actor_kind="system"))


async def _following(unit: Unit, task: Task, done_at: datetime) -> tuple[NewTask | None, Task | None]:
    """What is to follow, and what is there already."""
    anchor = await unit.tasks.anchor(task.series_id) if task.series_id else None
    new = next_task(task, anchor=anchor or task.due, now=done_at)
    if new is None or new.due is None or new.series_id is None:
        return None, None
    return new, await unit.tasks.occurrence(new.series_id, new.due.date)
