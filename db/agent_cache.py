"""The agent cache: in this process, then Redis, then PostgreSQL; Redis is an accelerator, never a truth (DESIGN §5)."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from crm.agents import Agent
from crm.people import Actor
from crm.storage import Storage
from db.agents import spec_from_json, spec_to_json

LIFE = 600.0  # seconds, in both tiers
# Seconds an entry lives here while invalidations of others can't be heard: Redis is away, or there is none and
# `agents import` runs in a process of its own.
UNHEARD_LIFE = 5.0
BREAK = 5.0  # seconds Redis is left alone after a fault
PATIENCE = 0.05  # seconds for one answer of Redis; PostgreSQL itself takes a fraction of that
_GENERATION, _CHANNEL = "switchboard:agents:generation", "switchboard:agents:changed"
log = structlog.get_logger()


def connect(url: str) -> Redis:
    """A client that gives up quickly; nothing is sent until the first call."""
    return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None)


async def announce(url: str) -> bool:
    """Tell all that run on this Redis that agents changed, from a process that keeps none; False when it is away."""
    redis = Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3, retry=None)
    try:
        await redis.set(_GENERATION, uuid4().hex)
        await redis.publish(_CHANNEL, "")
    except (RedisError, OSError, TimeoutError):
        return False
    finally:
        await redis.aclose()
    return True


class CachedAgents:
    """See crm.agents.AgentDirectory.

    Entries in Redis are kept under a generation, a random word that an invalidation replaces: what was loaded
    before it lands under a name that nobody reads any more.
    """

    def __init__(
        self, storage: Storage, redis: Redis | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._storage = storage
        self._redis = redis
        self._clock = clock
        self._kept: dict[int, tuple[float, Sequence[Agent]]] = {}
        self._loading: dict[int, asyncio.Task[Sequence[Agent]]] = {}
        self._generation = 0  # of this process: moved by each invalidation heard
        self._owed = False  # an invalidation that Redis has not been told of
        self._broken_until = 0.0
        self._said_at = -60.0
        self._heard = False
        self.degraded = 0  # lookups that went past Redis because it failed
        self.lookups: Counter[str] = Counter()  # by the tier that had it: process, redis, postgresql

    @property
    def is_well(self) -> bool:
        """Whether Redis, if there is one, is used."""
        return self._clock() >= self._broken_until

    async def roster(self, actor: Actor) -> Sequence[Agent]:
        """The agents of the actor's workspace; simultaneous misses share one load."""
        kept = self._kept.get(actor.workspace_id)
        if kept is not None and kept[0] > self._clock():
            self.lookups["process"] += 1
            return kept[1]
        loading = self._loading.get(actor.workspace_id)
        if loading is None:
            loading = asyncio.create_task(self._load(actor))
            self._loading[actor.workspace_id] = loading
            loading.add_done_callback(lambda done: self._loaded(actor.workspace_id, done))
        return await asyncio.shield(loading)

    async def invalidate(self) -> bool:
        """After the commit of any change to agents: here at once, elsewhere through Redis or as soon as it is back.

        False when Redis could not be told yet.
        """
        self._forget()
        self._owed = self._redis is not None
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            await self._settle()
        return not self._owed

    async def listen(self) -> None:
        """Hear of others' invalidations until canceled; what may have been missed is forgotten at each connect."""
        while self._redis is not None:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(_CHANNEL)
                    self._forget()
                    self._heard = True
                    while True:
                        told = await channel.get_message(ignore_subscribe_messages=True, timeout=1.0)
                        if told is not None:
                            self._forget()
            except (RedisError, OSError, TimeoutError) as fault:
                self._heard = False
                self._forget()
                self._complain(fault)
                await asyncio.sleep(1)

    async def _load(self, actor: Actor) -> Sequence[Agent]:
        generation = self._generation
        word, agents = await self._from_redis(actor.workspace_id)
        self.lookups["postgresql" if agents is None else "redis"] += 1
        if agents is None:
            async with self._storage.transaction(actor) as unit:
                agents = await unit.agents.active()
            if word is not None:
                await self._to_redis(word, actor.workspace_id, agents)
        if generation == self._generation:
            life = LIFE if self._heard else UNHEARD_LIFE
            self._kept[actor.workspace_id] = (self._clock() + life, agents)
        return agents

    def _loaded(self, workspace_id: int, done: "asyncio.Task[Sequence[Agent]]") -> None:
        if self._loading.get(workspace_id) is done:
            del self._loading[workspace_id]

    def _forget(self) -> None:
        self._generation += 1
        self._kept.clear()
        self._loading.clear()

    async def _from_redis(self, workspace_id: int) -> tuple[str | None, Sequence[Agent] | None]:
        """The generation to fill under, and the agents when they are there; (None, None) without Redis."""
        if self._redis is None:
            return None, None
        if self._clock() < self._broken_until:
            self.degraded += 1
            return None, None
        try:
            await self._settle()
            await self._redis.set(_GENERATION, uuid4().hex, nx=True)
            word = str(_text(await self._redis.get(_GENERATION)))
            found = await self._redis.get(_key(word, workspace_id))
        except (RedisError, OSError, TimeoutError) as fault:
            self._break(fault)
            return None, None
        return word, None if found is None else [_agent(one) for one in json.loads(found)]

    async def _to_redis(self, word: str, workspace_id: int, agents: Sequence[Agent]) -> None:
        assert self._redis is not None  # noqa: S101 - a word comes only from Redis
        body = json.dumps([_body(agent) for agent in agents], ensure_ascii=False)
        try:
            await self._redis.set(_key(word, workspace_id), body, ex=int(LIFE))
        except (RedisError, OSError, TimeoutError) as fault:
            self._break(fault)

    async def _settle(self) -> None:
        """Tell Redis of an invalidation it missed, before it is used again."""
        if not self._owed or self._redis is None:
            return
        await self._redis.set(_GENERATION, uuid4().hex)
        await self._redis.publish(_CHANNEL, "")
        self._owed = False

    def _break(self, fault: Exception) -> None:
        self.degraded += 1
        self._broken_until = self._clock() + BREAK
        self._complain(fault)

    def _complain(self, fault: Exception) -> None:
        """One line a minute at most."""
        if self._clock() - self._said_at >= 60:
            self._said_at = self._clock()
            log.warning("redis_degraded", reason=type(fault).__name__, degraded=self.degraded)


def _key(word: str, workspace_id: int) -> str:
    return f"switchboard:agents:{word}:{workspace_id}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _body(agent: Agent) -> dict[str, Any]:
    own = {name: getattr(agent, name) for name in ("id", "slug", "version", "is_default", "workspace_id")}
    return {**own, "spec": spec_to_json(agent)}


def _agent(body: dict[str, Any]) -> Agent:
    spec = spec_from_json(body.pop("spec"))
    return Agent(**body, **spec)
