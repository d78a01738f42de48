"""Fakes of memory and privacy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crm.memory import Fact, Past, Remembered, Stored
from crm.people import Actor

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class TalkRow:
    """What a conversation's row says beside its turns."""

    summary: str | None = None
    summary_until: int = 0
    fresh_after: int = 0


@dataclass(frozen=True, slots=True)
class FactRow:
    member_id: int
    fact: Fact


class FakeMemory:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def of_conversation(
        self, conversation_id: int, *, before_turn_id: int, in_private: bool, limit: int
    ) -> Stored:
        talk = self._state.talks.get(conversation_id, TalkRow())
        past = [
            Past(row.turn.id, row.answer.messages, row.turn.resumes_turn_id)
            for row in self._state.turns.values()
            if row.turn.conversation_id == conversation_id
            and max(talk.summary_until, talk.fresh_after) < row.turn.id < before_turn_id
            and row.state == "sent"
            and row.answer is not None
            and row.answer.messages
        ]
        facts = [
            row.fact
            for row in self._state.facts.values()
            if row.fact.conversation_id == conversation_id
            or (in_private and row.fact.conversation_id is None and row.member_id == self._actor.member_id)
        ]
        return Stored(past[-limit:], talk.summary, facts)

    async def summarize(self, conversation_id: int, until_turn_id: int, summary: str | None) -> None:
        talk = self._state.talks.get(conversation_id, TalkRow())
        if max(talk.summary_until, talk.fresh_after) < until_turn_id:
            self._state.talks[conversation_id] = replace(talk, summary=summary, summary_until=until_turn_id)

    async def conversations(self, chat_id: int, thread_id: int | None) -> Sequence[Remembered]:
        return [
            Remembered(
                number,
                agent_id,
                self._state.talks.get(number, TalkRow()).summary,
                sum(row.turn.conversation_id == number for row in self._state.turns.values()),
            )
            for (place, topic, agent_id), number in self._state.conversations.items()
            if (place, topic) == (chat_id, thread_id)
        ]

    async def facts(self, chat_id: int, thread_id: int | None, *, in_private: bool) -> Sequence[Fact]:
        talks = self._state.conversations.items()
        here = {number for (place, topic, _agent), number in talks if (place, topic) == (chat_id, thread_id)}
        return [
            row.fact
            for row in self._state.facts.values()
            if (
                row.member_id == self._actor.member_id and row.fact.conversation_id is None
                if in_private
                else row.fact.conversation_id in here
            )
        ]

    async def add_fact(self, member_id: int, body: str, conversation_id: int | None) -> int:
        number = self._state.next_id()
        self._state.facts[number] = FactRow(member_id, Fact(number, body, conversation_id))
        return number

    async def change_fact(self, fact_id: int, body: str) -> bool:
        row = self._state.facts.get(fact_id)
        if row is None or row.member_id != self._actor.member_id:
            return False
        self._state.facts[fact_id] = replace(row, fact=replace(row.fact, body=body))
        return True

    async def remove_fact(self, fact_id: int) -> bool:
        row = self._state.facts.get(fact_id)
        if row is None or row.member_id != self._actor.member_id:
            return False
        del self._state.facts[fact_id]
        return True

    async def start_afresh(self, chat_id: int, thread_id: int | None) -> int:
        talks = await self.conversations(chat_id, thread_id)
        for talk in talks:
            last = max(
                (
                    row.turn.id
                    for row in self._state.turns.values()
                    if row.turn.conversation_id == talk.conversation_id
                ),
                default=0,
            )
            self._state.talks[talk.conversation_id] = TalkRow(None, last, last)
        return len(talks)

    async def erase(
        self, chat_id: int, thread_id: int | None, *, everywhere: bool, member_id: int | None
    ) -> int:
        erased = 0
        for number, row in list(self._state.turns.items()):
            place = (row.turn.actor.chat_id, row.turn.thread_id)
            if not everywhere and place != (chat_id, thread_id):
                continue
            if member_id is not None and row.turn.actor.member_id != member_id:
                continue
            state = row.state if row.state in ("sent", "failed") else "canceled"
            self._state.turns[number] = replace(
                row, state=state, answer=None, turn=replace(row.turn, text="")
            )
            self._state.talks.pop(row.turn.conversation_id, None)
            for key, proposal in list(self._state.proposals.items()):
                if proposal.proposal.turn_id == number:
                    del self._state.proposals[key]
            erased += 1
        if everywhere:
            for number, fact in list(self._state.facts.items()):
                if fact.member_id == self._actor.member_id:
                    del self._state.facts[number]
        return erased

    async def keep_days(self, chat_id: int) -> int | None:
        return self._state.keep_days.get(chat_id)

    async def set_keep_days(self, chat_id: int, days: int | None) -> None:
        self._state.keep_days[chat_id] = days


class FakePrivacy:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def is_off(self) -> bool:
        return self._actor.workspace_id in self._state.assistants_off

    async def set_off(self, *, off: bool) -> None:
        (self._state.assistants_off.add if off else self._state.assistants_off.discard)(
            self._actor.workspace_id
        )

    async def told(self) -> Sequence[str]:
        return [name for person, name in self._state.told_providers if person == self._actor.person_id]

    async def tell(self, providers: Sequence[str]) -> None:
        self._state.told_providers |= {(self._actor.person_id, one) for one in providers}
