"""Tasks, as rows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Text, case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, array, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.errors import AlreadyHandled
from crm.grammar.dates import Due
from crm.grammar.wordforms import kept_words
from crm.people import Actor
from crm.tasks import NewTask, Priority, RepeatFrom, Status, Task
from crm.updates import Arrival
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks
from db.task_counts import count_columns, counts_of

OPEN = ("not_started", "in_progress", "deferred")
_UNSHOWN = ("due_sort", "folded", "words")  # what a task is found and sorted by
SERIES = 7744  # the class of the advisory locks on series
_team = text("SELECT id, name FROM team_members()").columns(id=BigInteger, name=Text).subquery("team")
_labels = (
    select(func.array_agg(aggregate_order_by(labels.c.name, labels.c.id)))
    .where(labels.c.task_id == tasks.c.id)
    .scalar_subquery()
)
_reminders = (
    select(func.array_agg(aggregate_order_by(reminders.c.before, reminders.c.before)))
    .where(
        reminders.c.task_id == tasks.c.id,
        reminders.c.deleted_at.is_(None),
        reminders.c.kind == "relative",
    )
    .scalar_subquery()
)


class SqlTasks:
    """See crm.tasks.TaskStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def add(self, task: NewTask, arrival: Arrival, actor: Actor) -> Task:
        number = await self._link.scalar(text("SELECT next_task_number()"))
        added = await self._link.execute(
            insert(tasks)
            .values(
                workspace_id=self._workspace_id,
                number=number,
                created_by=actor.member_id,
                series_id=task.series_id,
                source_chat_id=actor.chat_id,
                source_message_id=arrival.message_id,
                source_line=arrival.line if arrival.message_id is not None else None,
                **_columns(task),
            )
            .on_conflict_do_nothing(
                index_elements=["workspace_id", "source_chat_id", "source_message_id", "source_line"]
            )
            .returning(tasks.c.id)
        )
        task_id = added.scalar_one_or_none()
        if task_id is None:
            raise AlreadyHandled("this message made its task before")
        if task.rrule is not None:
            of_series = {
                "series_id": task.series_id or tasks.c.id,
                "occurrence_date": tasks.c.due_date,
                "occurrence_time": tasks.c.due_time,
            }
            await self._link.execute(update(tasks).where(tasks.c.id == task_id).values(of_series))
        await self._label(task_id, task.labels)
        return await self._read(task_id)

    async def by_number(self, number: int) -> Task | None:
        return await self._seen(tasks.c.number == number)

    async def by_id(self, task_id: int, *, to_change: bool = False) -> Task | None:
        if not to_change:
            return await self._seen(tasks.c.id == task_id)
        # tasks of one series are changed one after the other: each may make, or take along, the next one
        await self._link.execute(
            text(
                "SELECT pg_advisory_xact_lock(:lock, (coalesce(series_id, id) % 2147483647)::integer)"
                " FROM crm_tasks WHERE id = :id AND rrule IS NOT NULL"
            ),
            {"lock": SERIES, "id": task_id},
        )
        return next(iter(await self._locked((tasks.c.id == task_id) & tasks.c.deleted_at.is_(None))), None)

    async def by_message(self, actor: Actor, message_id: int) -> Mapping[int, Task | None]:
        rows = await self._link.execute(
            select(tasks.c.id, tasks.c.source_line, tasks.c.deleted_at)
            .where(tasks.c.source_chat_id == actor.chat_id, tasks.c.source_message_id == message_id)
            .order_by(tasks.c.source_line)
            .with_for_update()
        )
        return {
            row.source_line: None if row.deleted_at is not None else await self._read(row.id)
            for row in rows.all()
        }

    async def change(self, task: Task) -> Task:
        done = case((tasks.c.status == "completed", tasks.c.completed_at), else_=func.now())
        await self._set(
            task.id,
            status=task.status.value,
            completed_at=done if task.status is Status.COMPLETED else None,
            result=task.result,
            occurrence_time=task.slot_time,
            **_columns(task),
        )
        await self._link.execute(delete(labels).where(labels.c.task_id == task.id))
        await self._label(task.id, task.labels)
        return await self._read(task.id)

    async def complete(self, task_id: int, at: datetime) -> Task:
        await self._set(task_id, status=Status.COMPLETED.value, completed_at=at)
        return await self._read(task_id)

    async def reopen(self, task_id: int, status: Status) -> bool:
        return await self._set(task_id, status=status.value, completed_at=None)

    async def delete(self, task_id: int, at: datetime) -> bool:
        return await self._set(task_id, deleted_at=at)

    async def restore(self, task_id: int) -> bool:
        done = await self._link.execute(
            update(tasks)
            .where(tasks.c.id == task_id, tasks.c.deleted_at.is_not(None))
            .values(deleted_at=None, version=tasks.c.version + 1)
            .returning(tasks.c.id)
        )
        return done.one_or_none() is not None

    async def occurrence(self, series_id: int, day: date) -> Task | None:
        wanted = (tasks.c.series_id == series_id) & (tasks.c.occurrence_date == day)
        return next(iter(await self._locked(wanted)), None)

    async def anchor(self, series_id: int) -> Due | None:
        row = (await self._link.execute(select(tasks).where(tasks.c.id == series_id))).one_or_none()
        if row is None or (due := _due(row)) is None or row.occurrence_date is None:
            return None if row is None else _due(row)
        return Due(row.occurrence_date, row.occurrence_time, due.tz)

    async def begin_series(self, task_id: int) -> None:
        other = tasks.alias()
        taken = select(other.c.id).where(
            other.c.series_id == task_id, other.c.occurrence_date == tasks.c.due_date, other.c.id != task_id
        )
        await self._link.execute(
            update(tasks)
            .where(tasks.c.id == task_id, ~taken.exists())
            .values(series_id=task_id, occurrence_date=tasks.c.due_date, occurrence_time=tasks.c.due_time)
        )

    async def touch(self, task_id: int) -> Task:
        await self._set(task_id)
        return await self._read(task_id)

    async def _set(self, task_id: int, **values: object) -> bool:
        done = await self._link.execute(
            update(tasks)
            .where(tasks.c.id == task_id, tasks.c.deleted_at.is_(None))
            .values(version=tasks.c.version + 1, **values)
            .returning(tasks.c.id)
        )
        return done.one_or_none() is not None

    async def _seen(self, wanted: ColumnElement[bool]) -> Task | None:
        row = (await self._link.execute(shown().where(wanted, tasks.c.deleted_at.is_(None)))).one_or_none()
        return None if row is None else read_task(row)

    async def _locked(self, wanted: ColumnElement[bool]) -> list[Task]:
        """By line; the rows stay ours until the commit. Those the actor may see but not change are not among them."""
        found = await self._link.scalars(
            select(tasks.c.id).where(wanted).order_by(tasks.c.source_line, tasks.c.id).with_for_update()
        )
        return [await self._read(task_id) for task_id in list(found)]

    async def _read(self, task_id: int) -> Task:
        return read_task((await self._link.execute(shown().where(tasks.c.id == task_id))).one())

    async def _label(self, task_id: int, names: Sequence[str]) -> None:
        if names:
            rows = [{"workspace_id": self._workspace_id, "task_id": task_id, "name": name} for name in names]
            await self._link.execute(insert(labels).on_conflict_do_nothing(), rows)


def shown() -> Select[Any]:
    """Tasks with what a card shows of their neighbours."""
    return (
        select(
            *(one for one in tasks.c if one.name not in _UNSHOWN),
            contacts.c.full_name.label("contact_name"),
            contacts.c.do_not_call,
            _team.c.name.label("assignee_name"),
            func.coalesce(_labels, array([], type_=labels.c.name.type)).label("labels"),
            func.coalesce(_reminders, array([], type_=reminders.c.before.type)).label("lead_times"),
            *count_columns(),
        )
        .outerjoin(contacts, contacts.c.id == tasks.c.contact_id)
        .outerjoin(_team, _team.c.id == tasks.c.assignee_id)
    )


def _columns(task: NewTask) -> dict[str, Any]:
    """What a person says of a task, as columns."""
    due = task.due
    return {
        "title": task.title,
        "description": task.description,
        "words": kept_words(f"{task.title}\n{task.description}"),
        "source_url": task.source_url,
        "task_type": task.task_type,
        "priority": task.priority.value,
        "start_date": task.start_date,
        "due_date": due.date if due else None,
        "due_time": due.time if due else None,
        "due_tz": due.tz if due else None,
        "due_at": due.at if due else None,
        "duration_minutes": task.duration_minutes,
        "leads": list(task.reminders),
        "leads_chosen": task.chosen_reminders,
        "nag_minutes": task.nag_minutes,
        "rrule": task.rrule,
        "repeat_from": task.repeat_from.value,
        "assignee_id": task.assignee_id,
        "contact_id": task.contact_id,
        "phone_e164": task.phone,
        "readings": [dict(one) for one in task.readings],
        "raw_input": task.raw_input.replace("\0", " "),
    }


def read_task(row: Row[Any]) -> Task:
    return Task(
        id=row.id,
        number=row.number,
        title=row.title,
        description=row.description,
        source_url=row.source_url,
        result=row.result,
        version=row.version,
        created_by_id=row.created_by,
        slot_date=row.occurrence_date,
        slot_time=row.occurrence_time,
        counts=counts_of(row),
        status=Status(row.status),
        priority=Priority(row.priority),
        task_type=row.task_type,
        due=_due(row),
        start_date=row.start_date,
        duration_minutes=row.duration_minutes,
        rrule=row.rrule,
        repeat_from=RepeatFrom(row.repeat_from),
        series_id=row.series_id,
        assignee_id=row.assignee_id,
        assignee_name=row.assignee_name,
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        do_not_call=bool(row.do_not_call),
        phone=row.phone_e164,
        labels=tuple(row.labels),
        reminders=tuple(row.leads),
        chosen_reminders=row.leads_chosen,
        nag_minutes=row.nag_minutes,
        rings=tuple(row.lead_times),
        readings=tuple(row.readings),
        raw_input=row.raw_input,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )


def _due(row: Row[Any]) -> Due | None:
    return None if row.due_date is None else Due(row.due_date, row.due_time, row.due_tz)
