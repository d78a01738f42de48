"""Fakes of picks, bindings and held questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from crm.agents import Doubt, Reason
from crm.people import Actor
from crm.picking import HeldQuestion, LastChoice
from crm.turns import Turn
from crm.updates import Arrival

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A question in doubt, of one member in one chat."""

    question: HeldQuestion
    member_id: int
    chat_id: int
    until: datetime


class FakePicking:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def pick(
        self, actor: Actor, thread_id: int | None, agent_id: int | None, *, is_handed: bool = False
    ) -> None:
        self._state.picks.pop((actor.chat_id, thread_id, actor.member_id), None)
        if agent_id is not None:
            self._state.picks[actor.chat_id, thread_id, actor.member_id] = (agent_id, is_handed)

    async def bind(self, chat_id: int, thread_id: int | None, agent_id: int | None) -> None:
        self._state.bound.pop((chat_id, thread_id), None)
        if agent_id is not None:
            self._state.bound[chat_id, thread_id] = agent_id

    async def set_default(self, chat_id: int, agent_id: int | None) -> None:
        self._state.default_agents.pop(chat_id, None)
        if agent_id is not None:
            self._state.default_agents[chat_id] = agent_id

    async def hold(self, actor: Actor, arrival: Arrival, doubt: Doubt, until: datetime) -> int:
        held_id = self._state.next_id()
        question = HeldQuestion(
            doubt.text, doubt.detail, arrival.thread_id, arrival.message_id, arrival.sent_at
        )
        self._state.held[held_id] = HeldRow(question, actor.member_id, actor.chat_id, until)
        return held_id

    async def take(self, actor: Actor, held_id: int, now: datetime) -> HeldQuestion | None:
        row = self._state.held.get(held_id)
        if (
            row is None
            or (row.member_id, row.chat_id) != (actor.member_id, actor.chat_id)
            or row.until <= now
        ):
            return None
        return self._state.held.pop(held_id).question

    async def last_choice(self, actor: Actor, thread_id: int | None) -> LastChoice | None:
        said = [
            row
            for row in self._state.turns.values()
            if (row.turn.actor.chat_id, row.turn.thread_id) == (actor.chat_id, thread_id)
            and row.turn.actor.member_id == actor.member_id
        ]
        if not said:
            return None
        last = said[-1]
        return LastChoice(last.turn.agent_id, last.reason.value, last.detail, last.turn.asked_at)

    async def passed_to(
        self, actor: Actor, thread_id: int | None, message_id: int | None, asked_at: datetime
    ) -> Sequence[int]:
        return [
            row.turn.agent_id
            for row in self._state.turns.values()
            if row.reason is Reason.HANDED
            and (row.turn.actor.chat_id, row.turn.actor.member_id) == (actor.chat_id, actor.member_id)
            and (row.turn.thread_id, row.turn.message_id) == (thread_id, message_id)
            and row.turn.asked_at == asked_at
        ]

    async def passed_on(self, turn: Turn) -> tuple[int, str | None] | None:
        later = [
            (row.turn.agent_id, row.detail)
            for row in self._state.turns.values()
            if row.reason is Reason.HANDED
            and row.turn.id > turn.id
            and row.turn.actor.member_id == turn.actor.member_id
            and (row.turn.message_id, row.turn.asked_at) == (turn.message_id, turn.asked_at)
        ]
        return later[0] if later else None
