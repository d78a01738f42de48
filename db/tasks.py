"""Tasks, as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.errors import AlreadyHandled
from crm.grammar.dates import Due
from crm.people import Actor
from crm.tasks import NewTask, Priority, Status, Task
from crm.updates import Arrival
from db.models.tasks import crm_tasks as tasks

OPEN = ("not_started", "in_progress", "deferred")


class SqlTasks:
    """See crm.tasks.TaskStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def add(self, task: NewTask, arrival: Arrival, actor: Actor) -> Task:
        number = await self._link.scalar(text("SELECT next_task_number()"))
        due = task.due
        added = await self._link.execute(
            insert(tasks)
            .values(
                workspace_id=self._workspace_id,
                number=number,
                title=task.title,
                description=task.phone or "",
                task_type=task.task_type,
                priority=task.priority.value,
                due_date=due.date if due else None,
                due_time=due.time if due else None,
                due_tz=due.tz if due else None,
                due_at=due.at if due else None,
                assignee_id=task.assignee_id,
                created_by=actor.member_id,
                raw_input=task.raw_input.replace("\0", " "),
                source_chat_id=actor.chat_id,
                source_message_id=arrival.message_id,
                source_line=arrival.line,
            )
            .on_conflict_do_nothing(
                index_elements=["workspace_id", "source_chat_id", "source_message_id", "source_line"]
            )
            .returning(tasks)
        )
        row = added.one_or_none()
        if row is None:
            raise AlreadyHandled("this message made its task before")
        return _task(row)

    async def by_number(self, number: int, *, to_change: bool = False) -> Task | None:
        query = select(tasks).where(tasks.c.number == number, tasks.c.deleted_at.is_(None))
        row = (await self._link.execute(query.with_for_update() if to_change else query)).one_or_none()
        return None if row is None else _task(row)

    async def complete(self, task_id: int, at: datetime) -> Task:
        done = await self._link.execute(
            update(tasks)
            .where(tasks.c.id == task_id)
            .values(status=Status.COMPLETED.value, completed_at=at, version=tasks.c.version + 1)
            .returning(tasks)
        )
        return _task(done.one())

    async def reopen(self, task_id: int, status: Status) -> bool:
        return await self._change(task_id, status=status.value, completed_at=None)

    async def delete(self, task_id: int, at: datetime) -> bool:
        return await self._change(task_id, deleted_at=at)

    async def _change(self, task_id: int, **values: object) -> bool:
        done = await self._link.execute(
            update(tasks)
            .where(tasks.c.id == task_id, tasks.c.deleted_at.is_(None))
            .values(version=tasks.c.version + 1, **values)
            .returning(tasks.c.id)
        )
        return done.one_or_none() is not None

    async def open_tasks(self, *, limit: int, offset: int) -> tuple[Sequence[Task], int]:
        wanted: list[ColumnElement[bool]] = [
            tasks.c.deleted_at.is_(None),
            tasks.c.completed_at.is_(None),
            tasks.c.status.in_(OPEN),
        ]
        total = await self._link.scalar(select(func.count()).select_from(tasks).where(*wanted))
        rows = await self._link.execute(
            select(tasks)
            .where(*wanted)
            .order_by(tasks.c.due_date.nulls_last(), tasks.c.due_time.nulls_last(), tasks.c.number)
            .limit(limit)
            .offset(offset)
        )
        return [_task(row) for row in rows], int(total or 0)


def _task(row: Row[Any]) -> Task:
    return Task(
        id=row.id,
        number=row.number,
        title=row.title,
        description=row.description,
        status=Status(row.status),
        priority=Priority(row.priority),
        due=None if row.due_date is None else Due(row.due_date, row.due_time, row.due_tz),
        assignee_id=row.assignee_id,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )
