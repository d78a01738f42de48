"""Lookups of agents: cached in two tiers, invalidated everywhere, and well without Redis."""

import asyncio

import pytest

from db.agent_cache import EMPTY, UNHEARD_LIFE
from db.breaker import Breaker, connect
from db.cache import LIFE
from db.changes import Changes, announce
from tests.db.rosters import CountingRosters, cached, until
from tests.fakes import an_actor
from tests.valkeys import free_port


async def test_many_simultaneous_misses_load_once() -> None:
    rows = CountingRosters()
    agents, now = cached(rows)
    await asyncio.gather(*(agents.roster(an_actor()) for _ in range(1000)))
    await agents.roster(an_actor())
    assert rows.loads == 1
    now[0] += LIFE + 1
    await agents.roster(an_actor())
    assert rows.loads == 2


async def test_a_load_that_began_before_a_change_is_not_kept() -> None:
    rows = CountingRosters()
    agents, _now = cached(rows)
    rows.hold = asyncio.Event()
    loading = asyncio.create_task(agents.roster(an_actor()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rows.slugs = ["assistant", "coach"]
    await agents.invalidate()
    rows.hold.set()
    await loading
    assert [agent.slug for agent in await agents.roster(an_actor())] == ["assistant", "coach"]


async def test_without_redis_a_change_by_another_process_is_seen_in_five_seconds() -> None:
    rows = CountingRosters()
    agents, now = cached(rows)
    await agents.roster(an_actor())
    rows.slugs = ["assistant", "coach"]
    assert len(await agents.roster(an_actor())) == 1
    now[0] += UNHEARD_LIFE
    assert len(await agents.roster(an_actor())) == 2


async def test_a_redis_that_can_not_be_told_is_said() -> None:
    assert not await announce("redis://127.0.0.1:1/0")


async def test_without_redis_lookups_go_on_and_are_counted() -> None:
    gone = connect(f"redis://127.0.0.1:{free_port()}/0")
    rows = CountingRosters()
    agents, now = cached(rows, gone)
    assert len(await agents.roster(an_actor())) == 1
    assert agents.degraded == 1
    now[0] += UNHEARD_LIFE + 1
    assert len(await agents.roster(an_actor())) == 1
    assert agents.degraded == 2
    await gone.aclose()


async def test_a_slow_redis_is_left_alone_for_a_while() -> None:
    async def answer_late(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.close()

    server = await asyncio.start_server(answer_late, "127.0.0.1", 0)
    slow = connect(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
    agents, now = cached(CountingRosters(), slow)
    await agents.roster(an_actor())
    await agents.invalidate()
    now[0] += EMPTY
    before = agents.degraded
    await agents.roster(an_actor())
    assert agents.degraded == before + 1
    await slow.aclose()
    server.close()


async def test_while_redis_is_away_what_is_remembered_is_forgotten_once_and_not_with_each_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.changes.PAUSE", 0.001)
    away = connect(f"redis://127.0.0.1:{free_port()}/0")
    changes, told = Changes(Breaker(away)), list[object]()
    changes.watch(told.append)
    changes.heard = True  # until now
    listening = asyncio.create_task(changes.listen())
    async with asyncio.timeout(5):
        await until(lambda: changes.redis is not None and changes.redis.degraded > 20)
    assert told == [("*",)]
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await away.aclose()


async def test_that_there_is_nobody_is_remembered_briefly() -> None:
    rows = CountingRosters()
    rows.slugs = []
    agents, now = cached(rows)
    agents._changes.heard = True
    for _ in range(3):
        assert list(await agents.roster(an_actor())) == []
    assert rows.loads == 1
    rows.slugs = ["assistant"]
    now[0] += UNHEARD_LIFE
    assert len(await agents.roster(an_actor())) == 1
