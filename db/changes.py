"""Changes: what a process remembers and others changed is forgotten, here at once and elsewhere through Redis."""

import asyncio
import contextlib
from collections.abc import Callable, Collection

from redis.asyncio import Redis

from db.breaker import FAULTS, Breaker, Broken
from db.hearing import PAUSE, hear

ALL = "*"  # the tag that stands for everything
AGENTS = "agents"
OWED = 500  # tags that Redis has not been told of; more are told as everything
_CHANNEL = "switchboard:agents:changed"
_SECOND_TIER = (AGENTS,)  # the tags under which entries are kept in Redis too


async def announce(url: str) -> bool:
    """Tell all that run on this Redis that agents changed, from a process that keeps none; False when it is away."""
    redis = Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3, retry=None)
    try:
        await _tell(redis, {AGENTS})
    except FAULTS:
        return False
    finally:
        await redis.aclose()
    return True


def generation_of(tag: str) -> str:
    """Where Redis keeps the random word under which entries of that tag are filled; a change removes it."""
    return f"switchboard:{tag}:generation"


class Changes:
    """Each entry is kept under tags ("agents", "user:5", "chat:-7"); whoever changes something tells its tags."""

    def __init__(self, redis: Breaker | None = None) -> None:
        self.redis = redis
        self.heard = False  # whether others' changes are heard now
        self._forget: list[Callable[[Collection[str]], None]] = []
        self._owed: set[str] = set()  # what Redis has not been told of

    def watch(self, forget: Callable[[Collection[str]], None]) -> None:
        """`forget` is called with the tags that changed; ALL stands for everything."""
        self._forget.append(forget)

    async def tell(self, *tags: str) -> bool:
        """After the commit. False when Redis could not be told yet: it will be, before it is used again."""
        self._forget_here(tags)
        if self.redis is None:
            return True
        self._owe(tags)
        with contextlib.suppress(Broken):
            await self.redis.ask(self.settle)
        return not self._owed

    async def settle(self, redis: Redis) -> None:
        """Tell Redis of what it missed; to be called before anything is read there."""
        if not self._owed:
            return
        told, self._owed = self._owed, set()
        try:
            await _tell(redis, told)
        except BaseException:
            self._owe(told)
            raise

    async def listen(self) -> None:
        """Hear of others' changes until canceled; what may have been missed is forgotten at each connect."""
        while self.redis is not None:
            with contextlib.suppress(Broken):
                await self.redis.ask(self._hear)
            if self.heard:  # once: what is filled from now on lives as long as what can't be heard of may
                self.heard = False
                self._forget_here((ALL,))
            await asyncio.sleep(PAUSE)

    async def _hear(self, redis: Redis) -> None:
        await hear(
            redis,
            _CHANNEL,
            lambda tags: self._forget_here(tags.split() or (ALL,)),
            begun=self._begin_hearing,
        )

    def _begin_hearing(self) -> None:
        self._forget_here((ALL,))
        self.heard = True

    def _forget_here(self, tags: Collection[str]) -> None:
        for forget in self._forget:
            forget(tags)

    def _owe(self, tags: Collection[str]) -> None:
        self._owed.update(tags)
        if len(self._owed) > OWED:
            self._owed = {ALL}


async def _tell(redis: Redis, tags: Collection[str]) -> None:
    """The words go first, so that whoever hears of it finds none. A full Redis takes both."""
    words = _SECOND_TIER if ALL in tags else [tag for tag in tags if tag in _SECOND_TIER]
    steps = redis.pipeline(transaction=False)
    if words:
        steps.delete(*map(generation_of, words))  # type: ignore[unused-awaitable]  # a pipeline gathers commands
    steps.publish(_CHANNEL, " ".join(tags))  # type: ignore[unused-awaitable]  # as above
    await steps.execute()
