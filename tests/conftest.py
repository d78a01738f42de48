"""What all tests may ask for: a server, a migrated database, an empty one."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from db.migrate import upgrade
from tests.databases import TEMPLATE, Database, cloned, names, run, running_server, url_of


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with running_server() as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def template(server_url: str) -> AsyncIterator[str]:
    await run(server_url, f"CREATE DATABASE {TEMPLATE}")
    await upgrade(url_of(server_url, TEMPLATE), say=lambda _line: None)
    yield TEMPLATE
    await run(server_url, f"DROP DATABASE {TEMPLATE}")


@pytest_asyncio.fixture(scope="session")
async def one_database(server_url: str, template: str) -> AsyncIterator[Database]:
    async with cloned(server_url, template) as one:
        yield one


@pytest_asyncio.fixture
async def database(one_database: Database) -> AsyncIterator[Database]:
    """A migrated database without rows."""
    yield one_database
    await one_database.empty()


@pytest_asyncio.fixture
async def own_database(server_url: str, template: str) -> AsyncIterator[Database]:
    """A migrated database of one's own, for a process that keeps it open or for rows that nobody deletes."""
    async with cloned(server_url, template) as one:
        yield one


@pytest_asyncio.fixture
async def empty_database(server_url: str) -> AsyncIterator[str]:
    """The owner's URL of a database with nothing in it."""
    name = next(names)
    await run(server_url, f"CREATE DATABASE {name}")
    yield url_of(server_url, name)
    await run(server_url, f"DROP DATABASE {name} WITH (FORCE)")
