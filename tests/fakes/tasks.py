"""Fakes of tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from crm.grammar.dates import Due
from crm.people import Actor, Role
from crm.tasks import NewTask, Status, Task
from crm.updates import Arrival
from tests.fakes.people import MONDAY, is_seen
from tests.fakes.reminders import rings_in
from tests.fakes.task_details import counts_in
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
            created_by_id=actor.member_id,
        )
        if task.rrule is not None and task.due is not None:
            saved = replace(
                saved,
                series_id=task.series_id or saved.id,
                slot_date=task.due.date,
                slot_time=task.due.time,
            )
        self._state.tasks[saved.id] = TaskRow(self._named(saved), task, arrival, actor)
        return self._state.tasks[saved.id].task

    async def by_number(self, number: int) -> Task | None:
        return next((row.task for row in self._seen() if row.task.number == number), None)

    async def by_id(self, task_id: int, *, to_change: bool = False) -> Task | None:
        found = (row.task for row in self._reached(to_change) if row.task.id == task_id)
        return next((self._named(task) for task in found), None)

    async def by_message(self, actor: Actor, message_id: int) -> Mapping[int, Task | None]:
        return {
            row.arrival.line: None if row.task.id in self._state.deleted else row.task
            for row in self._state.tasks.values()
            if (row.arrival.message_id, row.arrival.telegram_chat_id) == (message_id, actor.telegram_chat_id)
        }

    async def change(self, task: Task) -> Task:
        done_at = (task.completed_at or MONDAY) if task.status is Status.COMPLETED else None
        return self._put(replace(task, completed_at=done_at))

    async def occurrence(self, series_id: int, day: date) -> Task | None:
        made = [row.task for row in self._state.tasks.values() if row.task.series_id == series_id]
        return next((task for task in made if task.slot_date == day), None)

    async def anchor(self, series_id: int) -> Due | None:
        row = self._state.tasks.get(series_id)
        if row is None or row.task.due is None or row.task.slot_date is None:
            return row.task.due if row else None
        return Due(row.task.slot_date, row.task.slot_time, row.task.due.tz)

    async def begin_series(self, task_id: int) -> None:
        task = self._state.tasks[task_id].task
        if task.due is not None:
            self._state.tasks[task_id] = replace(
                self._state.tasks[task_id],
                task=replace(task, series_id=task_id, slot_date=task.due.date, slot_time=task.due.time),
            )

    async def touch(self, task_id: int) -> Task:
        return self._put(self._state.tasks[task_id].task)

    async def restore(self, task_id: int) -> bool:
        was = task_id in self._state.deleted
        self._state.deleted = self._state.deleted - {task_id}
        return was

    async def complete(self, task_id: int, at: datetime) -> Task:
        task = self._state.tasks[task_id].task
        return self._put(replace(task, status=Status.COMPLETED, completed_at=at))

    async def reopen(self, task_id: int, status: Status) -> bool:
        self._put(replace(self._state.tasks[task_id].task, status=status, completed_at=None))
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

    def _put(self, task: Task) -> Task:
        """Written, and its version counted up."""
        row = self._state.tasks[task.id]
        written = self._named(replace(task, version=row.task.version + 1, unmet=None))
        self._state.tasks[task.id] = replace(row, task=written)
        return written

    def _named(self, task: Task) -> Task:
        row = self._state.contacts.get(task.contact_id or 0)
        names = {one.member_id: one.display_name for one in self._state.members.values()}
        return replace(
            task,
            contact_name=row.contact.full_name if row else None,
            do_not_call=row.contact.do_not_call if row else False,
            assignee_name=names.get(task.assignee_id or 0),
            counts=counts_in(self._state, task.id),
            rings=rings_in(self._state, task.id),
        )

    def _seen(self) -> list[TaskRow]:
        rows = self._state.tasks.values()
        return [
            row for row in rows if row.task.id not in self._state.deleted and is_seen(row.actor, self._actor)
        ]
