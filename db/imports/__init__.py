"""Imports, as rows: what is there already, and each import once."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from crm.grammar.dates import Due
from crm.imports import CallFacts, ContactFacts, Known, NewImport, Plan, TakenBack, TaskFacts
from crm.people import Actor
from db.exports import gathered
from db.imports.undoing import take_back
from db.imports.writing import write
from db.models.base import Moment
from db.models.calls import crm_calls as calls
from db.models.chats import activity_logs as logs
from db.models.contacts import crm_contact_phones as phones
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels
from db.models.contacts import crm_notes as notes
from db.models.files import imports
from db.models.tasks import crm_tasks as tasks


class SqlImports:
    """See crm.imports.ImportStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def contacts(
        self,
        *,
        ids: Collection[int],
        phones: Collection[str],
        emails: Collection[str],
        names: Collection[str],
    ) -> Sequence[Known[ContactFacts]]:
        rows = await self._link.execute(
            _contacts,
            {"ids": list(ids), "phones": list(phones), "emails": list(emails), "names": list(names)},
        )
        return [_contact(row) for row in rows]

    async def tasks(self, *, ids: Collection[int], titles: Collection[str]) -> Sequence[Known[TaskFacts]]:
        rows = await self._link.execute(_tasks, {"ids": list(ids), "titles": list(titles)})
        return [_task(row) for row in rows]

    async def calls(
        self, *, ids: Collection[int], external_ids: Collection[str], moments: Collection[datetime]
    ) -> Sequence[Known[CallFacts]]:
        keys = {
            "ids": list(ids),
            "external_ids": list(external_ids),
            "moments": list(moments),
            "first": min(moments, default=None),
            "last": max(moments, default=datetime.now(UTC)) + timedelta(seconds=1),
        }
        return [_call(row) for row in await self._link.execute(_calls, keys)]

    async def begin(self, new: NewImport, actor: Actor) -> int | None:
        made = await self._link.execute(
            insert(imports)
            .values(
                workspace_id=self._workspace_id,
                member_id=actor.member_id,
                kind=new.kind.value,
                file_name=new.file_name,
                source_chat_id=new.chat_id,
                source_message_id=new.message_id,
            )
            .on_conflict_do_nothing()
            .returning(imports.c.id)
        )
        import_id: int | None = made.scalar_one_or_none()
        return import_id

    async def write(
        self, import_id: int, plan: Plan, actor: Actor, now: datetime, step: Callable[[int], None]
    ) -> None:
        await write(self._link, self._workspace_id, import_id, plan, actor, now, step)

    async def line(self, import_id: int) -> int | None:
        undo = logs.alias()
        found = await self._link.execute(
            select(logs.c.id)
            .join(imports, and_(imports.c.id == logs.c.entity_id, logs.c.entity == "import"))
            .where(
                imports.c.id == import_id,
                logs.c.action == "created",
                ~exists().where(undo.c.undo_of == logs.c.id),
            )
        )
        return found.scalar_one_or_none()

    async def take_back(self, import_id: int, line_id: int, at: datetime) -> TakenBack:
        return await take_back(self._link, self._workspace_id, import_id, line_id, at)


def _any(column: ColumnElement[Any], name: str, kind: TypeEngine[Any]) -> ColumnElement[bool]:
    """One array for any number of keys."""
    return column == any_(bindparam(name, type_=ARRAY(kind)))


_found = (
    select(contacts.c.id).where(
        or_(
            _any(contacts.c.id, "ids", BigInteger()),
            _any(contacts.c.folded_name, "names", Text()),
            _any(func.lower(contacts.c.email), "emails", Text()),
        )
    )
).union(select(phones.c.contact_id).where(_any(phones.c.e164, "phones", Text())))
_contacts = select(
    contacts,
    gathered(phones.c.e164, phones.c.contact_id == contacts.c.id, phones.c.id).label("phones"),
    gathered(labels.c.name, labels.c.contact_id == contacts.c.id, labels.c.id).label("labels"),
    gathered(
        notes.c.body,
        (notes.c.contact_id == contacts.c.id) & notes.c.deleted_at.is_(None) & (notes.c.body != ""),
        notes.c.id,
    ).label("notes"),
).where(contacts.c.deleted_at.is_(None), contacts.c.id.in_(_found))
_tasks = select(
    tasks, gathered(labels.c.name, labels.c.task_id == tasks.c.id, labels.c.id).label("labels")
).where(
    tasks.c.deleted_at.is_(None),
    or_(_any(tasks.c.id, "ids", BigInteger()), _any(tasks.c.title, "titles", Text())),
)
_calls = select(calls).where(
    calls.c.deleted_at.is_(None),
    or_(
        _any(calls.c.id, "ids", BigInteger()),
        _any(calls.c.external_id, "external_ids", Text()),
        and_(
            calls.c.started_at.between(
                bindparam("first", type_=Moment), bindparam("last", type_=Moment)
            ),  # by its index
            _any(func.date_trunc("second", calls.c.started_at), "moments", Moment),
        ),
    ),
)


def _contact(row: Row[Any]) -> Known[ContactFacts]:
    return Known(
        row.id,
        ContactFacts(
            name=row.full_name,
            phones=tuple(row.phones),
            email=row.email,
            company=row.company,
            telegram=row.telegram,
            stage=row.stage,
            owner_id=row.owner_id,
            labels=tuple(row.labels),
            do_not_call=row.do_not_call,
            notes=tuple(row.notes),
        ),
    )


def _task(row: Row[Any]) -> Known[TaskFacts]:
    return Known(
        row.id,
        TaskFacts(
            title=row.title,
            description=row.description,
            due=None if row.due_date is None else Due(row.due_date, row.due_time, row.due_tz),
            status=row.status,
            priority=row.priority,
            task_type=row.task_type,
            assignee_id=row.assignee_id,
            contact_id=row.contact_id,
            phone=row.phone_e164,
            labels=tuple(row.labels),
            result=row.result,
            completed_at=row.completed_at,
        ),
    )


def _call(row: Row[Any]) -> Known[CallFacts]:
    return Known(
        row.id,
        CallFacts(
            external_id=row.external_id,
            started_at=row.started_at.replace(microsecond=0),
            direction=row.direction,
            outcome=row.outcome,
            duration_seconds=row.duration_seconds,
            contact_id=row.contact_id,
            phone=row.phone_e164,
            member_id=row.member_id,
            notes=row.notes,
        ),
    )
