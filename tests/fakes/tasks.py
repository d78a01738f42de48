"""Fakes of tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
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
        said = {one.name: getattr(task, one.name) for one in fields(NewTask)}
        saved = Task(
            **said,
            id=self._state.next_id(),
            number=max(numbers, default=0) + 1,
            status=Status.NOT_STARTED,
            created_at=arrival.sent_at,
        )
        if task.rrule is not None:
            saved = replace(saved, series_id=task.series_id or saved.id)
        self._state.tasks[saved.id] = TaskRow(self._named(saved), task, arrival, actor)
        return self._state.tasks[saved.id].task

    async def by_number(self, number: int) -> Task | None:
        return next((row.task for row in self._seen() if row.task.number == number), None)

    async def by_id(self, task_id: int, *, to_change: bool = False) -> Task | None:
        return next((row.task for row in self._reached(to_change) if row.task.id == task_id), None)

    async def by_message(self, actor: Actor, message_id: int) -> Mapping[int, Task | None]:
        return {
            row.arrival.line: None if row.task.id in self._state.deleted else row.task
            for row in self._state.tasks.values()
            if (row.arrival.message_id, row.arrival.telegram_chat_id) == (message_id, actor.telegram_chat_id)
        }

    async def change(self, task: Task) -> Task:
        row = self._state.tasks[task.id]
        self._state.tasks[task.id] = replace(
            row, task=self._named(replace(task, version=row.task.version + 1))
        )
        return self._state.tasks[task.id].task

    async def occurrence(self, series_id: int, day: date) -> Task | None:
        made = [row for row in self._state.tasks.values() if row.task.series_id == series_id]
        return next((row.task for row in made if row.new.due is not None and row.new.due.date == day), None)

    async def anchor(self, series_id: int) -> Due | None:
        row = self._state.tasks.get(series_id)
        return row.task.due if row else None

    async def restore(self, task_id: int) -> bool:
        was = task_id in self._state.deleted
        self._state.deleted = self._state.deleted - {task_id}
        return was

    async def complete(self, task_id: int, at: datetime) -> Task:
        row = self._state.tasks[task_id]
        done = replace(row.task, status=Status.COMPLETED, completed_at=at, version=row.task.version + 1)
        self._state.tasks[task_id] = replace(row, task=done)
        return done

    async def reopen(self, task_id: int, status: Status) -> bool:
        row = self._state.tasks[task_id]
        self._state.tasks[task_id] = replace(row, task=replace(row.task, status=status, completed_at=None))
        return True

    async def delete(self, task_id: int, at: datetime) -> bool:
        self._state.deleted = {*self._state.deleted, task_id}
        return True

    def _reached(self, to_change: bool) -> list[TaskRow]:
        """What the actor sees; a guest changes only what is theirs."""
        theirs = self._actor.role is not Role.GUEST
        return [
            row
            for row in self._seen()
            if not to_change or theirs or row.actor.member_id == self._actor.member_id
        ]

    def _named(self, task: Task) -> Task:
        row = self._state.contacts.get(task.contact_id or 0)
        members = {one.member_id: one.display_name for one in self._state.members.values()}
        return replace(
            task,
            contact_name=row.contact.full_name if row else None,
            assignee_name=members.get(task.assignee_id or 0),
        )

    def _seen(self) -> list[TaskRow]:
        rows = self._state.tasks.values()
        return [
            row for row in rows if row.task.id not in self._state.deleted and is_seen(row.actor, self._actor)
        ]
