"""Writing: a change of a task with its reminders, history and who is told, within the caller's transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from crm.activity import Activity
from crm.people import Actor, Role
from crm.storage import Unit
from crm.tasks.changed import difference
from crm.tasks.entities import DONE, Status, Task
from crm.tasks.reminding import REMINDING, set_reminders
from crm.tasks.series import drop_next, make_next
from crm.tasks.telling import News, tell_assignee, tell_concerned
from crm.updates import Arrival
from crm.visibility import Sight


@dataclass(frozen=True, slots=True)
class Completed:
    """A task that is done, and the next one of its series if it has one."""

    task: Task
    next_one: Task | None = None


async def write_change(
    unit: Unit, actor: Actor, arrival: Arrival, before: Task, after: Task, *, batch: int | None = None
) -> Task:
    """Write a change with its history, and its reminders when they hang on what changed. The status stays. `batch`
    marks history's lines that are taken back together."""
    if before == after:
        return before
    if before.assignee_id != after.assignee_id:
        await _keep_in_sight(unit, actor, before)
    written = await unit.tasks.change(after)
    changes = difference(before, written)
    if written.rrule is not None and "rrule" in changes:
        await unit.tasks.begin_series(written.id)
    if changes.keys() & REMINDING and not written.is_closed:
        written = await set_reminders(unit, written, actor, arrival)
    if changes:
        await unit.activity.add(
            Activity(
                "changed", "task", before.id, actor_member_id=actor.member_id, changes=changes | _of(batch)
            )
        )
    if "assignee_id" in changes and not written.is_closed:
        written = await tell_assignee(unit, actor, arrival, written)
    return written


async def _keep_in_sight(unit: Unit, actor: Actor, task: Task) -> None:
    """Whoever hands on a task of somebody else's making watches it, where members see only what is their own: the
    wall would not let them push it out of their own sight."""
    hands_on = task.assignee_id == actor.member_id != task.created_by_id
    if hands_on and actor.role is Role.MEMBER and await unit.visibility.get() is Sight.OWN:
        await unit.task_details.watch(task.id, actor.member_id)


async def complete_task(
    unit: Unit, actor: Actor, arrival: Arrival, task: Task, now: datetime, *, batch: int | None = None
) -> Completed:
    """Done, with its history; who is concerned is told. A task that is done already stays as it is."""
    if task.status is Status.COMPLETED:
        return Completed(task)
    await write_status(unit, actor, task, Status.COMPLETED, batch=batch)
    done = await move_to(unit, actor, arrival, task, Status.COMPLETED, now)
    await tell_concerned(unit, actor, arrival, done.task, News.COMPLETED)
    return done


async def move_to(
    unit: Unit, actor: Actor, arrival: Arrival, task: Task, status: Status, now: datetime
) -> Completed:
    """Give a task another status, with what hangs on it: a closed one reminds nobody and is followed by the next of
    its series; one that is open again takes that next one along. Writes no history of the status."""
    if task.status is status:
        return Completed(task)
    if status is Status.COMPLETED:
        moved = await unit.tasks.complete(task.id, now)
    else:
        moved = await unit.tasks.change(replace(task, status=status))
    if moved.is_closed:
        await unit.reminders.skip_for_task(task.id, DONE)
        following = None if task.is_closed else await make_next(unit, actor, arrival, task, now)
        return Completed(moved, following)
    if task.is_closed:
        await drop_next(unit, task, now, done_at=task.completed_at or now)
        await unit.reminders.restore_for_task(task.id, DONE, now)
        moved = await set_reminders(unit, moved, actor, replace(arrival, sent_at=now))
    return Completed(moved)


def _of(batch: int | None) -> dict[str, object]:
    return {} if batch is None else {"batch": batch}


async def write_status(
    unit: Unit, actor: Actor, task: Task, status: Status, *, batch: int | None = None
) -> None:
    """History's line of a status that changes; of one that does not, none."""
    if task.status is status:
        return
    is_done = status is Status.COMPLETED
    await unit.activity.add(
        Activity(
            "completed" if is_done else "changed",
            "task",
            task.id,
            actor_member_id=actor.member_id,
            changes={"status": [task.status.value, status.value]} | _of(batch),
        )
    )
