"""Fakes of calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.calls import PAGE, Call, CallFilter, NewCall, Turn
from crm.contacts import Contact
from crm.people import Actor, ChatKind, Role
from crm.updates import Arrival
from tests.fakes.contacts import FakeContacts
from tests.fakes.people import is_seen
from tests.fakes.updates import refuse_second_source

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class CallRow:
    call: Call
    arrival: Arrival
    actor: Actor


class FakeCalls:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def add(self, call: NewCall, arrival: Arrival, actor: Actor) -> Call:
        refuse_second_source(arrival, [row.arrival for row in self._state.calls.values()])
        said = {one.name: getattr(call, one.name) for one in fields(NewCall) if one.name != "contact_id"}
        saved = Call(
            **said,
            id=self._state.next_id(),
            contact=self._state.contacts[call.contact_id].contact,
            member_id=actor.member_id,
            member_name=actor.display_name,
            logged_at=arrival.sent_at,
        )
        self._state.calls[saved.id] = CallRow(saved, arrival, actor)
        return self._shown(self._state.calls[saved.id])

    async def by_id(self, call_id: int, *, to_change: bool = False) -> Call | None:
        if to_change and self._actor.role is Role.GUEST:
            return None
        return next((call for call in self._calls() if call.id == call_id), None)

    async def by_message(self, actor: Actor, message_id: int) -> Mapping[int, Call | None]:
        return {
            row.arrival.line: None if row.call.id in self._state.deleted else self._shown(row)
            for row in self._state.calls.values()
            if (row.arrival.message_id, row.arrival.telegram_chat_id) == (message_id, actor.telegram_chat_id)
        }

    async def just_logged(self, contact_id: int, actor: Actor, since: datetime) -> Call | None:
        rows = [self._state.calls[call.id] for call in self._calls() if call.contact.id == contact_id]
        mine = [
            row.call
            for row in rows
            if row.call.member_id == actor.member_id and row.arrival.message_id is None
        ]
        return next((call for call in mine if call.version == 1 and call.started_at >= since), None)

    async def change(self, call: Call) -> Call:
        row = self._state.calls[call.id]
        self._state.calls[call.id] = replace(
            row, call=replace(call, version=row.call.version + 1, follow_up=None)
        )
        return self._shown(self._state.calls[call.id])

    async def delete(self, call_id: int, at: datetime) -> bool:
        self._state.deleted = {*self._state.deleted, call_id}
        return True

    async def restore(self, call_id: int) -> bool:
        was = call_id in self._state.deleted
        self._state.deleted = self._state.deleted - {call_id}
        return was

    async def latest(self, limit: int) -> Sequence[Call]:
        return self._calls()[:limit]

    async def page(
        self, wanted: CallFilter, turn: Turn, actor: Actor, since: datetime | None
    ) -> Sequence[Call]:
        here = [
            call
            for call in self._calls()
            if actor.chat_kind is ChatKind.PRIVATE
            or self._state.calls[call.id].arrival.telegram_chat_id == actor.telegram_chat_id
        ]
        found = [
            call for call in here if _is_wanted(call, wanted) and (since is None or call.started_at >= since)
        ]
        found = found[::-1] if turn.back else found
        if turn.edge is not None:
            edge = self._state.calls[turn.edge].call
            place = (edge.started_at, edge.id)
            found = [
                call
                for call in found
                if ((call.started_at, call.id) > place if turn.back else (call.started_at, call.id) < place)
            ]
        return found[: PAGE + 1]

    async def contact(self, contact_id: int) -> Contact | None:
        ours = FakeContacts(self._state, self._actor)
        return next((one for one in await ours.recent(10**6) if one.id == contact_id), None)

    async def contacts_like(self, beginnings: Collection[str], limit: int) -> Sequence[Contact]:
        return await FakeContacts(self._state, self._actor).recent(limit)

    async def drop_contact(self, contact_id: int, at: datetime) -> bool:
        tasks = [row.task for row in self._state.tasks.values() if row.task.id not in self._state.deleted]
        if any(one.contact.id == contact_id for one in self._calls()) or any(
            task.contact_id == contact_id for task in tasks
        ):
            return False
        self._state.deleted = {*self._state.deleted, contact_id}
        self._phones(contact_id, ())
        return True

    async def revive_contact(self, contact_id: int, phone: str | None) -> None:
        self._state.deleted = self._state.deleted - {contact_id}
        if phone is not None:
            self._phones(contact_id, (phone,))

    def _phones(self, contact_id: int, phones: tuple[str, ...]) -> None:
        row = self._state.contacts[contact_id]
        self._state.contacts[contact_id] = replace(row, contact=replace(row.contact, phones=phones))

    def _calls(self) -> list[Call]:
        """Those in sight, newest first."""
        rows = [row for row in self._state.calls.values() if is_seen(row.actor, self._actor)]
        calls = [self._shown(row) for row in rows if row.call.id not in self._state.deleted]
        return sorted(calls, key=lambda call: (call.started_at, call.id), reverse=True)

    def _shown(self, row: CallRow) -> Call:
        contact = self._state.contacts.get(row.call.contact.id)
        return replace(
            row.call,
            contact=contact.contact if contact else row.call.contact,
            do_not_call=row.call.contact.id in self._state.not_to_call,
            contact_zone=self._state.contact_zones.get(row.call.contact.id),
        )


def _is_wanted(call: Call, wanted: CallFilter) -> bool:
    return (
        wanted.outcome in (None, call.outcome)
        and wanted.direction in (None, call.direction)
        and wanted.contact_id in (None, call.contact.id)
        and wanted.member_id in (None, call.member_id)
    )
