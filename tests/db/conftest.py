"""What tests of teams ask for: a pool, the storage and the doors on it, and Anna, who owns a team of one."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.people import Actor
from db.people import SqlPeopleDoors
from db.storage import SqlStorage, create_engine
from tests.acting import a_visitor
from tests.databases import Database
from tests.db.team import Team


@pytest_asyncio.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database.application)
    yield engine
    await engine.dispose()


@pytest.fixture
def storage(engine: AsyncEngine) -> SqlStorage:
    return SqlStorage(engine)


@pytest.fixture
def doors(engine: AsyncEngine) -> SqlPeopleDoors:
    return SqlPeopleDoors(engine)


@pytest_asyncio.fixture
async def anna(doors: SqlPeopleDoors) -> Actor:
    return await doors.arrive(a_visitor(101), open_to_all=True)


@pytest_asyncio.fixture
async def team(engine: AsyncEngine, database: Database) -> Team:
    one = Team(engine, database)
    await one.gather()
    return one
