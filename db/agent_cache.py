"""The agent cache, first tier: in this process, one load for many simultaneous misses (DESIGN §5)."""

import asyncio
import time
from collections.abc import Callable, Sequence

from crm.agents import Agent
from crm.people import Actor
from crm.storage import Storage

LIFE = 600.0  # seconds


class CachedAgents:
    """See crm.agents.AgentDirectory. A load that began before an invalidation is not kept."""

    def __init__(self, storage: Storage, clock: Callable[[], float] = time.monotonic) -> None:
        self._storage = storage
        self._clock = clock
        self._kept: dict[int, tuple[float, Sequence[Agent]]] = {}
        self._loading: dict[int, asyncio.Task[Sequence[Agent]]] = {}
        self._generation = 0

    async def roster(self, actor: Actor) -> Sequence[Agent]:
        """The agents of the actor's workspace."""
        kept = self._kept.get(actor.workspace_id)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        loading = self._loading.get(actor.workspace_id)
        if loading is None:
            loading = asyncio.create_task(self._load(actor))
            self._loading[actor.workspace_id] = loading
            loading.add_done_callback(lambda _task: self._loading.pop(actor.workspace_id, None))
        return await asyncio.shield(loading)

    def forget(self) -> None:
        """After a commit that changed agents."""
        self._generation += 1
        self._kept.clear()
        self._loading.clear()

    async def _load(self, actor: Actor) -> Sequence[Agent]:
        generation = self._generation
        async with self._storage.transaction(actor) as unit:
            agents = await unit.agents.active()
        if generation == self._generation:
            self._kept[actor.workspace_id] = (self._clock() + LIFE, agents)
        return agents
