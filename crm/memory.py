"""Memory: what an assistant is reminded of before it answers, and how somebody sees, changes and erases it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from crm.activity import Activity
from crm.agents import AgentDirectory
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed, NotFound
from crm.grammar.letters import storable
from crm.people import Actor, ChatKind, Role
from crm.storage import Storage, Unit
from crm.turns import Turn
from crm.updates import Arrival

BUDGET = 6000  # tokens of earlier messages that go along with a question
CHARACTERS = 3  # of a token, about: more in English, fewer in Russian
SUMMARY = 1500  # characters of a summary
FACTS = 50  # that are kept of a person in a team, and of a conversation
FACT_LENGTH = 300  # characters
READ_AT_MOST = 60  # turns looked at for one question
DAYS = (1, 7, 30, 90, 365)  # how long a chat may keep what was said to assistants


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


class Memory:
    """The rules of memory. What is private never goes along in a group: conversations belong to a chat, and facts
    about a person to their private chat."""

    def __init__(self, storage: Storage, directory: AgentDirectory | None = None) -> None:
        self._storage = storage
        self._directory = directory

    async def context(self, turn: Turn, *, budget: int = BUDGET) -> Context:
        """See context_of."""
        async with self._storage.transaction(turn.actor) as unit:
            return await context_of(unit, turn, budget=budget)

    async def summarize(self, turn: Turn, until_turn_id: int, summary: str) -> None:
        """Turns up to that one are in the summary from now on."""
        async with self._storage.transaction(turn.actor) as unit:
            await unit.memory.summarize(turn.conversation_id, until_turn_id, storable(summary)[:SUMMARY])

    async def show(self, actor: Actor, thread_id: int | None) -> MemoryView:
        roster = await self._directory.roster(actor) if self._directory is not None else ()
        names = {agent.id: agent.name(actor.language) for agent in roster}
        async with self._storage.transaction(actor) as unit:
            view = await _view(unit, actor, thread_id)
        talks = [replace(one, agent=names.get(one.agent_id, "…")) for one in view.conversations]
        return replace(view, conversations=talks)

    async def remember(
        self, actor: Actor, arrival: Arrival, body: str, reply: Reply[str], *, finishes: bool = True
    ) -> Answer:
        """In private of the person in this team; in a group of its conversation. What is remembered already stays one
        fact. `finishes` False: the update that brought it was finished before, as it became a turn. Raises BadInput."""
        body = checked_fact(body)
        async with self._storage.transaction(actor) as unit:
            facts = await unit.memory.facts(actor.chat_id, arrival.thread_id, in_private=_is_private(actor))
            is_new = all(fact.body != body for fact in facts)
            if is_new and len(facts) >= FACTS:
                raise BadInput(
                    N_("That is enough to remember: {limit}. Forget something first: /memory"), limit=FACTS
                )
            where = None
            if not _is_private(actor):
                talks = await unit.memory.conversations(actor.chat_id, arrival.thread_id)
                if not talks:
                    raise BadInput(
                        N_("Talk to an assistant here first; what it is to remember belongs to that.")
                    )
                where = talks[0].conversation_id
            if is_new:
                await unit.memory.add_fact(actor.member_id, body, where)
            answer = reply(body)
            if finishes:
                await unit.updates.finish(arrival, answer)
        return answer

    async def change(
        self, actor: Actor, arrival: Arrival, fact_id: int, body: str, reply: Reply[str]
    ) -> Answer:
        """Raises NotFound, BadInput."""
        body = checked_fact(body)
        async with self._storage.transaction(actor) as unit:
            if not await unit.memory.change_fact(fact_id, body):
                raise NotFound(N_("That is forgotten already."))
            answer = reply(body)
            await unit.updates.finish(arrival, answer)
        return answer

    async def forget_fact(
        self, actor: Actor, arrival: Arrival, fact_id: int, reply: Reply[MemoryView]
    ) -> Answer:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            if not await unit.memory.remove_fact(fact_id):
                raise NotFound(N_("That is forgotten already."))
            answer = reply(await _view(unit, actor, arrival.thread_id))
            await unit.updates.finish(arrival, answer)
        return answer

    async def start_afresh(self, actor: Actor, arrival: Arrival, reply: Reply[int]) -> Answer:
        """/new: what was said here until now no longer goes along; it can still be seen and erased."""
        async with self._storage.transaction(actor) as unit:
            answer = reply(await unit.memory.start_afresh(actor.chat_id, arrival.thread_id))
            await unit.updates.finish(arrival, answer)
        return answer

    async def erase(self, actor: Actor, arrival: Arrival, *, everywhere: bool, reply: Reply[int]) -> Answer:
        """/forget: this conversation, or all that the person said to assistants in this team. In a group who manages
        the team erases what everybody said there, others what they said themselves."""
        whose = None if not everywhere and (_is_private(actor) or _manages(actor)) else actor.member_id
        async with self._storage.transaction(actor) as unit:
            erased = await unit.memory.erase(
                actor.chat_id, arrival.thread_id, everywhere=everywhere, member_id=whose
            )
            answer = reply(erased)
            await unit.updates.finish(arrival, answer)
        return answer

    async def keep_for(
        self, actor: Actor, arrival: Arrival, days: int | None, reply: Reply[int | None]
    ) -> Answer:
        """How long this chat keeps what is said to assistants. Raises NotAllowed in a group for who doesn't manage."""
        if days is not None and days not in DAYS:
            raise BadInput(N_("Press one of the buttons."))
        if not _is_private(actor) and not _manages(actor):
            raise NotAllowed(N_("Only owners and managers of the team decide how long this chat is kept."))
        async with self._storage.transaction(actor) as unit:
            before = await unit.memory.keep_days(actor.chat_id)
            if before != days:
                await unit.memory.set_keep_days(actor.chat_id, days)
                await unit.activity.add(
                    Activity(
                        "kept_for",
                        "chat",
                        actor.chat_id,
                        actor_member_id=actor.member_id,
                        changes={"keep_days": [before, days]},
                    )
                )
            answer = reply(days)
            await unit.updates.finish(arrival, answer)
        return answer


async def context_of(unit: Unit, turn: Turn, *, budget: int = BUDGET) -> Context:
    """The latest turns that fit in `budget` tokens, each whole and with those that go on from it, so that no call of a
    tool is parted from its result; then the summary of what was before, and what the person asked to have remembered.
    The turn that this one goes on from is there whatever its length, unless it was erased."""
    stored = await unit.memory.of_conversation(
        turn.conversation_id,
        before_turn_id=turn.id,
        in_private=turn.actor.chat_kind is ChatKind.PRIVATE,
        limit=READ_AT_MOST,
    )
    room = budget - tokens(stored.summary or "") - sum(tokens(fact.body) for fact in stored.facts)
    kept: list[Past] = []
    for whole in reversed(_wholes(stored.turns)):
        room -= sum(tokens_of(past.messages) for past in whole)
        is_needed = any(past.turn_id == turn.resumes_turn_id for past in whole)
        if whole[0].resumes_turn_id is not None or (room < 0 and not is_needed):
            break
        kept = [*whole, *kept]
    left_out = stored.turns[: len(stored.turns) - len(kept)]
    return Context(kept, stored.summary, [fact.body for fact in stored.facts], left_out)


async def _view(unit: Unit, actor: Actor, thread_id: int | None) -> MemoryView:
    return MemoryView(
        await unit.memory.facts(actor.chat_id, thread_id, in_private=_is_private(actor)),
        await unit.memory.conversations(actor.chat_id, thread_id),
        await unit.memory.keep_days(actor.chat_id),
    )


def _wholes(turns: Sequence[Past]) -> list[list[Past]]:
    """Turns with those that go on from them; one whose beginning is gone stands alone."""
    wholes: list[list[Past]] = []
    for past in turns:
        if wholes and past.resumes_turn_id is not None and wholes[-1][-1].turn_id == past.resumes_turn_id:
            wholes[-1].append(past)
        else:
            wholes.append([past])
    return wholes


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // CHARACTERS)


def tokens_of(messages: Sequence[Any]) -> int:
    """About how many tokens stored messages have, by all the words in them."""
    return sum(_letters(one) for one in messages) // CHARACTERS + 1


def _letters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_letters(one) for key, one in value.items() if key in ("parts", "content", "args"))
    return sum(_letters(one) for one in value) if isinstance(value, list) else 0


def checked_fact(body: str) -> str:
    """Raises BadInput for none or a long one."""
    body = " ".join(storable(body).split())
    if not body:
        raise BadInput(N_("What shall be remembered? For example: remember that I prefer calls after ten."))
    if len(body) > FACT_LENGTH:
        raise BadInput(
            N_("That is too long to remember. Say it in up to {limit} characters."), limit=FACT_LENGTH
        )
    return body


def extract(summary: str | None, turns: Sequence[Past]) -> str:
    """A summary without a model: the beginning of each question and answer, the newest of them if there is no room."""
    lines = [summary] if summary else []
    for past in turns:
        said = [words for message in past.messages for words in _said(message)]
        lines += [f"– {' '.join(words.split())[:100]}" for words in (said[:1] + said[-1:] if said else [])]
    text = "\n".join(dict.fromkeys(lines))
    return text if len(text) <= SUMMARY else f"…{text[-SUMMARY + 1 :]}"


def transcript(turns: Sequence[Past]) -> str:
    """What was said, for whoever makes a summary of it."""
    return "\n".join(words for past in turns for message in past.messages for words in _said(message))


def _said(message: Any) -> list[str]:
    """What the person and the assistant said, no results of tools."""
    kinds = ("user-prompt", "text")
    parts = message.get("parts", ()) if isinstance(message, dict) else ()
    found = [
        part.get("content") for part in parts if isinstance(part, dict) and part.get("part_kind") in kinds
    ]
    return [one for one in found if isinstance(one, str) and one.strip()]


def _is_private(actor: Actor) -> bool:
    return actor.chat_kind is ChatKind.PRIVATE


def _manages(actor: Actor) -> bool:
    return actor.role in (Role.OWNER, Role.MANAGER)
