"""Picking: whom a person, a chat or another assistant chose to answer here, and why the last answer came from whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from crm.activity import Activity
from crm.agents import RECENT, Agent, AgentDirectory, Choice, Doubt, Here, Reason, answering
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed, NotFound
from crm.people import Actor, ChatKind, Role
from crm.routing import find_agent
from crm.storage import Storage
from crm.updates import Arrival

if TYPE_CHECKING:
    from crm.turns import Turn

HELD = timedelta(hours=24)  # how long a message waits for its author to say whom it is for


@dataclass(frozen=True, slots=True)
class Held:
    """A message in doubt, kept until one of the agents is pressed."""

    id: int
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class HeldQuestion:
    """A held message as it was sent."""

    question: str
    scores: str
    thread_id: int | None
    message_id: int | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class LastChoice:
    """Who was to answer the person's last message here, and why. `reason` may be one that is no longer known."""

    agent_id: int
    reason: str
    detail: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Circle:
    """Who may answer here, and who was picked or bound; all as the actor sees it. `may_bind`: the actor decides for
    everybody here."""

    roster: Sequence[Agent]
    here: Here
    thread_id: int | None
    may_bind: bool

    def of(self, agent_id: int | None) -> Agent | None:
        return answering(self.roster, agent_id)


@dataclass(frozen=True, slots=True)
class Explained:
    """The last choice beside those who may answer; `agent` None when it is gone by now."""

    last: LastChoice
    agent: Agent | None
    circle: Circle


class PickingStore(Protocol):
    """A pick is its member's alone; a binding is everybody's."""

    async def pick(
        self, actor: Actor, thread_id: int | None, agent_id: int | None, *, is_handed: bool = False
    ) -> None:
        """None picks nobody."""

    async def bind(self, chat_id: int, thread_id: int | None, agent_id: int | None) -> None:
        """None binds to nobody. `chat_id` is our row in `chats`."""

    async def set_default(self, chat_id: int, agent_id: int | None) -> None:
        """Who answers in the chat when nothing else decides."""

    async def hold(self, actor: Actor, arrival: Arrival, doubt: Doubt, until: datetime) -> int:
        """The id of the held message."""

    async def take(self, actor: Actor, held_id: int, now: datetime) -> HeldQuestion | None:
        """Gives a held message out once; None when it is another's, was given out, or is too old."""

    async def last_choice(self, actor: Actor, thread_id: int | None) -> LastChoice | None: ...

    async def passed_to(
        self, actor: Actor, thread_id: int | None, message_id: int | None, asked_at: datetime
    ) -> Sequence[int]:
        """The agents that a message was passed on to by others, in that order."""

    async def passed_on(self, turn: "Turn") -> tuple[int, str | None] | None:
        """The agent that a turn's message was passed on to from it, and why."""


class Picking:
    """The rules of picking. `wake` tells the worker that there is a new turn."""

    def __init__(self, storage: Storage, directory: AgentDirectory, *, wake: Callable[[], None]) -> None:
        self._storage = storage
        self._directory = directory
        self._wake = wake

    async def circle(self, actor: Actor, arrival: Arrival) -> Circle:
        roster = await self._directory.roster(actor)
        async with self._storage.transaction(actor) as unit:
            here = await unit.conversations.here(actor, arrival.thread_id, arrival.sent_at - RECENT)
        return Circle(roster, here.today(roster), arrival.thread_id, may_bind(actor))

    async def find(self, actor: Actor, words: str) -> tuple[Agent, str]:
        """The agent a line begins with, and the rest of it. Raises NotFound, which names those there are."""
        roster = await self._directory.roster(actor)
        found = find_agent(words, roster)
        if found is None:
            raise NotFound(
                N_("There is no such assistant. There are: {slugs}"),
                slugs=", ".join(agent.slug for agent in roster) or "—",
            )
        return found

    async def pick(
        self, actor: Actor, arrival: Arrival, agent_id: int | None, reply: Reply[Circle]
    ) -> Answer:
        """The agent answers this person here from now on; None: as it is found for each message. Raises NotFound."""
        roster = await self._directory.roster(actor)
        if agent_id is not None:
            agent_id = _one_of(roster, agent_id).id
        async with self._storage.transaction(actor) as unit:
            await unit.picking.pick(actor, arrival.thread_id, agent_id)
            here = await unit.conversations.here(actor, arrival.thread_id, arrival.sent_at - RECENT)
            answer = reply(Circle(roster, here.today(roster), arrival.thread_id, may_bind(actor)))
            await unit.updates.finish(arrival, answer)
        return answer

    async def bind(
        self,
        actor: Actor,
        arrival: Arrival,
        agent_id: int | None,
        reply: Reply[Circle],
        *,
        only_default: bool = False,
    ) -> Answer:
        """The agent answers everybody in this topic, or in this chat; with `only_default`, in this chat where nothing
        else decides. None: nobody does. Raises NotAllowed for who doesn't manage the team in a group, NotFound."""
        if not may_bind(actor):
            raise NotAllowed(N_("In a group only the owner and managers of the team decide who answers."))
        roster = await self._directory.roster(actor)
        after = None if agent_id is None else _one_of(roster, agent_id)
        agent_id = None if after is None else after.id
        async with self._storage.transaction(actor) as unit:
            since = arrival.sent_at - RECENT
            was = (await unit.conversations.here(actor, arrival.thread_id, since)).today(roster)
            before_id = was.default_agent_id if only_default else was.bound_agent_id
            if only_default:
                await unit.picking.set_default(actor.chat_id, agent_id)
            else:
                await unit.picking.bind(actor.chat_id, arrival.thread_id, agent_id)
            before = next((agent.slug for agent in roster if agent.id == before_id), None)
            if before_id != agent_id:
                await unit.activity.add(
                    Activity(
                        "bound",
                        "chat",
                        actor.chat_id,
                        actor_member_id=actor.member_id,
                        changes={
                            "default_agent" if only_default else "agent": [
                                before,
                                after.slug if after else None,
                            ],
                            "thread_id": arrival.thread_id,
                        },
                    )
                )
            here = await unit.conversations.here(actor, arrival.thread_id, since)
            answer = reply(Circle(roster, here.today(roster), arrival.thread_id, may_bind=True))
            await unit.updates.finish(arrival, answer)
        return answer

    async def ask_held(
        self, actor: Actor, arrival: Arrival, held_id: int, agent_id: int, reply: Reply[Agent]
    ) -> Answer:
        """The held message is for that agent, who stays at hand as whoever answered last does. Raises NotFound."""
        roster = await self._directory.roster(actor)
        agent = _one_of(roster, agent_id)
        async with self._storage.transaction(actor) as unit:
            held = await unit.picking.take(actor, held_id, arrival.sent_at)
            if held is None:
                raise NotFound(
                    N_("That question is answered by now, is too old, or is not yours. Ask it again.")
                )
            asked = Arrival(
                bot_id=arrival.bot_id,
                update_id=arrival.update_id,
                telegram_chat_id=arrival.telegram_chat_id,
                sent_at=arrival.sent_at,
                thread_id=held.thread_id,
                message_id=held.message_id,
            )
            choice = Choice(agent, Reason.CHOSEN, held.question, held.scores)
            await unit.conversations.add_turn(actor, asked, choice)
            answer = reply(agent)
            await unit.updates.finish(arrival, answer)
        self._wake()
        return answer

    async def why(self, actor: Actor, arrival: Arrival) -> Explained:
        """Raises BadInput when nothing was asked here yet."""
        circle = await self.circle(actor, arrival)
        async with self._storage.transaction(actor) as unit:
            last = await unit.picking.last_choice(actor, arrival.thread_id)
        if last is None:
            raise BadInput(N_("You haven't asked an assistant anything here yet."))
        return Explained(last, circle.of(last.agent_id), circle)


def may_bind(actor: Actor) -> bool:
    """Who decides for everybody in a chat: in private whoever lives there, in a group the team's managers."""
    if actor.chat_kind is ChatKind.PRIVATE:
        return actor.role is not Role.GUEST
    return actor.role in (Role.OWNER, Role.MANAGER)


def _one_of(roster: Sequence[Agent], agent_id: int) -> Agent:
    """Raises NotFound for an agent that is gone or hidden."""
    found = answering(roster, agent_id)
    if found is None:
        raise NotFound(N_("That assistant is not here any more. See who is: /agent"))
    return found
