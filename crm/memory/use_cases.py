"""Memory: how somebody sees, changes and erases what assistants are reminded of."""

from dataclasses import replace

from crm.activity import Activity
from crm.agents import AgentDirectory
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed, NotFound
from crm.grammar.letters import storable
from crm.memory.context import BUDGET, context_of
from crm.memory.entities import Context, MemoryView
from crm.memory.summaries import SUMMARY
from crm.people import Actor, ChatKind, Role
from crm.storage import Storage, Unit
from crm.turns import Turn
from crm.updates import Arrival

FACTS = 50  # that are kept of a person in a team, and of a conversation
FACT_LENGTH = 300  # characters
DAYS = (1, 7, 30, 90, 365)  # how long a chat may keep what was said to assistants


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


async def _view(unit: Unit, actor: Actor, thread_id: int | None) -> MemoryView:
    return MemoryView(
        await unit.memory.facts(actor.chat_id, thread_id, in_private=_is_private(actor)),
        await unit.memory.conversations(actor.chat_id, thread_id),
        await unit.memory.keep_days(actor.chat_id),
    )


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


def _is_private(actor: Actor) -> bool:
    return actor.chat_kind is ChatKind.PRIVATE


def _manages(actor: Actor) -> bool:
    return actor.role in (Role.OWNER, Role.MANAGER)
