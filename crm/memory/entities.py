"""Memory: what is kept of a conversation and of a person, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a person asked to have remembered: of them in this team, or of one conversation in a group."""

    id: int
    body: str
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A finished turn of a conversation: what the model's messages were, as stored. One that `resumes` another begins
    with what became of the calls that the other ended with."""

    turn_id: int
    messages: Sequence[Any]
    resumes_turn_id: int | None = None

    @property
    def has_calls(self) -> bool:
        """Whether the model called tools in it."""
        parts = (part for one in self.messages if isinstance(one, dict) for part in one.get("parts", ()))
        return any(isinstance(part, dict) and part.get("part_kind") == "tool-call" for part in parts)


@dataclass(frozen=True, slots=True)
class Stored:
    """What there is of a conversation: turns after the summary, oldest first, and what came before in short."""

    turns: Sequence[Past]
    summary: str | None
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Context:
    """What goes along with a question. `left_out` are turns that found no room and are in no summary yet."""

    turns: Sequence[Past]
    summary: str | None = None
    facts: Sequence[str] = ()
    left_out: Sequence[Past] = ()

    def has(self, turn_id: int) -> bool:
        return any(past.turn_id == turn_id for past in self.turns)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A conversation of this chat or topic, and what is kept of it; `agent` is the assistant's name."""

    conversation_id: int
    agent_id: int
    summary: str | None
    turns: int
    agent: str = ""


@dataclass(frozen=True, slots=True)
class MemoryView:
    """All that is kept of somebody here. `keep_days` None: until it is erased."""

    facts: Sequence[Fact]
    conversations: Sequence[Remembered]
    keep_days: int | None


class MemoryStore(Protocol):
    async def of_conversation(
        self, conversation_id: int, *, before_turn_id: int, in_private: bool, limit: int
    ) -> Stored:
        """Facts of a person only `in_private`; of a group's conversation only there."""

    async def summarize(self, conversation_id: int, until_turn_id: int, summary: str | None) -> None: ...

    async def conversations(self, chat_id: int, thread_id: int | None) -> Sequence[Remembered]: ...

    async def facts(self, chat_id: int, thread_id: int | None, *, in_private: bool) -> Sequence[Fact]:
        """The person's own `in_private`; elsewhere those of the chat's topic."""

    async def add_fact(self, member_id: int, body: str, conversation_id: int | None) -> int: ...

    async def change_fact(self, fact_id: int, body: str) -> bool: ...

    async def remove_fact(self, fact_id: int) -> bool: ...

    async def start_afresh(self, chat_id: int, thread_id: int | None) -> int:
        """Nothing said in this chat or topic until now goes along any more; how many conversations that were."""

    async def erase(
        self, chat_id: int, thread_id: int | None, *, everywhere: bool, member_id: int | None
    ) -> int:
        """Words of turns (of one member, or all in the chat), their proposals, summaries and facts; what runs is
        canceled. `everywhere`
        means all chats of the member in this team. How many turns."""

    async def keep_days(self, chat_id: int) -> int | None: ...

    async def set_keep_days(self, chat_id: int, days: int | None) -> None: ...


class MemoryDoors(Protocol):
    async def purge(self, now: datetime) -> int:
        """Erase what chats keep for a while only; how many turns."""
