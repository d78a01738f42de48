"""Fakes of assistants."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from crm.agents import Agent
from crm.people import Actor

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


class FakeAgents:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def active(self) -> Sequence[Agent]:
        ours = (None, self._actor.workspace_id)
        return [agent for agent in self._state.agents if agent.workspace_id in ours]


class FakeDirectory:
    """crm.agents.AgentDirectory, without any cache."""

    def __init__(self, storage: "FakeStorage") -> None:
        self._storage = storage

    async def roster(self, actor: Actor) -> Sequence[Agent]:
        async with self._storage.transaction(actor) as unit:
            return await unit.agents.active()
