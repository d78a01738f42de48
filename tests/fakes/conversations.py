"""Fakes of conversations and turns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crm.agents import Choice, Here, Reason
from crm.attachments import Attachment
from crm.conversations import ModelAnswer, Turn
from crm.people import Actor
from crm.updates import Arrival

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage, State


@dataclass(frozen=True, slots=True)
class TurnRow:
    """`state` is queued, answered (the model has spoken), sent, failed or canceled."""

    turn: Turn
    reason: Reason
    state: str = "queued"
    held_until: datetime | None = None
    answer: ModelAnswer | None = None
    telegram_message_id: int | None = None
    reference: str | None = None


class FakeConversations:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def here(self, actor: Actor, thread_id: int | None, since: datetime) -> Here:
        bound, topic = self._state.bound, (actor.chat_id, thread_id)
        lately = [
            row.turn
            for row in self._state.turns.values()
            if (row.turn.actor.chat_id, row.turn.thread_id) == topic
            and row.turn.actor.person_id == actor.person_id
            and row.turn.asked_at >= since
        ]
        return Here(
            bound_agent_id=bound.get(topic, bound.get((actor.chat_id, None))),
            recent_agent_id=lately[-1].agent_id if lately else None,
        )

    async def add_turn(
        self, actor: Actor, arrival: Arrival, choice: Choice, attachments: Sequence[Attachment] = ()
    ) -> int:
        talks = self._state.conversations
        key = (actor.chat_id, arrival.thread_id, choice.agent.id)
        turn = Turn(
            id=self._state.next_id(),
            conversation_id=talks[key] if key in talks else talks.setdefault(key, self._state.next_id()),
            lease="",
            attempts=0,
            agent_id=choice.agent.id,
            actor=actor,
            thread_id=arrival.thread_id,
            message_id=arrival.message_id,
            text=choice.text,
            asked_at=arrival.sent_at,
            attachments=tuple(attachments),
        )
        self._state.turns[turn.id] = TurnRow(turn, choice.reason)
        return turn.id

    async def history(
        self, conversation_id: int, *, before_turn_id: int, limit: int
    ) -> Sequence[Sequence[Any]]:
        said = [
            row.answer.messages
            for row in self._state.turns.values()
            if row.turn.conversation_id == conversation_id
            and row.turn.id < before_turn_id
            and row.state == "sent"
            and row.answer is not None
        ]
        return said[-limit:]

    async def renew(self, turn: Turn, until: datetime) -> bool:
        return self._mark(turn, held_until=until)

    async def release(self, turn: Turn) -> None:
        if self._mark(turn, held_until=None):
            row = self._state.turns[turn.id]
            given_back = replace(row.turn, attempts=row.turn.attempts - 1, lease="")
            self._state.turns[turn.id] = replace(row, turn=given_back)

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool:
        return self._mark(turn, state="answered", answer=answer)

    async def keep_heard(self, turn: Turn) -> bool:
        row = self._state.turns[turn.id]
        if row.turn.lease != turn.lease:
            return False
        self._state.turns[turn.id] = replace(row, turn=turn)
        return True

    async def mark_sent(self, turn: Turn, telegram_message_id: int) -> bool:
        return self._mark(turn, state="sent", telegram_message_id=telegram_message_id)

    async def mark_failed(self, turn: Turn, reference: str) -> bool:
        return self._mark(turn, state="failed", reference=reference)

    async def cancel(self, turn_id: int, actor: Actor) -> bool:
        row = self._state.turns.get(turn_id)
        if row is None or row.turn.actor.chat_id != actor.chat_id or row.state not in ("queued", "answered"):
            return False
        self._state.turns[turn_id] = replace(row, state="canceled")
        return True

    def _mark(self, turn: Turn, **changes: Any) -> bool:
        row = self._state.turns[turn.id]
        if row.state not in ("queued", "answered") or row.turn.lease != turn.lease:
            return False
        self._state.turns[turn.id] = replace(row, **changes)
        return True


class FakeTurnDoors:
    """crm.conversations.TurnDoors."""

    def __init__(self, storage: "FakeStorage") -> None:
        self._storage = storage

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Turn]:
        self._storage.must_be_there()
        state = self._storage.state
        oldest: dict[int, TurnRow] = {}
        for row in state.turns.values():
            if row.state in ("queued", "answered"):
                oldest.setdefault(row.turn.conversation_id, row)
        claimed = []
        for row in [row for row in oldest.values() if row.held_until is None or row.held_until <= now][
            :limit
        ]:
            turn = replace(
                row.turn,
                attempts=row.turn.attempts + 1,
                lease=f"lease {state.next_id()}",
                answer=row.answer.text if row.answer else None,
            )
            state.turns[turn.id] = replace(row, turn=turn, held_until=now + lease)
            claimed.append(turn)
        return claimed
