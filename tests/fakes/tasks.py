"""Fakes of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from crm.grammar.dates import Due
from crm.people import Actor, Role
from crm.tasks import NewTask, Status, Task
from crm.updates import Arrival
from tests.fakes.people import is_seen
from tests.fakes.updates import refuse_second_source

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class TaskRow:
    task: Task
    new: NewTask
    arrival: Arrival
    actor: Actor


class FakeTasks:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def add(self, task: NewTask, arrival: Arrival, actor: Actor) -> Task:
        refuse_second_source(arrival, [row.arrival for row in self._state.tasks.values()])
        numbers = [
            row.task.number
            for row in self._state.tasks.values()
            if row.actor.workspace_id == actor.workspace_id
        ]
        saved = Task(
            id=self._state.next_id(),
            number=max(numbers, default=0) + 1,
            title=task.title,
            status=Status.NOT_STARTED,
            priority=task.priority,
            due=task.due,
            assignee_id=task.assignee_id,
            created_at=arrival.sent_at,
        )
        self._state.tasks[saved.id] = TaskRow(saved, task, arrival, actor)
        return saved

    async def by_number(self, number: int, *, to_change: bool = False) -> Task | None:
        seen = [row for row in self._seen() if row.task.number == number]
        theirs = self._actor.role is not Role.GUEST
        return next(
            (
                row.task
                for row in seen
                if not to_change or theirs or row.actor.member_id == self._actor.member_id
            ),
            None,
        )

    async def complete(self, task_id: int, at: datetime) -> Task:
        row = self._state.tasks[task_id]
        done = replace(row.task, status=Status.COMPLETED, completed_at=at)
        self._state.tasks[task_id] = replace(row, task=done)
        return done

    async def reopen(self, task_id: int, status: Status) -> bool:
        row = self._state.tasks[task_id]
        self._state.tasks[task_id] = replace(row, task=replace(row.task, status=status, completed_at=None))
        return True

    async def delete(self, task_id: int, at: datetime) -> bool:
        self._state.deleted = {*self._state.deleted, task_id}
        return True

    async def open_tasks(self, *, limit: int, offset: int) -> tuple[Sequence[Task], int]:
        closed = (Status.COMPLETED, Status.CANCELED)
        tasks = [row.task for row in self._seen() if row.task.status not in closed]
        tasks.sort(key=lambda task: (due_order(task.due), task.number))
        return tasks[offset : offset + limit], len(tasks)

    def _seen(self) -> list[TaskRow]:
        rows = self._state.tasks.values()
        return [
            row for row in rows if row.task.id not in self._state.deleted and is_seen(row.actor, self._actor)
        ]


def due_order(due: Due | None) -> datetime:
    """By moment; a date-only one after the timed ones of its day, none at all last."""
    if due is None:
        return datetime.max.replace(tzinfo=UTC)
    return due.at or datetime.combine(due.date, time.max, due.zone).astimezone(UTC)
