"""Calls, as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.calls import Call, Direction, NewCall, Outcome
from crm.contacts import Contact
from crm.errors import AlreadyHandled
from crm.people import Actor
from crm.updates import Arrival
from db.contacts import SqlContacts
from db.models.calls import crm_calls as calls
from db.models.contacts import crm_contacts as contacts


class SqlCalls:
    """See crm.calls.CallStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def add(self, call: NewCall, arrival: Arrival, actor: Actor) -> Call:
        added = await self._link.execute(
            insert(calls)
            .values(
                workspace_id=self._workspace_id,
                direction=call.direction.value,
                outcome=call.outcome.value,
                started_at=call.started_at,
                duration_seconds=call.duration_seconds,
                contact_id=call.contact_id,
                phone_e164=call.phone,
                member_id=actor.member_id,
                notes=call.notes,
                next_task_id=call.next_task_id,
                source_chat_id=actor.chat_id,
                source_message_id=arrival.message_id,
                source_line=arrival.line,
            )
            .on_conflict_do_nothing(
                index_elements=["workspace_id", "source_chat_id", "source_message_id", "source_line"]
            )
            .returning(calls)
        )
        row = added.one_or_none()
        if row is None:
            raise AlreadyHandled("this message made its call before")
        return _call(row, await SqlContacts(self._link, self._workspace_id).by_id(call.contact_id))

    async def latest(self, limit: int) -> Sequence[Call]:
        rows = await self._link.execute(
            select(calls, contacts.c.full_name)
            .outerjoin(contacts, contacts.c.id == calls.c.contact_id)
            .where(calls.c.deleted_at.is_(None))
            .order_by(calls.c.started_at.desc(), calls.c.id.desc())
            .limit(limit)
        )
        return [
            _call(row, Contact(row.contact_id or 0, row.full_name or row.phone_e164 or "—")) for row in rows
        ]

    async def delete(self, call_id: int, at: datetime) -> bool:
        done = await self._link.execute(
            update(calls)
            .where(calls.c.id == call_id, calls.c.deleted_at.is_(None))
            .values(deleted_at=at)
            .returning(calls.c.id)
        )
        return done.one_or_none() is not None

    async def restore(self, call_id: int) -> bool:
        done = await self._link.execute(
            update(calls)
            .where(calls.c.id == call_id, calls.c.deleted_at.is_not(None))
            .values(deleted_at=None)
            .returning(calls.c.id)
        )
        return done.one_or_none() is not None


def _call(row: Row[Any], contact: Contact) -> Call:
    return Call(
        id=row.id,
        direction=Direction(row.direction),
        outcome=Outcome(row.outcome),
        started_at=row.started_at,
        duration_seconds=row.duration_seconds,
        contact=contact,
        phone=row.phone_e164,
        notes=row.notes,
    )
