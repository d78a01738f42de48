"""Rosters that are counted as they are loaded, and a cache over them."""

import asyncio
from collections.abc import Callable, Sequence

from redis.asyncio import Redis

from crm.agents import Agent
from crm.people import Actor
from db.agent_cache import CachedAgents
from db.breaker import Breaker
from db.changes import Changes
from tests.fakes import an_agent


class CountingRosters:
    """Counts loads; `hold` keeps them waiting."""

    def __init__(self) -> None:
        self.loads = 0
        self.slugs = ["assistant"]
        self.hold: asyncio.Event | None = None

    async def load(self, actor: Actor) -> Sequence[Agent]:
        self.loads += 1
        found = [an_agent(slug) for slug in self.slugs]
        if self.hold is not None:
            await self.hold.wait()
        return found


def cached(rows: CountingRosters, redis: Redis | None = None) -> tuple[CachedAgents, list[float]]:
    now = [0.0]
    breaker = Breaker(redis, lambda: now[0]) if redis is not None else None
    return CachedAgents(rows, Changes(breaker), lambda: now[0]), now


async def until(holds: Callable[[], bool]) -> None:
    """A subscription has no event of its own."""
    while not holds():  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.01)
