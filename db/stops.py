"""Stops: a turn is stopped on whichever replica has it, at once where there is a Redis (else at its next heartbeat)."""

import asyncio
import contextlib
from collections.abc import Callable

from redis.asyncio import Redis

from db.breaker import Breaker, Broken
from db.hearing import PAUSE, hear


class Stops:
    """`heard` is told the id of each turn that any replica of this bot was asked to stop; None as Redis: nobody is
    told. Other bots on the same Redis have turns with the same ids."""

    def __init__(self, redis: Breaker | None, bot_id: int = 0) -> None:
        self._redis = redis
        self._channel = f"switchboard:{bot_id}:turns:stop"
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
                await self._redis.ask(
                    lambda redis: hear(
                        redis, self._channel, lambda told: told.isdecimal() and heard(int(told))
                    )
                )
            await asyncio.sleep(PAUSE)

    async def _publish(self, turn_id: int) -> None:
        async def publish(redis: Redis) -> None:
            await redis.publish(self._channel, str(turn_id))

        if self._redis is not None:
            with contextlib.suppress(Broken):
                await self._redis.ask(publish)
