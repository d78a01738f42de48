"""Patience: a server that hangs counts as away, and what it held up is free again."""

import asyncio
import time

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.errors import StorageAway
from db.roles import LIMITS
from db.storage import create_engine
from db.transactions import plain_transaction
from tests.databases import Database


async def test_a_transaction_that_hangs_counts_as_away_and_the_pool_heals(database: Database) -> None:
    engine = create_engine(database.application, pool_size=1)
    begun = time.monotonic()
    with pytest.raises(StorageAway):
        async with plain_transaction(engine, patience=0.1) as link:
            await link.execute(text("SELECT pg_sleep(60)"))
    async with plain_transaction(engine) as link:
        assert await link.scalar(text("SELECT 1")) == 1
    assert time.monotonic() - begun < 10
    await engine.dispose()


async def test_a_wait_for_a_connection_counts_too(database: Database) -> None:
    engine, taken, go = create_engine(database.application, pool_size=1), asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with plain_transaction(engine):
            taken.set()
            await go.wait()

    holding = asyncio.create_task(hold())
    await taken.wait()
    with pytest.raises(StorageAway):
        async with plain_transaction(engine, patience=0.1):
            pass
    go.set()
    await holding
    await engine.dispose()


async def test_a_process_that_is_silent_in_a_transaction_loses_its_locks_in_time(engine: AsyncEngine) -> None:
    async with plain_transaction(engine) as link:
        for name, limit in LIMITS.items():
            shown = await link.scalar(text("SELECT current_setting(:name)"), {"name": name})
            assert shown in (limit, "1min")
