"""Stops: a turn is stopped on whichever replica has it, at once where there is a Redis (else at its next heartbeat)."""

import asyncio
import contextlib
from collections.abc import Callable

from redis.asyncio import Redis

from db.breaker import Breaker, Broken
from db.hearing import PAUSE, hear

_CHANNEL = "switchboard:turns:stop"


class Stops:
    """`heard` is told the id of each turn that any replica was asked to stop; None as Redis: nobody is told."""

    def __init__(self, redis: Breaker | None) -> None:
        self._redis = redis
        self._telling: set[asyncio.Task[None]] = set()

    def tell(self, turn_id: int) -> None:
        """All replicas, without waiting; the turn's row says it too."""
        if self._redis is not None:
            task = asyncio.create_task(self._publish(turn_id))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def listen(self, heard: Callable[[int], object]) -> None:
        """Until canceled."""
        while self._redis is not None:
            with contextlib.suppress(Broken):
                await self._redis.ask(lambda redis: hear(redis, _CHANNEL, lambda told: heard(int(told))))
            await asyncio.sleep(PAUSE)

    async def _publish(self, turn_id: int) -> None:
        async def publish(redis: Redis) -> None:
            await redis.publish(_CHANNEL, str(turn_id))

        if self._redis is not None:
            with contextlib.suppress(Broken):
                await self._redis.ask(publish)
