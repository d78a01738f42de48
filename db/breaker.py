"""The breaker: a Redis that fails is left alone for a while, so that nobody waits for it twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import structlog
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

PATIENCE = 0.05  # seconds for one answer of Redis; PostgreSQL itself takes a fraction of that
REST = 5.0  # seconds between a fault and the next try
SILENCE = 60.0  # seconds between two lines in the log
FAULTS = (RedisError, OSError, TimeoutError)  # what a client raises for one that is away, slow or full
log = structlog.get_logger()
Done = TypeVar("Done")


class Broken(Exception):
    """Redis was not asked, or it failed: go on without."""


def connect(url: str) -> Redis:
    """A client that gives up quickly; nothing is sent until the first call."""
    pool = ConnectionPool.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None)
    pool.connection_class = type(
        "Heeding", (_Heeding, pool.connection_class), {}
    )  # plain, TLS or a Unix socket
    return Redis.from_pool(pool)


class _Heeding(AbstractConnection):
    """Lets no cancellation be swallowed: redis-py writes within `asyncio.wait_for`, which until Python 3.12 goes on
    as if nothing were when it is canceled just as the write is done. Whoever waits for that task would wait for ever.
    """

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        task = asyncio.current_task()
        asked = task.cancelling() if task is not None else 0
        await super().send_packed_command(command, check_health)
        if task is not None and task.cancelling() > asked:
            await self.disconnect(nowait=True)  # the answer to what was written would be the next one's
            raise asyncio.CancelledError


class Breaker:
    """All of a process's uses of one Redis go through its one breaker.

    The first fault opens it. While it is open nobody waits: `ask` raises at once, and Redis is tried in the
    background until it takes a write again, since a full one still reads. `clock` counts seconds, monotonic.
    Closing it closes the client.
    """

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._clock = clock
        self._rests_until: float | None = None  # None: closed, all is well
        self._said_at = -SILENCE
        self._owes_good_news = False
        self._trying: asyncio.Task[None] | None = None
        self.degraded = 0  # uses that went on without Redis

    @property
    def is_open(self) -> bool:
        return self._rests_until is not None

    async def ask(self, step: Callable[[Redis], Awaitable[Done]]) -> Done:
        """The step's result. Raises Broken when Redis is left alone now, or fails in it."""
        if self._rests_until is not None:
            self.degraded += 1
            if self._clock() >= self._rests_until and self._trying is None:
                self._trying = asyncio.create_task(self._try_again())
            raise Broken
        try:
            return await step(self._redis)
        except FAULTS as fault:
            self.degraded += 1
            self.trip(fault)
            raise Broken from fault

    def trip(self, fault: BaseException) -> None:
        """Leave Redis alone from now on; also for whoever meets a fault outside of `ask`."""
        self._rests_until = self._clock() + REST
        if self._clock() - self._said_at >= SILENCE:
            self._said_at = self._clock()
            self._owes_good_news = True
            log.warning("redis_degraded", reason=type(fault).__name__, degraded=self.degraded)

    async def close(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        await self._redis.aclose()

    async def _try_again(self) -> None:
        try:
            await self._redis.set("switchboard:breaker", "", ex=60)
        except FAULTS as fault:
            self.trip(fault)
        else:
            self._rests_until = None
            if self._owes_good_news:
                self._owes_good_news = False
                log.info("redis_is_back", degraded=self.degraded)
        finally:
            self._trying = None
