"""Indexes of big tables are built beside their users, once, and a build that was cut off is repaired."""

import asyncio
from collections.abc import AsyncIterator
from types import ModuleType

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db.indexes import BadIndex, build_missing, declared
from db.migrate import upgrade
from db.urls import connection

NAME = "ix_probe_colour"
PROBE = {NAME: f"CREATE INDEX CONCURRENTLY {NAME} ON probe (colour)"}


@pytest_asyncio.fixture
async def owner(empty_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(connection(empty_database).url)
    async with engine.begin() as link:
        await link.execute(text("CREATE TABLE probe (id int PRIMARY KEY, colour text NOT NULL)"))
        await link.execute(text("INSERT INTO probe SELECT n, n::text FROM generate_series(1, 1000) n"))
    yield engine
    await engine.dispose()


async def _valid(owner: AsyncEngine) -> list[bool]:
    async with owner.connect() as link:
        found = await link.scalars(
            text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": NAME}
        )
        return list(found)


async def _under_way(owner: AsyncEngine) -> None:
    for _ in range(250):
        if await _valid(owner) == [False]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no build began")


async def test_a_missing_index_is_built_once(owner: AsyncEngine) -> None:
    assert await build_missing(owner, PROBE, say=print) == [NAME]
    assert await _valid(owner) == [True]
    assert await build_missing(owner, PROBE, say=print) == []


async def test_people_write_while_it_is_built(owner: AsyncEngine) -> None:
    async with owner.connect() as busy:  # a transaction that the build must wait for, so that it is under way
        await busy.execute(text("INSERT INTO probe VALUES (1001, 'red')"))
        building = asyncio.create_task(build_missing(owner, PROBE, say=print))
        await _under_way(owner)
        async with asyncio.timeout(5), owner.begin() as other:
            await other.execute(text("SET LOCAL lock_timeout = 2000"))
            await other.execute(text("INSERT INTO probe VALUES (1002, 'blue')"))
        assert not building.done()
        await busy.commit()
    assert await building == [NAME]


async def test_two_replicas_that_start_together_build_it_once(owner: AsyncEngine) -> None:
    built = await asyncio.gather(*(build_missing(owner, PROBE, say=print) for _ in range(2)))
    assert sorted(built) == [[], [NAME]]


async def test_an_index_left_invalid_is_built_again(owner: AsyncEngine) -> None:
    async with owner.begin() as link:
        await link.execute(text("INSERT INTO probe VALUES (1001, '1')"))  # a second '1' breaks a unique build
    alone = owner.execution_options(isolation_level="AUTOCOMMIT")
    async with alone.connect() as link:
        with pytest.raises(DBAPIError, match="could not create unique index"):
            await link.execute(text(f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON probe (colour)"))
    assert await _valid(owner) == [False]
    assert await build_missing(owner, PROBE, say=print) == [NAME]
    assert await _valid(owner) == [True]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX ix ON probe (colour)",
        "CREATE INDEX CONCURRENTLY another ON probe (colour)",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON probe (colour)",  # an invalid one would count as there
    ],
)
def test_a_revision_may_not_name_another_statement(statement: str) -> None:
    revision = ModuleType("revision")
    revision.__dict__["CONCURRENTLY"] = {"ix": statement}
    with pytest.raises(BadIndex, match="ix"):
        declared([revision])


async def test_a_start_builds_what_the_revisions_name(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upgrade(empty_database, say=print)
    wanted = {"ix_probe": "CREATE INDEX CONCURRENTLY ix_probe ON crm_tasks (title)"}
    monkeypatch.setattr("db.migrate.declared", lambda _revisions: wanted)
    said = list[str]()
    await upgrade(empty_database, say=said.append)
    assert [line for line in said if "ix_probe" in line]
