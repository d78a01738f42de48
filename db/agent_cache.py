"""The agent cache: in this process, then Redis, then PostgreSQL; Redis is an accelerator, never a truth (DESIGN §5)."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

from redis.asyncio import Redis

from crm.agents import Agent
from crm.people import Actor
from db.agents import spec_from_json, spec_to_json
from db.breaker import Broken
from db.cache import LIFE, Cache
from db.changes import AGENTS, ALL, Changes, generation_of
from db.hearing import text_of

REDIS_LIFE = 600.0  # seconds
# Seconds here while changes by others can't be heard: Redis is away, or there is none and `agents import` runs in a
# process of its own; also those of a team that has no agent yet.
UNHEARD_LIFE = 5.0
EMPTY = 1.0  # seconds after a change in which Redis is not asked: it has next to nothing, and asking takes a while
Roster = Sequence[Agent]


class Rosters(Protocol):
    """Who keeps the truth."""

    async def load(self, actor: Actor) -> Roster: ...


class CachedAgents:
    """See crm.agents.AgentDirectory. What is kept is the whole roster, so that an unknown agent is known as such.

    Entries in Redis name the generation they were filled under, a random word that an invalidation removes: what was
    loaded before it is read by nobody any more. Word and entry come in one answer.
    """

    def __init__(
        self,
        rosters: Rosters,
        changes: Changes | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        bot_id: int = 0,
    ) -> None:
        """Several bots may share one Redis, each with a database, and so ids, of its own."""
        self._rosters = rosters
        self._bot_id = bot_id
        self._changes = changes or Changes()
        self._near: Cache[int, Roster] = Cache(
            self._changes, clock, life=lambda roster: LIFE if roster and self._changes.heard else UNHEARD_LIFE
        )
        self._far: Counter[str] = Counter()
        self._changes.watch(self._note)
        self._clock = clock
        self._emptied_at = -EMPTY
        self._filling: set[asyncio.Task[None]] = set()

    @property
    def lookups(self) -> Counter[str]:
        """By the tier that had it: process, redis, postgresql."""
        return self._far + Counter(process=self._near.hits)

    @property
    def degraded(self) -> int:
        """Uses of Redis that failed or were passed over."""
        redis = self._changes.redis
        return redis.degraded if redis is not None else 0

    async def roster(self, actor: Actor) -> Roster:
        """The agents of the actor's workspace; simultaneous misses share one load."""
        kept = self._near.look(actor.workspace_id)
        if kept is not None:
            return kept
        return await self._near.load(actor.workspace_id, partial(self._load, actor), AGENTS)

    def _note(self, tags: Collection[str]) -> None:
        if AGENTS in tags or ALL in tags:
            self._emptied_at = self._clock()

    async def filled(self) -> None:
        """Once Redis has all that was loaded so far."""
        await asyncio.gather(*self._filling)

    async def invalidate(self) -> bool:
        """After the commit of any change to agents: here at once, elsewhere through Redis or as soon as it is back.

        False when Redis could not be told yet.
        """
        return await self._changes.tell(AGENTS)

    async def _load(self, actor: Actor) -> Roster:
        if self._clock() - self._emptied_at < EMPTY:
            self._far["postgresql"] += 1
            return await self._rosters.load(actor)
        word, agents = await self._from_redis(actor.workspace_id)
        self._far["postgresql" if agents is None else "redis"] += 1
        if agents is not None:
            return agents
        agents = await self._rosters.load(actor)
        if word is not None and agents:
            filling = asyncio.create_task(self._to_redis(word, actor.workspace_id, agents))
            self._filling.add(filling)  # nobody waits for it; a loop keeps no task by itself
            filling.add_done_callback(self._filling.discard)
        return agents

    async def _from_redis(self, workspace_id: int) -> tuple[str | None, Roster | None]:
        """The generation to fill under, and the agents when they are there; (None, None) without Redis."""
        if self._changes.redis is None:
            return None, None
        name = generation_of(AGENTS)

        async def look(redis: Redis) -> tuple[str | None, bytes | str | None]:
            await self._changes.settle(redis)
            steps = redis.pipeline(transaction=False)
            steps.set(name, uuid4().hex, nx=True)  # type: ignore[unused-awaitable]  # a pipeline gathers commands
            steps.mget(name, self._key(workspace_id))  # type: ignore[unused-awaitable]  # as above
            _made, (word, found) = await steps.execute()
            if word is None:  # removed in between; nothing to read or to fill
                return None, None
            return text_of(word), found

        try:
            word, found = await self._changes.redis.ask(look)
        except Broken:
            return None, None
        return word, None if found is None else _kept(found, word)

    async def _to_redis(self, word: str, workspace_id: int, agents: Roster) -> None:
        body = json.dumps({"word": word, "agents": [_body(agent) for agent in agents]}, ensure_ascii=False)

        async def fill(redis: Redis) -> None:
            await redis.set(self._key(workspace_id), body, ex=int(REDIS_LIFE))

        if self._changes.redis is not None:
            with contextlib.suppress(Broken):
                await self._changes.redis.ask(fill)

    def _key(self, workspace_id: int) -> str:
        return f"switchboard:{self._bot_id}:agents:of:{workspace_id}"


def _kept(found: bytes | str, word: str | None) -> Roster | None:
    """None for what was filled under another word, or by another version of the bot, in a form that isn't ours."""
    try:
        kept = json.loads(found)
        return [_agent(one) for one in kept["agents"]] if kept["word"] == word else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _body(agent: Agent) -> dict[str, Any]:
    own = {name: getattr(agent, name) for name in ("id", "slug", "version", "is_default", "workspace_id")}
    own["stands_for"] = list(agent.stands_for)
    return {**own, "spec": spec_to_json(agent)}


def _agent(body: dict[str, Any]) -> Agent:
    spec = spec_from_json(body.pop("spec"))
    return Agent(**{**body, "stands_for": tuple(body["stands_for"])}, **spec)
