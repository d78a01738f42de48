"""Fakes of conversations and turns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crm.agents import Choice, Here, Reason
from crm.attachments import Attachment
from crm.people import Actor, ChatKind
from crm.turns import OWN, ModelAnswer, Progress, Saying, Stopping, Turn
from crm.updates import Arrival

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage, State


@dataclass(frozen=True, slots=True)
class TurnRow:
    """`state` is queued, answered (the model has spoken), sent, failed, canceled, stopped or joined."""

    turn: Turn
    reason: Reason
    state: str = "queued"
    held_until: datetime | None = None
    answer: ModelAnswer | None = None
    telegram_message_id: int | None = None
    reference: str | None = None
    detail: str | None = None


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
            and row.reason is not Reason.ASKED
        ]
        picked = self._state.picks.get((*topic, actor.member_id), (None, False))
        return Here(
            bound_agent_id=bound.get(topic, bound.get((actor.chat_id, None))),
            recent_agent_id=lately[-1].agent_id if lately else None,
            picked_agent_id=picked[0],
            handed_over=picked[1],
            default_agent_id=self._state.default_agents.get(actor.chat_id),
        )

    async def add_turn(
        self,
        actor: Actor,
        arrival: Arrival,
        choice: Choice,
        attachments: Sequence[Attachment] = (),
        *,
        until: datetime | None = None,
    ) -> Turn:
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
            sayings=(Saying(actor.display_name, choice.text, actor.member_id),),
            attachments=tuple(attachments),
        )
        is_idle = not any(
            row.turn.conversation_id == turn.conversation_id and row.state in ("queued", "answered")
            for row in self._state.turns.values()
        )
        if until is not None and is_idle:
            turn = replace(turn, lease=f"lease {self._state.next_id()}", attempts=1)
        held_until = until if turn.lease else None
        self._state.turns[turn.id] = TurnRow(turn, choice.reason, held_until=held_until, detail=choice.detail)
        return turn

    async def answered_by(self, chat_id: int, message_id: int) -> int | None:
        answers = [
            row.turn.agent_id
            for row in self._state.turns.values()
            if row.turn.actor.chat_id == chat_id and message_id in row.turn.pieces
        ]
        return answers[-1] if answers else None

    async def release(self, turn: Turn, until: datetime | None) -> None:
        if self._mark(turn, held_until=until):
            row = self._state.turns[turn.id]
            given_back = replace(row.turn, attempts=row.turn.attempts - 1, lease="")
            self._state.turns[turn.id] = replace(row, turn=given_back)

    async def keep_progress(self, turn: Turn, progress: Progress) -> bool:
        return self._change(turn, progress=progress)

    async def keep_shown(self, turn: Turn, telegram_message_id: int) -> bool:
        return self._change(turn, shown_as=telegram_message_id)

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool:
        return self._mark(turn, state="answered", answer=answer)

    async def keep_heard(self, turn: Turn) -> bool:
        row = self._state.turns[turn.id]
        if row.turn.lease != turn.lease:
            return False
        self._state.turns[turn.id] = replace(row, turn=turn)
        return True

    async def keep_pieces(self, turn: Turn, telegram_message_ids: Sequence[int]) -> bool:
        return self._change(turn, pieces=tuple(telegram_message_ids))

    async def mark_sent(self, turn: Turn, telegram_message_ids: Sequence[int]) -> bool:
        if not self._change(turn, pieces=tuple(telegram_message_ids)):
            return False
        row = self._state.turns[turn.id]
        last = telegram_message_ids[-1] if telegram_message_ids else None
        state = "failed" if row.reference else "stopped" if row.turn.is_stopped else "sent"
        return self._mark(turn, state=state, telegram_message_id=last)

    async def keep_apology(self, turn: Turn, reference: str, text: str) -> bool:
        answer = ModelAnswer(text, [], "")
        return self._mark(turn, state="answered", answer=answer, reference=reference)

    async def mark_failed(self, turn: Turn, reference: str) -> bool:
        return self._mark(turn, state="failed", reference=reference)

    async def mark_canceled(self, turn: Turn) -> bool:
        return self._mark(turn, state="canceled")

    async def stop(
        self, actor: Actor, thread_id: int | None, turn_id: int | None, at: datetime, *, everyones: bool
    ) -> Stopping:
        anywhere = turn_id is not None or actor.chat_kind is ChatKind.PRIVATE
        meant = [
            row
            for row in self._state.turns.values()
            if row.state == "queued"
            and row.turn.actor.chat_id == actor.chat_id
            and turn_id in (None, row.turn.id)
            and (anywhere or row.turn.thread_id == thread_id)
        ]
        stopped = []
        for row in meant:
            if everyones or actor.member_id in {one.member_id for one in row.turn.sayings}:
                state = "canceled" if row.held_until is None else row.state
                changed = replace(row, state=state, turn=replace(row.turn, is_stopped=True))
                self._state.turns[row.turn.id] = changed
                stopped.append(row.turn.id)
        return Stopping(stopped, bool(meant) and not stopped)

    def _change(self, turn: Turn, **changes: Any) -> bool:
        row = self._state.turns[turn.id]
        return self._mark(turn, turn=replace(row.turn, **changes))

    def _mark(self, ours: Turn, **changes: Any) -> bool:
        row = self._state.turns[ours.id]
        if row.state not in ("queued", "answered") or row.turn.lease != ours.lease:
            return False
        self._state.turns[ours.id] = replace(row, **changes)
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
            begun = row if row.turn.attempts or row.answer else self._with_those_behind(row)
            turn = replace(
                begun.turn,
                attempts=row.turn.attempts + 1,
                lease=f"lease {state.next_id()}",
                answer=row.answer.text if row.answer else None,
                is_own=row.answer is not None and row.answer.model == OWN,
                reference=row.reference,
            )
            state.turns[turn.id] = replace(begun, turn=turn, held_until=now + lease)
            claimed.append(turn)
        return claimed

    async def renew(self, turns: Sequence[Turn], until: datetime) -> dict[int, bool]:
        self._storage.must_be_there()
        rows = [self._storage.state.turns[turn.id] for turn in turns]
        return {
            row.turn.id: row.turn.is_stopped
            for turn, row in zip(turns, rows, strict=True)
            if row.state in ("queued", "answered") and row.turn.lease == turn.lease
        }

    def _with_those_behind(self, row: TurnRow) -> TurnRow:
        state, sayings = self._storage.state, list(row.turn.sayings)
        for other in list(state.turns.values()):
            if (
                other.turn.conversation_id == row.turn.conversation_id
                and other.turn.id > row.turn.id
                and other.state == "queued"
            ):
                if other.turn.actor.role is not row.turn.actor.role:
                    break
                sayings += other.turn.sayings
                state.turns[other.turn.id] = replace(other, state="joined")
        text = "\n".join(one.text for one in sayings)
        return replace(row, turn=replace(row.turn, sayings=tuple(sayings), text=text))


class FakeListener:
    """crm.turns.Listener that notes what it could have seen at each word."""

    def __init__(self, *, wants_text: bool = True) -> None:
        self.wants_text = wants_text
        self.is_stopped = False
        self.shown: list[str] = []
        self.steps: list[Progress] = []
        self._said: Callable[[], str] = str

    def follow(self, said: Callable[[], str]) -> None:
        self._said = said

    def heard(self) -> None:
        self.shown.append(self._said())

    async def step_done(self, progress: Progress) -> None:
        self.steps.append(progress)
