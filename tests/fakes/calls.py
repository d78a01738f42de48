"""Fakes of calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from crm.calls import Call, NewCall
from crm.people import Actor
from crm.updates import Arrival
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
        saved = Call(
            id=self._state.next_id(),
            direction=call.direction,
            outcome=call.outcome,
            started_at=call.started_at,
            duration_seconds=call.duration_seconds,
            contact=self._state.contacts[call.contact_id].contact,
            phone=call.phone,
            notes=call.notes,
        )
        self._state.calls[saved.id] = CallRow(saved, arrival, actor)
        return saved

    async def delete(self, call_id: int, at: datetime) -> bool:
        self._state.deleted = {*self._state.deleted, call_id}
        return True

    async def restore(self, call_id: int) -> bool:
        was = call_id in self._state.deleted
        self._state.deleted = self._state.deleted - {call_id}
        return was

    async def latest(self, limit: int) -> Sequence[Call]:
        rows = [row for row in self._state.calls.values() if is_seen(row.actor, self._actor)]
        rows = [row for row in rows if row.call.id not in self._state.deleted]
        return sorted((row.call for row in rows), key=lambda call: (call.started_at, call.id), reverse=True)[
            :limit
        ]
