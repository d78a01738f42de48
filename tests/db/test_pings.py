"""A connection is asked whether it lives when it was idle, and one that was closed is never given out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db.pings import IDLE, ping_the_idle
from tests.databases import Database


@dataclass
class Pool:
    engine: AsyncEngine
    now: list[float]
    pings: list[object]

    async def pid(self) -> int:
        """That of the server's process behind the connection that is given out."""
        async with self.engine.begin() as link:
            return int(await link.scalar(text("SELECT pg_backend_pid()")))


@pytest_asyncio.fixture
async def pool(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    pings: list[object] = []
    asked = PGDialect_asyncpg.do_ping

    def do_ping(self: PGDialect_asyncpg, dbapi_connection: object) -> bool:
        pings.append(dbapi_connection)
        return bool(asked(self, dbapi_connection))  # type: ignore[no-untyped-call]  # SQLAlchemy says nothing of it

    monkeypatch.setattr(PGDialect_asyncpg, "do_ping", do_ping)
    url, arguments = database.application.url, database.application.arguments
    engine = create_async_engine(url, connect_args=arguments, pool_pre_ping=True, pool_size=1, max_overflow=0)
    now = [0.0]
    ping_the_idle(engine, lambda: now[0])
    yield Pool(engine, now, pings)
    await engine.dispose()


async def test_one_that_was_in_use_a_moment_ago_is_not_asked(pool: Pool) -> None:
    first = await pool.pid()
    pool.now[0] += IDLE / 2
    assert await pool.pid() == first
    assert pool.pings == []
    pool.now[0] += IDLE
    assert await pool.pid() == first
    assert len(pool.pings) == 1


async def test_one_that_was_closed_meanwhile_is_replaced(pool: Pool) -> None:
    first = await pool.pid()
    async with pool.engine.connect() as link:
        driver = (await link.get_raw_connection()).driver_connection
    assert driver is not None
    driver.terminate()
    assert await pool.pid() != first
