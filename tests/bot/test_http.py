"""HTTP: alive, ready, and how much is waiting, with PostgreSQL there and away."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gate import Gate
from bot.http import SILENCE, Endpoints, serve
from bot.polling import Polling
from db.agent_cache import CachedAgents
from db.storage import create_engine
from db.urls import connection
from tests.databases import Database
from tests.flows.stage import free_port


class Watched:
    """A little server over an engine, and what it looks at."""

    def __init__(self, engine: AsyncEngine, url: str, port: int) -> None:
        self.engine, self.url, self.port = engine, url, port
        self.polling = SimpleNamespace(alive_at=asyncio.get_running_loop().time())
        self.gate, self.directory = Gate(), SimpleNamespace(degraded=0)

    def endpoints(self) -> Endpoints:
        return Endpoints(
            self.engine, cast(Polling, self.polling), self.gate, cast(CachedAgents, self.directory)
        )

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as client, client.get(self.url + path) as response:
            return response.status, await response.text()


async def watched(engine: AsyncEngine) -> AsyncIterator[Watched]:
    port = free_port()
    one = Watched(engine, f"http://127.0.0.1:{port}", port)
    stop = await serve(one.endpoints(), "127.0.0.1", port)
    yield one
    await stop()
    await engine.dispose()


@pytest_asyncio.fixture
async def well(database: Database) -> AsyncIterator[Watched]:
    async for one in watched(create_engine(database.application, pool_size=1)):
        yield one


@pytest_asyncio.fixture
async def starved() -> AsyncIterator[Watched]:
    async for one in watched(create_engine(connection("postgresql://nobody@127.0.0.1:1/none"), pool_size=1)):
        yield one


async def test_a_bot_that_works_is_alive_and_ready(well: Watched) -> None:
    assert (await well.get("/healthz"))[0] == 200
    status, body = await well.get("/readyz")
    assert status == 200
    assert '"postgresql": "ok"' in body


async def test_without_postgresql_it_is_alive_and_not_ready(starved: Watched) -> None:
    assert (await starved.get("/healthz"))[0] == 200
    status, body = await starved.get("/readyz")
    assert status == 503
    assert '"postgresql": "away"' in body
    assert '"telegram": "ok"' in body


async def test_without_telegram_it_is_not_ready(well: Watched) -> None:
    well.polling.alive_at -= SILENCE + 1
    status, body = await well.get("/readyz")
    assert status == 503
    assert '"telegram": "away"' in body


async def test_without_redis_it_is_ready_and_says_so(well: Watched) -> None:
    well.directory.degraded = 3
    status, body = await well.get("/health")
    assert status == 200
    assert '"redis_degraded": "3"' in body


async def test_numbers_of_what_waits_and_what_was_dropped(well: Watched) -> None:
    well.gate.outcomes["draft", "dropped"] = 5
    status, body = await well.get("/metrics")
    assert status == 200
    assert "switchboard_overdue_deliveries 0.0" in body
    assert "switchboard_unfinished_turns 0.0" in body
    assert "switchboard_dropped_drafts 5.0" in body


async def test_without_postgresql_the_other_numbers_are_still_given(starved: Watched) -> None:
    status, body = await starved.get("/metrics")
    assert status == 200
    assert "switchboard_overdue_deliveries NaN" in body
    assert "switchboard_dropped_drafts 0.0" in body


async def test_a_port_that_is_taken_is_said(well: Watched) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve(well.endpoints(), "127.0.0.1", well.port)
