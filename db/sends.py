"""Sends: the limits of one bot, kept by all its replicas together in Redis; without it each keeps its own."""

import asyncio
import math
import time
from collections.abc import Callable
from secrets import token_hex

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from crm.sends import BURST, GROUP, PER_SECOND, SECOND

BUDGET = 0.01  # seconds for one answer; a Redis on the same network takes a fraction of one thousandth
SLOW = 3  # answers in a row that took longer, after which Redis is left alone; a refused connection is enough at once
BREAK = 5.0  # seconds it is left alone
_AWAY = (RedisError, OSError, TimeoutError)
log = structlog.get_logger()

# One script takes from both rooms or from none, on the clock of the server, so that replicas' clocks don't matter.
# A person's chat is a bucket (when it will be full again), a group and the whole bot are windows (who was when).
_TAKE = """
local chat, all, chat_pause, all_pause = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, only_all, member = ARGV[1] == '1', ARGV[2] == '1', ARGV[3]
local burst, group_ms, group_count = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local all_ms, all_count = tonumber(ARGV[7]), tonumber(ARGV[8])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function window(key, ms, count)
    if redis.call('ZCOUNT', key, '(' .. (now - ms), '+inf') < count then return 0 end
    return redis.call('ZREVRANGE', key, count - 1, count - 1, 'WITHSCORES')[2] + ms - now
end
local wait = math.max(redis.call('PTTL', chat_pause), redis.call('PTTL', all_pause), window(all, all_ms, all_count), 0)
local full_at = now
if group then
    wait = math.max(wait, window(chat, group_ms, group_count))
else
    full_at = math.max(tonumber(redis.call('GET', chat) or '0'), now)
    wait = math.max(wait, full_at + (1 - burst) * 1000 - now)
end
if wait > 0 then return wait end
local function enter(key, ms)
    redis.call('ZADD', key, now, member)
    redis.call('ZREMRANGEBYSCORE', key, 0, now - ms)
    redis.call('PEXPIRE', key, ms)
end
enter(all, all_ms)
if only_all then return 0 end
if group then
    enter(chat, group_ms)
else
    redis.call('SET', chat, string.format('%.0f', full_at + 1000), 'PX', math.ceil(full_at + 1000 - now))
end
return 0
"""


class SharedSends:
    """See bot.gate.gate.Shared. A Redis that is away or slow costs a few short waits, then nothing until it is well."""

    def __init__(
        self,
        redis: Redis,
        bot_id: int,
        per_second: int = PER_SECOND,
        *,
        budget: float = BUDGET,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._keys = f"switchboard:{{sends:{bot_id}}}"  # the braces keep a cluster's keys together
        self._per_second = per_second
        self._budget = budget
        self._clock = clock
        self._script = redis.register_script(_TAKE)
        self._slow = 0
        self._left_alone_until: float | None = None
        self._asking: asyncio.Task[None] | None = None
        self._said_at = -math.inf
        self.degraded = 0  # sends whose limits were kept in this process only

    @property
    def is_well(self) -> bool:
        return self._left_alone_until is None

    async def take(self, chat_id: object, *, group: bool, only_all: bool) -> float | None:
        if not self._may_be_asked():
            self.degraded += 1
            return None
        chat, everybody = self._key(chat_id), self._key(None)
        numbers = (BURST, int(GROUP[0] * 1000), GROUP[1], int(SECOND * 1000), self._per_second)
        try:
            async with asyncio.timeout(self._budget):
                wait = await self._script(
                    keys=[chat, everybody, f"{chat}:paused", f"{everybody}:paused"],
                    args=[int(group), int(only_all), token_hex(8), *numbers],
                )
        except _AWAY as fault:
            self._failed(fault)
            return None
        self._slow = 0
        return float(wait) / 1000

    async def pause(self, chat_id: object, seconds: float) -> None:
        if not self._may_be_asked():
            return
        try:
            async with asyncio.timeout(self._budget):
                await self._redis.set(f"{self._key(chat_id)}:paused", "1", px=max(1, int(seconds * 1000)))
        except _AWAY as fault:
            self._failed(fault)

    def _key(self, chat_id: object) -> str:
        return f"{self._keys}:{'all' if chat_id is None else chat_id}"

    def _may_be_asked(self) -> bool:
        """Whether Redis is well. One that was not is asked beside the way of what is being sent, not in it."""
        if self._left_alone_until is None:
            return True
        if self._clock() >= self._left_alone_until and self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return False

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(self._budget * 10):  # a first answer includes a new connection
                await self._redis.set(
                    f"{self._keys}:well", "1", ex=60
                )  # a full one reads well and writes nothing
        except _AWAY as fault:
            self._leave_alone(fault)
        else:
            self._left_alone_until, self._slow = None, 0
        finally:
            self._asking = None

    def _failed(self, fault: Exception) -> None:
        self.degraded += 1
        self._slow += 1
        if self._slow >= SLOW or not isinstance(fault, TimeoutError):
            self._leave_alone(fault)

    def _leave_alone(self, fault: Exception) -> None:
        """One line a minute at most."""
        now = self._clock()
        self._left_alone_until = now + BREAK
        if now - self._said_at >= 60:
            self._said_at = now
            log.warning("redis_degraded", room="sends", reason=type(fault).__name__, degraded=self.degraded)
