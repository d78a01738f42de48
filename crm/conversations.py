"""Conversations: plain text becomes a turn, a row that some process answers (DESIGN §2.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from crm.agents import RECENT, AgentDirectory, Choice, Here, choose
from crm.errors import N_, BadInput
from crm.grammar.letters import storable
from crm.people import Actor
from crm.proposals.entities import NewProposal
from crm.storage import Storage
from crm.updates import Arrival

LEASE = timedelta(seconds=30)  # renewed while the model speaks
ATTEMPTS = 3  # a turn that ended its process this often is given up with an apology
QUESTION_LIMIT = 8000  # characters


@dataclass(frozen=True, slots=True)
class Turn:
    """One message to an agent and its answer, leased to us. `attempts` counts this one.

    `answer` is there when the model has spoken and only the sending is left. `history` holds earlier turns'
    model messages, oldest first, as stored (JSON of ModelMessagesTypeAdapter).
    """

    id: int
    conversation_id: int
    lease: str
    attempts: int
    agent_id: int
    actor: Actor
    thread_id: int | None
    message_id: int | None
    text: str
    asked_at: datetime
    answer: str | None = None
    resumes_turn_id: int | None = None  # this one goes on from that one, whose proposals are decided


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model said: text (Markdown), its messages as JSON for the next turn, and what it used. `proposals` are the
    writes it asked for; with some of them the text may be empty."""

    text: str
    messages: Sequence[Any]
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    proposals: Sequence[NewProposal] = ()


class ConversationStore(Protocol):
    async def here(self, actor: Actor, thread_id: int | None, since: datetime) -> Here: ...

    async def add_turn(self, actor: Actor, arrival: Arrival, choice: Choice) -> int:
        """Open the conversation of chat, thread and agent if need be, and queue a turn in it; the turn's id."""

    async def history(
        self, conversation_id: int, *, before_turn_id: int, limit: int
    ) -> Sequence[Sequence[Any]]:
        """Model messages of the last `limit` finished turns, oldest first."""

    async def renew(self, turn: Turn, until: datetime) -> bool:
        """False when the turn was canceled or another process took it."""

    async def release(self, turn: Turn) -> None:
        """Give the lease back, as if the turn had not been claimed."""

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool: ...

    async def mark_sent(self, turn: Turn, telegram_message_id: int) -> bool: ...

    async def mark_failed(self, turn: Turn, reference: str) -> bool: ...

    async def cancel(self, turn_id: int, actor: Actor) -> bool:
        """Cancel an unfinished turn of the actor's chat; False when there is none."""


class TurnDoors(Protocol):
    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Turn]:
        """Lease the oldest unfinished turn of each conversation, skipping what others hold."""


class Conversations:
    """Questions to agents and what becomes of them."""

    def __init__(
        self,
        storage: Storage,
        doors: TurnDoors,
        directory: AgentDirectory,
        *,
        wake: Callable[[], None],
        cancel: Callable[[int], None],
    ) -> None:
        self._storage = storage
        self._doors = doors
        self._directory = directory
        self._wake = wake
        self._cancel = cancel

    async def ask(self, actor: Actor, arrival: Arrival, text: str) -> Choice:
        """Choose the agent and commit the turn; the answer comes later, from the turn. Raises BadInput, NotFound."""
        if len(text) > QUESTION_LIMIT:
            raise BadInput(
                N_("That is {length} characters. Ask in up to {limit}."),
                length=len(text),
                limit=QUESTION_LIMIT,
            )
        text = storable(text)
        roster = await self._directory.roster(actor)
        async with self._storage.transaction(actor) as unit:
            here = await unit.conversations.here(actor, arrival.thread_id, arrival.sent_at - RECENT)
            choice = choose(
                text, language=actor.language, chat_kind=actor.chat_kind, here=here, roster=roster
            )
            await unit.conversations.add_turn(actor, arrival, choice)
            await unit.updates.finish(arrival, None)
        self._wake()
        return choice

    async def stop(self, actor: Actor, arrival: Arrival, turn_id: int) -> bool:
        """Cancel a turn the actor's chat is waiting for; False when it is finished already."""
        async with self._storage.transaction(actor) as unit:
            stopped = await unit.conversations.cancel(turn_id, actor)
            await unit.updates.finish(arrival, None)
        if stopped:
            self._cancel(turn_id)
        return stopped

    async def claim(self, now: datetime, *, limit: int = 4) -> Sequence[Turn]:
        return await self._doors.claim(now, limit=limit, lease=LEASE)

    async def history(self, turn: Turn, *, limit: int = 10) -> Sequence[Sequence[Any]]:
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.history(turn.conversation_id, before_turn_id=turn.id, limit=limit)

    async def renew(self, turn: Turn, now: datetime) -> bool:
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.renew(turn, now + LEASE)

    async def release(self, turn: Turn) -> None:
        """Leave it to whoever claims it next, at once instead of after the lease."""
        async with self._storage.transaction(turn.actor) as unit:
            await unit.conversations.release(turn)

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool:
        """Write the answer down before it is sent, so that a crash in between costs no second model call."""
        async with self._storage.transaction(turn.actor) as unit:
            kept = await unit.conversations.keep_answer(turn, answer)
            if kept and answer.proposals:
                await unit.proposals.add(turn, answer.proposals)
            return kept

    async def sent(self, turn: Turn, telegram_message_id: int) -> bool:
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.mark_sent(turn, telegram_message_id)

    async def failed(self, turn: Turn, reference: str) -> bool:
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.mark_failed(turn, reference)
