"""Rests: a connection is asked after before it is used again, unless it was used a moment ago."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rests
from db.storage import create_engine
from db.transactions import plain_transaction
from tests.databases import Database

END = text("SELECT pg_terminate_backend(:pid)")


@pytest_asyncio.fixture
async def lone(database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database.application, pool_size=1)
    yield engine
    await engine.dispose()


async def used(engine: AsyncEngine) -> int:
    async with plain_transaction(engine) as link:
        return int(await link.scalar(text("SELECT pg_backend_pid()")) or 0)


def count_questions(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    asked: list[object] = []
    dialect = engine.sync_engine.dialect
    really = dialect.do_ping

    def ask(link: object) -> bool:
        asked.append(link)
        return really(link)  # type: ignore[arg-type]  # SQLAlchemy's own, of any driver

    monkeypatch.setattr(dialect, "do_ping", ask)
    return asked


async def test_one_that_was_used_a_moment_ago_is_used_again_unasked(
    lone: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rests, "MOMENT", 60)
    asked = count_questions(lone, monkeypatch)
    assert await used(lone) == await used(lone)
    assert asked == []


async def test_one_that_rested_is_asked_after_and_goes_on(
    lone: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rests, "MOMENT", 0)
    asked = count_questions(lone, monkeypatch)
    assert await used(lone) == await used(lone)
    assert len(asked) == 1


@pytest.mark.parametrize("moment", [0, 60])
async def test_one_whose_server_is_gone_is_replaced_and_nobody_notices(
    lone: AsyncEngine, database: Database, monkeypatch: pytest.MonkeyPatch, moment: float
) -> None:
    monkeypatch.setattr(rests, "MOMENT", moment)
    before = await used(lone)
    other = create_engine(database.application, pool_size=1)
    async with plain_transaction(other) as link:
        assert await link.scalar(END, {"pid": before})
    await other.dispose()
    await asyncio.sleep(0.05)  # the server's last word is on its way
    assert await used(lone) != before
