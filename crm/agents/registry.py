"""The registry: assistants made, edited, copied, switched off and deleted; every edit is a version."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crm.agents.checks import Offer, check, check_models, checked_text
from crm.agents.entities import Agent, Version
from crm.agents.roster import default_of
from crm.agents.slugs import free_slug, slug_of
from crm.agents.writing import (
    Entry,
    add_agent,
    as_it_was,
    demand,
    demand_home,
    edited_since,
    entry_of,
    found_entry,
    home_of,
    left_here,
    save_agent,
    triable,
    write_down,
)
from crm.answers import Answer, Reply
from crm.errors import N_, NotFound
from crm.people import Actor
from crm.storage import Storage, Unit
from crm.updates import Arrival

VERSIONS = 8  # on a page of an assistant's history
Edit = Callable[[Agent], Agent]


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
        found = [entry_of(agent, kept, hidden, actor) for agent in kept]
        return sorted(
            (one for one in found if one.answers or one.may_edit or one.manages),
            key=lambda one: (not one.answers, one.agent.workspace_id is None, one.agent.id),
        )

    async def show(self, actor: Actor, agent_id: int) -> Entry:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            entry = await found_entry(unit, actor, agent_id)
            return replace(entry, conversations=await unit.agents.conversations(agent_id))

    async def edited(self, actor: Actor, agent_id: int) -> Entry:
        """One that the actor is about to edit. Raises NotFound, NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            entry = await found_entry(unit, actor, agent_id)
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
            workspace_id=home_of(actor),
        )
        return await self._add(actor, arrival, agent, reply)

    async def copy(
        self, actor: Actor, arrival: Arrival, agent_id: int, reply: Reply[Entry], *, everyone: bool = False
    ) -> Answer:
        """The same once more under another slug, no default; in the team, or for everyone by an operator."""
        home = None if everyone else home_of(actor)
        demand_home(actor, home)
        async with self._storage.transaction(actor) as unit:
            original = (await found_entry(unit, actor, agent_id)).agent
            slug = free_slug(original.slug, {one.slug for one in await unit.agents.kept()})
        agent = replace(
            original, id=0, slug=slug, version=1, workspace_id=home, is_default=False, is_active=True
        )
        return await self._add(actor, arrival, agent, reply)

    async def override(self, actor: Actor, arrival: Arrival, agent_id: int, reply: Reply[Entry]) -> Answer:
        """The team's own in place of a global one, at first the same. Raises NotAllowed, NotFound, BadInput."""
        demand_home(actor, actor.workspace_id)
        async with self._storage.transaction(actor) as unit:
            original = (await found_entry(unit, actor, agent_id)).agent
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
            answer = reply(await found_entry(unit, actor, after.id))
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
            answer = reply(await found_entry(unit, actor, after.id))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def versions(self, actor: Actor, agent_id: int, page: int) -> tuple[Entry, Sequence[Version], bool]:
        """A page, newest first, with the one before the page's last if there is one; whether more follow."""
        async with self._storage.transaction(actor) as unit:
            entry = await found_entry(unit, actor, agent_id)
            demand(entry)
            found = await unit.agents.versions(agent_id, limit=VERSIONS + 1, offset=page * VERSIONS)
        return entry, found, len(found) > VERSIONS

    async def version(
        self, actor: Actor, agent_id: int, number: int
    ) -> tuple[Entry, Version, Version | None]:
        """One version and the one before it. Raises NotFound, NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            entry = await found_entry(unit, actor, agent_id)
            demand(entry)
            one = await unit.agents.version(agent_id, number)
            before = await unit.agents.version(agent_id, number - 1)
        if one is None:
            raise NotFound(N_("There is no such version of this assistant."))
        return entry, one, before

    async def to_try(self, actor: Actor, agent_id: int) -> Agent:
        """One that may be tried: by whoever may edit or copy it. Raises NotFound, NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            return await triable(unit, actor, agent_id)

    async def on_trial(
        self, actor: Actor, arrival: Arrival, agent_id: int, reply: Reply[Agent]
    ) -> tuple[Answer, Agent]:
        """One that is about to be tried, once for an arrival; as `to_try`."""
        async with self._storage.transaction(actor) as unit:
            agent = await triable(unit, actor, agent_id)
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
        """Its conversations fall to the one that it replaced, else to the default, which is told to `reply` beside it.
        Raises NotFound, NotAllowed,
        BadInput for the last that answers."""
        async with self._storage.transaction(actor) as unit:
            entry = await found_entry(unit, actor, agent_id, to_change=True)
            await unit.agents.delete(agent_id, now)
            left = await left_here(unit)
            heir = entry.replaces or default_of(left)
            await write_down(unit, actor, "deleted", entry.agent)
            answer = reply((entry, heir))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def hide(
        self, actor: Actor, arrival: Arrival, agent_id: int, reply: Reply[Entry], *, hidden: bool
    ) -> Answer:
        """Whether a global assistant answers in this team. Raises NotFound, NotAllowed, BadInput for the last one."""
        demand_home(actor, actor.workspace_id)
        async with self._storage.transaction(actor) as unit:
            entry = await found_entry(unit, actor, agent_id)
            slugs = await unit.agents.hidden(to_change=True)
            after = slugs | {entry.agent.slug} if hidden else slugs - {entry.agent.slug}
            if after != slugs:
                await unit.agents.set_hidden(after)
                await left_here(unit)
                await write_down(unit, actor, "hidden" if hidden else "shown", entry.agent)
            answer = reply(await found_entry(unit, actor, agent_id))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def _add(
        self, actor: Actor, arrival: Arrival, agent: Agent, reply: Reply[Entry], *, overrides: bool = False
    ) -> Answer:
        check(agent, self.offer)
        demand_home(actor, agent.workspace_id)
        async with self._storage.transaction(actor) as unit:
            added = await add_agent(unit, actor, agent, overrides=overrides)
            answer = reply(await found_entry(unit, actor, added.id))
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer

    async def _held(self, unit: Unit, actor: Actor, agent_id: int, version: int) -> Agent:
        before = (await found_entry(unit, actor, agent_id, to_change=True)).agent
        if before.version != version:
            raise await edited_since(unit, before, version)
        return before

    async def _write(self, unit: Unit, actor: Actor, before: Agent, after: Agent) -> Agent:
        check(after, self.offer)
        saved = await save_agent(unit, actor, before, after)
        await left_here(unit)
        return saved
