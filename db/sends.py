"""Sends: the limits of one bot, kept by all its replicas together in Redis; without it each keeps its own."""

import contextlib
from secrets import token_hex
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from crm.sends import BURST, GROUP, PER_SECOND, SECOND
from db.breaker import Breaker, Broken

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
    """See bot.gate.admission.Shared. A Redis that is away, slow or full costs one short wait, then nothing until it is
    well."""

    def __init__(self, redis: Breaker, bot_id: int, per_second: int = PER_SECOND) -> None:
        self._redis = redis
        self._keys = f"switchboard:{{sends:{bot_id}}}"  # the braces keep a cluster's keys together
        self._per_second = per_second
        self._script: AsyncScript | None = None

    async def take(self, chat_id: object, *, group: bool, only_all: bool) -> float | None:
        chat, everybody = self._key(chat_id), self._key(None)
        numbers = (BURST, int(GROUP[0] * 1000), GROUP[1], int(SECOND * 1000), self._per_second)

        async def asked(redis: Redis) -> Any:
            self._script = self._script or redis.register_script(_TAKE)
            return await self._script(
                keys=[chat, everybody, f"{chat}:paused", f"{everybody}:paused"],
                args=[int(group), int(only_all), token_hex(8), *numbers],
            )

        try:
            return float(await self._redis.ask(asked)) / 1000
        except Broken:
            return None

    async def pause(self, chat_id: object, seconds: float) -> None:
        key, life = f"{self._key(chat_id)}:paused", max(1, int(seconds * 1000))
        with contextlib.suppress(Broken):
            await self._redis.ask(lambda redis: redis.set(key, "1", px=life))

    def _key(self, chat_id: object) -> str:
        return f"{self._keys}:{'all' if chat_id is None else chat_id}"
