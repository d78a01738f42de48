"""The registry: assistants made, edited, copied, switched off and deleted; every edit is a version."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crm.activity import Activity
from crm.agents.checks import AGENTS, Offer, check, check_models, checked_text
from crm.agents.differences import changed_fields
from crm.agents.entities import Agent, Version
from crm.agents.roster import default_of, roster
from crm.agents.slugs import free_slug, slug_of
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed, NotFound, Stale
from crm.people import Actor, Role
from crm.storage import Storage, Unit
from crm.updates import Arrival

VERSIONS = 8  # on a page of an assistant's history
Edit = Callable[[Agent], Agent]
MANAGERS = (Role.OWNER, Role.MANAGER)


class Edited(Stale):
    """Somebody else was faster: the agent as it is now, who changed it last, and what differs since."""

    def __init__(self, agent: Agent, author: str | None, changed: tuple[str, ...]) -> None:
        super().__init__(N_("This assistant was changed meanwhile."))
        self.agent = agent
        self.author = author
        self.changed = changed


@dataclass(frozen=True, slots=True)
class Entry:
    """An assistant as one member finds it. `answers` says whether it answers in this team; `replaced_by` is the
    team's own in its place."""

    agent: Agent
    answers: bool
    may_edit: bool
    is_hidden: bool = False
    is_default: bool = False
    replaced_by: Agent | None = None
    manages: bool = False  # whoever looks may hide it, copy it, or put the team's own in its place
    conversations: int = 0


@dataclass(frozen=True, slots=True)
class NewAgent:
    """What is known of an assistant at first, in one language; the slug is made from the name."""

    name: str
    description: str
    instructions: str
    tools: tuple[str, ...] = ()


class Registry:
    """The rules of keeping assistants. The team's own belong to its managers, those of the bot to its operators;
    everybody in the team sees the result. `changed` tells the caches after each commit."""

    def __init__(self, storage: Storage, offer: Offer, changed: Callable[[], Awaitable[object]]) -> None:
        self._storage = storage
        self.offer = offer
        self._changed = changed

    async def entries(self, actor: Actor) -> Sequence[Entry]:
        """All there are for this actor: what is off is told to those who may switch it on."""
        async with self._storage.transaction(actor) as unit:
            kept, hidden = await unit.agents.kept(), await unit.agents.hidden()
        found = [_entry(agent, kept, hidden, actor) for agent in kept]
        return sorted(
            (one for one in found if one.answers or one.may_edit or one.manages),
            key=lambda one: (not one.answers, one.agent.workspace_id is None, one.agent.id),
        )

    async def show(self, actor: Actor, agent_id: int) -> Entry:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            entry = await _found(unit, actor, agent_id)
            return replace(entry, conversations=await unit.agents.conversations(agent_id))

    async def edited(self, actor: Actor, agent_id: int) -> Entry:
        """One that the actor is about to edit. Raises NotFound, NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            entry = await _found(unit, actor, agent_id)
        demand(entry)
        return entry

    async def create(self, actor: Actor, arrival: Arrival, new: NewAgent, reply: Reply[Entry]) -> Answer:
        """A working assistant at once, of the team's where its managers ask, else of the bot's.

        Raises NotAllowed, BadInput for a name that is taken or texts that are too long.
        """
        here = {actor.language: checked_text("names", new.name)}
        agent = Agent(
            id=0,
            slug=slug_of(new.name),
            version=1,
            names=here,
            descriptions={actor.language: checked_text("descriptions", new.description)},
            instructions={actor.language: checked_text("instructions", new.instructions)},
            tools=tuple(tool for tool in new.tools if tool in self.offer.tools),
            workspace_id=_home(actor),
        )
        return await self._add(actor, arrival, agent, reply)

    async def copy(
        self, actor: Actor, arrival: Arrival, agent_id: int, reply: Reply[Entry], *, everyone: bool = False
    ) -> Answer:
        """The same once more under another slug, no default; in the team, or for everyone by an operator."""
        home = None if everyone else _home(actor)
        _demand_home(actor, home)
        async with self._storage.transaction(actor) as unit:
            original = (await _found(unit, actor, agent_id)).agent
            slug = free_slug(original.slug, {one.slug for one in await unit.agents.kept()})
        agent = replace(
            original, id=0, slug=slug, version=1, workspace_id=home, is_default=False, is_active=True
        )
        return await self._add(actor, arrival, agent, reply)

    async def override(self, actor: Actor, arrival: Arrival, agent_id: int, reply: Reply[Entry]) -> Answer:
        """The team's own in place of a global one, at first the same. Raises NotAllowed, NotFound, BadInput."""
        _demand_home(actor, actor.workspace_id)
        async with self._storage.transaction(actor) as unit:
            original = (await _found(unit, actor, agent_id)).agent
        agent = replace(original, id=0, version=1, workspace_id=actor.workspace_id)
        return await self._add(actor, arrival, agent, reply, overrides=True)

    async def change(
        self,
        actor: Actor,
        arrival: Arrival,
        agent_id: int,
        version: int,
        edit: Edit,
        reply: Reply[Entry],
    ) -> Answer:
        """The next version. `version` is the one that was looked at: raises Edited when there is a newer one, and
        NotFound, NotAllowed, BadInput. An edit that changes nothing makes no version."""
        seen = (await self.edited(actor, agent_id)).agent
        wanted = edit(seen)
        await check_models(
            self.offer,
            *(
                name
                for name in (wanted.model, *wanted.fallback_models)
                if name not in (seen.model, *seen.fallback_models)
            ),
        )
        async with self._storage.transaction(actor) as unit:
            before = await self._held(unit, actor, agent_id, version)
            after = await self._write(unit, actor, before, edit(before))
            answer = reply(await _found(unit, actor, after.id))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def roll_back(
        self, actor: Actor, arrival: Arrival, agent_id: int, number: int, version: int, reply: Reply[Entry]
    ) -> Answer:
        """A new version that is as an old one was. Raises NotFound, and as `change` does."""
        async with self._storage.transaction(actor) as unit:
            before = await self._held(unit, actor, agent_id, version)
            old = await unit.agents.version(agent_id, number)
            if old is None:
                raise NotFound(N_("There is no such version of this assistant."))
            after = await self._write(unit, actor, before, as_it_was(before, old.agent))
            answer = reply(await _found(unit, actor, after.id))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def versions(self, actor: Actor, agent_id: int, page: int) -> tuple[Entry, Sequence[Version], bool]:
        """A page, newest first, with the one before the page's last if there is one; whether more follow."""
        async with self._storage.transaction(actor) as unit:
            entry = await _found(unit, actor, agent_id)
            demand(entry)
            found = await unit.agents.versions(agent_id, limit=VERSIONS + 1, offset=page * VERSIONS)
        return entry, found, len(found) > VERSIONS

    async def version(
        self, actor: Actor, agent_id: int, number: int
    ) -> tuple[Entry, Version, Version | None]:
        """One version and the one before it. Raises NotFound, NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            entry = await _found(unit, actor, agent_id)
            demand(entry)
            one = await unit.agents.version(agent_id, number)
            before = await unit.agents.version(agent_id, number - 1)
        if one is None:
            raise NotFound(N_("There is no such version of this assistant."))
        return entry, one, before

    async def to_try(self, actor: Actor, agent_id: int) -> Agent:
        """One that may be tried: by whoever may edit or copy it. Raises NotFound, NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            return await _triable(unit, actor, agent_id)

    async def on_trial(
        self, actor: Actor, arrival: Arrival, agent_id: int, reply: Reply[Agent]
    ) -> tuple[Answer, Agent]:
        """One that is about to be tried, once for an arrival; as `to_try`."""
        async with self._storage.transaction(actor) as unit:
            agent = await _triable(unit, actor, agent_id)
            answer = reply(agent)
            await unit.updates.finish(arrival, answer)
        return answer, agent

    async def delete(
        self,
        actor: Actor,
        arrival: Arrival,
        agent_id: int,
        now: datetime,
        reply: Reply[tuple[Entry, Agent | None]],
    ) -> Answer:
        """Its conversations fall to the default, which is told to `reply` beside it. Raises NotFound, NotAllowed,
        BadInput for the last that answers."""
        async with self._storage.transaction(actor) as unit:
            entry = await _found(unit, actor, agent_id, to_change=True)
            await unit.agents.delete(agent_id, now)
            heir = default_of(await _left(unit))
            await write_down(unit, actor, "deleted", entry.agent)
            answer = reply((entry, heir))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def hide(
        self, actor: Actor, arrival: Arrival, agent_id: int, reply: Reply[Entry], *, hidden: bool
    ) -> Answer:
        """Whether a global assistant answers in this team. Raises NotFound, NotAllowed, BadInput for the last one."""
        _demand_home(actor, actor.workspace_id)
        async with self._storage.transaction(actor) as unit:
            entry = await _found(unit, actor, agent_id)
            slugs = await unit.agents.hidden(to_change=True)
            after = slugs | {entry.agent.slug} if hidden else slugs - {entry.agent.slug}
            if after != slugs:
                await unit.agents.set_hidden(after)
                await _left(unit)
                await write_down(unit, actor, "hidden" if hidden else "shown", entry.agent)
            answer = reply(await _found(unit, actor, agent_id))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def _add(
        self, actor: Actor, arrival: Arrival, agent: Agent, reply: Reply[Entry], *, overrides: bool = False
    ) -> Answer:
        check(agent, self.offer)
        _demand_home(actor, agent.workspace_id)
        async with self._storage.transaction(actor) as unit:
            added = await add_agent(unit, actor, agent, overrides=overrides)
            answer = reply(await _found(unit, actor, added.id))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def _held(self, unit: Unit, actor: Actor, agent_id: int, version: int) -> Agent:
        before = (await _found(unit, actor, agent_id, to_change=True)).agent
        if before.version != version:
            raise await edited_since(unit, before, version)
        return before

    async def _write(self, unit: Unit, actor: Actor, before: Agent, after: Agent) -> Agent:
        check(after, self.offer)
        saved = await save_agent(unit, actor, before, after)
        await _left(unit)
        return saved


def as_it_was(now: Agent, old: Agent) -> Agent:
    """The old content under today's id, version and home."""
    return replace(old, id=now.id, version=now.version, workspace_id=now.workspace_id)


async def edited_since(unit: Unit, agent: Agent, version: int) -> Edited:
    old, last = (
        await unit.agents.version(agent.id, version),
        await unit.agents.version(agent.id, agent.version),
    )
    fields = changed_fields(old.agent, agent) if old is not None else ()
    return Edited(agent, last.author if last is not None else None, fields)


async def add_agent(unit: Unit, actor: Actor, agent: Agent, *, overrides: bool = False) -> Agent:
    """Raises BadInput for a slug that another has: of the same home, or of the bot unless it `overrides` that."""
    kept = await unit.agents.kept()
    if sum(one.workspace_id == agent.workspace_id for one in kept) >= AGENTS:
        raise BadInput(N_("There are {limit} assistants already. Delete one first."), limit=AGENTS)
    _free(agent, kept, overrides=overrides)
    added = await unit.agents.add(agent, actor.person_id)
    if added is None:
        raise taken(agent.slug)
    if added.is_default:
        await _one_default(unit, actor, added)
    await write_down(unit, actor, "created", added)
    return added


async def save_agent(unit: Unit, actor: Actor, before: Agent, after: Agent, *, told: bool = True) -> Agent:
    """The next version and its line of history, unless that is `told` otherwise; the same once more makes neither.
    Raises BadInput for a slug that is taken."""
    fields = changed_fields(before, after)
    if not fields:
        return before
    if "slug" in fields:
        _free(after, await unit.agents.kept(), overrides=False)
    saved = await unit.agents.save(after, actor.person_id)
    if saved is None:
        raise taken(after.slug)
    if saved.is_default and not before.is_default:
        await _one_default(unit, actor, saved)
    if told:
        await write_down(
            unit,
            actor,
            "changed",
            saved,
            {"edited": ", ".join(fields), "version": [before.version, saved.version]},
        )
    return saved


async def write_down(
    unit: Unit, actor: Actor, action: str, agent: Agent, changes: dict[str, object] | None = None
) -> None:
    """Into history; its texts stay in the versions."""
    told = {"assistant": agent.slug, **(changes or {})}
    await unit.activity.add(
        Activity(action, "agent", agent.id, actor_member_id=actor.member_id, changes=told)
    )


def taken(slug: str) -> BadInput:
    return BadInput(N_("There is an assistant “{slug}” already. Choose another name."), slug=slug)


def demand(entry: Entry) -> None:
    """Raises NotAllowed for one that is not the actor's to edit."""
    if entry.may_edit:
        return
    if entry.agent.workspace_id is None:
        raise NotAllowed(
            N_(
                "This assistant is the bot's own: whoever runs the bot edits it. Your team can hide or replace it."
            )
        )
    raise NotAllowed(N_("Assistants are edited by an owner or a manager of the team."))


def _home(actor: Actor) -> int | None:
    """Where what the actor makes belongs: to their team, or to the bot where they only run that."""
    return None if actor.is_operator and actor.role not in MANAGERS else actor.workspace_id


def _demand_home(actor: Actor, home: int | None) -> None:
    if home is None and not actor.is_operator:
        raise NotAllowed(N_("Only whoever runs the bot makes assistants for everyone."))
    if home is not None and actor.role not in MANAGERS:
        raise NotAllowed(N_("Assistants are edited by an owner or a manager of the team."))


def _free(agent: Agent, kept: Sequence[Agent], *, overrides: bool) -> None:
    for one in kept:
        is_in_the_way = one.workspace_id == agent.workspace_id or (one.workspace_id is None and not overrides)
        if one.slug == agent.slug and one.id != agent.id and is_in_the_way:
            raise taken(agent.slug)


async def _one_default(unit: Unit, actor: Actor, default: Agent) -> None:
    """The others of the same home are none any more, each by a version of its own."""
    for one in await unit.agents.kept():
        if one.is_default and one.workspace_id == default.workspace_id and one.id != default.id:
            held = await unit.agents.find(one.id, to_change=True)
            if held is not None:
                await save_agent(unit, actor, held, replace(held, is_default=False))


async def _left(unit: Unit) -> Sequence[Agent]:
    """Who answers in this team now. Raises BadInput for nobody."""
    left = roster(await unit.agents.kept(), await unit.agents.hidden())
    if not left:
        raise BadInput(N_("Then nobody would answer in this team. Keep one assistant on."))
    return left


async def _found(unit: Unit, actor: Actor, agent_id: int, *, to_change: bool = False) -> Entry:
    """Raises NotFound; with `to_change` NotAllowed, and the row is held."""
    kept = await unit.agents.kept()
    agent = next((one for one in kept if one.id == agent_id), None)
    if agent is None:
        raise NotFound(N_("This assistant is no longer there. See the others: /agents"))
    entry = _entry(agent, kept, await unit.agents.hidden(), actor)
    if to_change:
        demand(entry)
        held = await unit.agents.find(agent_id, to_change=True)
        if held is None:
            raise NotFound(N_("This assistant is no longer there. See the others: /agents"))
        entry = replace(entry, agent=held)
    return entry


async def _triable(unit: Unit, actor: Actor, agent_id: int) -> Agent:
    entry = await _found(unit, actor, agent_id)
    if not entry.manages:
        demand(entry)
    return entry.agent


def _entry(agent: Agent, kept: Sequence[Agent], hidden: frozenset[str], actor: Actor) -> Entry:
    here = roster(kept, hidden)
    is_global = agent.workspace_id is None
    same = [one for one in here if one.slug == agent.slug and one.id != agent.id]
    default = default_of(here)
    return Entry(
        agent=agent,
        answers=any(one.id == agent.id for one in here),
        may_edit=actor.is_operator if is_global else actor.role in MANAGERS,
        is_hidden=is_global and agent.slug in hidden,
        is_default=default is not None and default.id == agent.id,
        replaced_by=same[0] if is_global and same else None,
        manages=actor.role in MANAGERS,
    )
