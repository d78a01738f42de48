"""Transactions: which faults mean that PostgreSQL is away, so that an update waits instead of failing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from crm.errors import StorageAway
from crm.people import Actor
from crm.storage import MUCH
from crm.updates import UpdateJournal
from db.storage import create_engine
from db.transactions import by_statement, entered, plain_transaction
from db.updates import SqlUpdateJournal
from db.wakes import on_made_due
from tests.databases import Database, run


@pytest_asyncio.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    one = create_engine(database.application, pool_size=1)
    on_made_due(one, lambda: None)  # as the bot listens, also to connections that are thrown away
    yield one
    await one.dispose()


async def test_a_pool_with_no_connection_left_is_away(database: Database) -> None:
    narrow = create_async_engine(
        database.application.url,
        connect_args=database.application.arguments,
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.05,
    )
    async with plain_transaction(narrow):
        with pytest.raises(StorageAway, match="TimeoutError"):
            async with plain_transaction(narrow):
                pass
    async with plain_transaction(narrow) as link:  # and it heals as soon as one comes back
        assert await link.scalar(text("SELECT 1")) == 1
    await narrow.dispose()


async def test_a_server_that_only_reads_is_away_and_its_connection_is_not_kept(
    database: Database, engine: AsyncEngine
) -> None:
    """As a standby is until it takes over, or a first server that has become one."""
    journal: UpdateJournal = SqlUpdateJournal(engine)
    await run(database.owner_url, f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
    try:
        await engine.dispose()
        for update_id in (1, 2):
            with pytest.raises(StorageAway, match="25006"):
                await journal.begin(1, update_id)
    finally:
        link = await asyncpg.connect(
            database.owner_url, server_settings={"default_transaction_read_only": "off"}
        )
        await link.execute(f"ALTER DATABASE {database.name} RESET default_transaction_read_only")
        await link.close()
    begun = await journal.begin(1, 1)  # without a restart: the pool has made itself a new connection
    assert begun.attempts == 1


async def test_a_connection_that_was_ended_is_away_once(database: Database, engine: AsyncEngine) -> None:
    with pytest.raises(StorageAway):
        async with plain_transaction(engine) as link:
            await link.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    async with plain_transaction(engine) as link:
        assert await link.scalar(text("SELECT 1")) == 1


async def test_a_wrong_query_is_a_fault_and_not_an_absence(engine: AsyncEngine) -> None:
    with pytest.raises(ProgrammingError):
        async with plain_transaction(engine) as link:
            await link.execute(text("SELECT * FROM nothing_of_the_kind"))


async def test_a_cancellation_stays_one(engine: AsyncEngine) -> None:
    async def hang() -> None:
        async with plain_transaction(engine) as link:
            await link.execute(text("SELECT pg_sleep(30)"))

    hanging = asyncio.create_task(hang())
    await asyncio.sleep(0.05)
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging


async def test_work_on_many_rows_may_take_its_time(
    anna: Actor, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A usual transaction that takes long has met a server that hangs; an import has not."""
    monkeypatch.setattr("db.transactions.PATIENCE", 0.3)
    whose = (engine, anna.workspace_id, anna.member_id, None)
    with pytest.raises(StorageAway):
        async with entered(*whose) as link:
            await link.execute(text("SELECT pg_sleep(1)"))
    async with entered(*whose, patience=MUCH) as link:
        await link.execute(text("SELECT pg_sleep(1)"))


@pytest.mark.parametrize("pooled", [False, True])
async def test_a_transaction_of_one_statement_keeps_nothing_and_begins_one_only_for_a_pooler(
    database: Database, pooled: bool
) -> None:
    engine = create_engine(replace(database.application, pooled=pooled), pool_size=1)
    async with plain_transaction(by_statement(engine)) as link:
        await link.execute(text("SELECT set_config('app.member_id', '5', true)"))
        carried = await link.scalar(text("SELECT current_setting('app.member_id', true)"))
        assert carried == ("5" if pooled else "")
    async with plain_transaction(engine) as link:
        await link.execute(text("SELECT set_config('app.chat_id', '5', true)"))
        assert await link.scalar(text("SELECT current_setting('app.chat_id', true)")) == "5"
        assert not await link.scalar(text("SELECT current_setting('app.member_id', true)"))
    await engine.dispose()
