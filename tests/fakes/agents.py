"""Fakes of assistants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from crm.agents import Agent, Version, roster
from crm.errors import N_, NotAllowed
from crm.people import Actor, Role
from tests.fakes.people import MONDAY

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage, State


def an_agent(slug: str, **changes: Any) -> Agent:
    """A global agent whose id follows from its slug, with no rules."""
    agent = Agent(
        id=int.from_bytes(sha256(slug.encode()).digest()[:4]),
        slug=slug,
        version=1,
        names={"en": slug.title()},
        descriptions={"en": f"{slug} helps"},
        instructions={"en": "Be brief."},
    )
    return replace(agent, **changes)


@dataclass(frozen=True)
class VersionRow:
    workspace_id: int | None
    author: Actor
    agent: Agent


class FakeAgents:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def active(self) -> Sequence[Agent]:
        gone = {one.id: one.slug for one in self._seen() if one.id in self._state.deleted}
        return roster(await self.kept(), await self.hidden(), gone)

    async def kept(self) -> Sequence[Agent]:
        return [agent for agent in self._seen() if agent.id not in self._state.deleted]

    async def find(self, agent_id: int, *, to_change: bool = False) -> Agent | None:
        found = next((agent for agent in await self.kept() if agent.id == agent_id), None)
        return None if found is None or (to_change and not self._may_write(found)) else found

    async def add(self, agent: Agent, author_person_id: int) -> Agent | None:
        if await self._is_taken(agent):
            return None
        return self._keep(replace(agent, id=self._state.next_id(), version=1))

    async def save(self, agent: Agent, author_person_id: int) -> Agent | None:
        if await self._is_taken(agent):
            return None
        old = next(one for one in self._state.agents if one.id == agent.id)
        self._state.agents.remove(old)
        return self._keep(replace(agent, version=agent.version + 1), old)

    async def delete(self, agent_id: int, now: datetime) -> bool:
        self._state.deleted = self._state.deleted | {agent_id}
        return True

    async def restore(self, agent_id: int) -> bool:
        gone = next(one for one in self._seen() if one.id == agent_id)
        if await self._is_taken(gone):
            return False
        self._state.deleted = self._state.deleted - {agent_id}
        return True

    async def versions(self, agent_id: int, *, limit: int, offset: int) -> Sequence[Version]:
        found = [self._version(row) for row in self._state.agent_versions if row.agent.id == agent_id]
        return found[::-1][offset : offset + limit]

    async def version(self, agent_id: int, number: int) -> Version | None:
        found = await self.versions(agent_id, limit=1000, offset=0)
        return next((one for one in found if one.number == number), None)

    async def hidden(self, *, to_change: bool = False) -> frozenset[str]:
        return self._state.hidden_agents.get(self._actor.workspace_id, frozenset())

    async def set_hidden(self, slugs: frozenset[str]) -> None:
        if self._actor.role not in (Role.OWNER, Role.MANAGER):
            raise NotAllowed(N_("That is not yours to change. Ask an owner or a manager of the team."))
        self._state.hidden_agents[self._actor.workspace_id] = slugs

    async def conversations(self, agent_id: int) -> int:
        return sum(1 for key in self._state.conversations if key[2] == agent_id)

    async def was(self, agent_id: int) -> Agent | None:
        return next((one for one in self._seen() if one.id == agent_id), None)

    async def before(self, turn_id: int) -> Agent | None:
        turns = [row.turn for row in self._state.turns.values()]
        this = next(one for one in turns if one.id == turn_id)
        earlier = [
            one
            for one in turns
            if one.id < turn_id
            and (one.actor.chat_id, one.actor.member_id, one.thread_id)
            == (this.actor.chat_id, this.actor.member_id, this.thread_id)
        ]
        return await self.was(max(earlier, key=lambda one: one.id).agent_id) if earlier else None

    def _seen(self) -> list[Agent]:
        return [one for one in self._state.agents if one.workspace_id in (None, self._actor.workspace_id)]

    def _may_write(self, agent: Agent) -> bool:
        if agent.workspace_id is None:
            return self._actor.is_operator
        return self._actor.role in (Role.OWNER, Role.MANAGER)

    async def _is_taken(self, agent: Agent) -> bool:
        return any(
            (one.slug, one.workspace_id) == (agent.slug, agent.workspace_id) and one.id != agent.id
            for one in await self.kept()
        )

    def _keep(self, agent: Agent, old: Agent | None = None) -> Agent:
        if not self._may_write(agent):
            raise NotAllowed(N_("That is not yours to change. Ask an owner or a manager of the team."))
        if old is not None and not any(row.agent.id == old.id for row in self._state.agent_versions):
            self._state.agent_versions.append(VersionRow(old.workspace_id, self._actor, old))
        self._state.agents.append(agent)
        self._state.agent_versions.append(VersionRow(agent.workspace_id, self._actor, agent))
        return agent

    def _version(self, row: VersionRow) -> Version:
        is_ours = row.author.workspace_id == self._actor.workspace_id
        return Version(row.agent.version, MONDAY, row.author.display_name if is_ours else None, row.agent)


class FakeDirectory:
    """crm.agents.AgentDirectory, without any cache."""

    def __init__(self, storage: "FakeStorage") -> None:
        self._storage = storage

    async def roster(self, actor: Actor) -> Sequence[Agent]:
        async with self._storage.transaction(actor) as unit:
            return await unit.agents.active()
