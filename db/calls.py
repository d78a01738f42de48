"""Calls, as rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Text, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.calls import PAGE, Ask, Call, CallFilter, Direction, NewCall, Outcome, Turn
from crm.contacts import Contact
from crm.errors import AlreadyHandled
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from db.call_contacts import SqlCallContacts
from db.models.calls import crm_calls as calls
from db.models.contacts import crm_contacts as contacts

_KEPT = calls.c.deleted_at.is_(None)
_team = text("SELECT id, name FROM team_members()").columns(id=BigInteger, name=Text).subquery("team")


class SqlCalls(SqlCallContacts):
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
                made_contact=call.made_contact,
                asks=[ask.value for ask in call.asks],
                offers=[dict(offer) for offer in call.offers],
                source_chat_id=actor.chat_id,
                source_message_id=arrival.message_id,
                source_line=arrival.line,
                created_at=arrival.sent_at,  # by the clock of whoever logs, as all that is compared with it
            )
            .on_conflict_do_nothing(
                index_elements=["workspace_id", "source_chat_id", "source_message_id", "source_line"]
            )
            .returning(calls.c.id)
        )
        call_id = added.scalar_one_or_none()
        if call_id is None:
            raise AlreadyHandled("this message made its call before")
        return await self._read(call_id)

    async def by_id(self, call_id: int, *, to_change: bool = False) -> Call | None:
        if to_change:
            locked = select(calls.c.id).where(calls.c.id == call_id, _KEPT).with_for_update()
            if await self._link.scalar(locked) is None:
                return None
        return await self._seen((calls.c.id == call_id) & _KEPT)

    async def by_message(self, actor: Actor, message_id: int) -> Mapping[int, Call | None]:
        rows = await self._link.execute(
            select(calls.c.id, calls.c.source_line, calls.c.deleted_at)
            .where(calls.c.source_chat_id == actor.chat_id, calls.c.source_message_id == message_id)
            .order_by(calls.c.source_line)
            .with_for_update()
        )
        return {
            row.source_line: None if row.deleted_at is not None else await self._read(row.id)
            for row in rows.all()
        }

    async def just_logged(self, contact_id: int, actor: Actor, since: datetime) -> Call | None:
        newest = (
            select(calls.c.id)
            .where(
                calls.c.contact_id == contact_id,
                calls.c.member_id == actor.member_id,
                calls.c.started_at >= since,
                calls.c.source_message_id.is_(None),
                calls.c.version == 1,
                _KEPT,
            )
            .order_by(calls.c.started_at.desc(), calls.c.id.desc())
            .limit(1)
        )
        return await self._seen(calls.c.id == newest.scalar_subquery())

    async def change(self, call: Call) -> Call:
        await self._link.execute(
            update(calls)
            .where(calls.c.id == call.id)
            .values(
                version=calls.c.version + 1,
                direction=call.direction.value,
                outcome=call.outcome.value,
                started_at=call.started_at,
                duration_seconds=call.duration_seconds,
                contact_id=call.contact.id or None,
                phone_e164=call.phone,
                notes=call.notes,
                next_task_id=call.next_task_id,
                made_contact=call.made_contact,
                asks=[ask.value for ask in call.asks],
                offers=[dict(offer) for offer in call.offers],
            )
        )
        return await self._read(call.id)

    async def latest(self, limit: int) -> Sequence[Call]:
        rows = await self._link.execute(
            _shown().where(_KEPT).order_by(calls.c.started_at.desc(), calls.c.id.desc()).limit(limit)
        )
        return [_call(row) for row in rows]

    async def page(
        self, wanted: CallFilter, turn: Turn, actor: Actor, since: datetime | None
    ) -> Sequence[Call]:
        rows = await self._link.execute(page_query(wanted, turn, actor, since))
        return [_call(row) for row in rows]

    async def delete(self, call_id: int, at: datetime) -> bool:
        done = await self._link.execute(
            update(calls)
            .where(calls.c.id == call_id, _KEPT)
            .values(deleted_at=at, version=calls.c.version + 1)
            .returning(calls.c.id)
        )
        return done.one_or_none() is not None

    async def restore(self, call_id: int) -> bool:
        done = await self._link.execute(
            update(calls)
            .where(calls.c.id == call_id, calls.c.deleted_at.is_not(None))
            .values(deleted_at=None, version=calls.c.version + 1)
            .returning(calls.c.id)
        )
        return done.one_or_none() is not None

    async def _seen(self, wanted: ColumnElement[bool]) -> Call | None:
        row = (await self._link.execute(_shown().where(wanted))).one_or_none()
        return None if row is None else _call(row)

    async def _read(self, call_id: int) -> Call:
        return _call((await self._link.execute(_shown().where(calls.c.id == call_id))).one())


def page_query(wanted: CallFilter, turn: Turn, actor: Actor, since: datetime | None) -> Select[Any]:
    """The one query of a page: read along an index from the edge on, so that a page costs the same among a million."""
    query = _shown().where(_KEPT)
    if wanted.outcome is not None:
        query = query.where(calls.c.outcome == wanted.outcome.value)
    if wanted.direction is not None:
        query = query.where(calls.c.direction == wanted.direction.value)
    if wanted.contact_id is not None:
        query = query.where(calls.c.contact_id == wanted.contact_id)
    if wanted.member_id is not None:
        query = query.where(calls.c.member_id == wanted.member_id)
    if since is not None:
        query = query.where(calls.c.started_at >= since)
    if actor.chat_kind is not ChatKind.PRIVATE:
        query = query.where(calls.c.source_chat_id == actor.chat_id)
    place = tuple_(calls.c.started_at, calls.c.id)
    if turn.edge is not None:
        edges = calls.alias("edges")
        when = select(edges.c.started_at).where(edges.c.id == turn.edge).scalar_subquery()
        edge = tuple_(when, turn.edge)
        query = query.where(place > edge if turn.back else place < edge)
    order = (calls.c.started_at, calls.c.id) if turn.back else (calls.c.started_at.desc(), calls.c.id.desc())
    return query.order_by(*order).limit(PAGE + 1)


def _shown() -> Select[Any]:
    """Calls with what a card or a list shows of their neighbours."""
    return (
        select(
            calls,
            contacts.c.full_name,
            contacts.c.do_not_call,
            contacts.c.timezone.label("contact_zone"),
            _team.c.name.label("member_name"),
        )
        .outerjoin(contacts, contacts.c.id == calls.c.contact_id)
        .outerjoin(_team, _team.c.id == calls.c.member_id)
    )


def _call(row: Row[Any]) -> Call:
    return Call(
        id=row.id,
        direction=Direction(row.direction),
        outcome=Outcome(row.outcome),
        started_at=row.started_at,
        duration_seconds=row.duration_seconds,
        contact=Contact(row.contact_id or 0, row.full_name or row.phone_e164 or "—"),
        phone=row.phone_e164,
        notes=row.notes,
        next_task_id=row.next_task_id,
        made_contact=row.made_contact,
        asks=tuple(Ask(ask) for ask in row.asks),
        offers=tuple(row.offers),
        version=row.version,
        member_id=row.member_id,
        member_name=row.member_name,
        do_not_call=bool(row.do_not_call),
        contact_zone=row.contact_zone,
        logged_at=row.created_at,
    )
