"""What all tests may ask for: a server, a migrated database, an empty one."""

from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest
import pytest_asyncio

from db.migrate import upgrade
from tests.databases import TEMPLATE, Database, run, running_server, url_of

_names = (f"{TEMPLATE}_{number}" for number in count())


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
    name = next(_names)
    await run(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = url_of(server_url, name)
    yield Database(name, url, await upgrade(url, say=lambda _line: None))
    await run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def database(one_database: Database) -> AsyncIterator[Database]:
    """A migrated database without rows."""
    yield one_database
    await one_database.empty()


@pytest_asyncio.fixture
async def empty_database(server_url: str) -> AsyncIterator[str]:
    """The owner's URL of a database with nothing in it."""
    name = next(_names)
    await run(server_url, f"CREATE DATABASE {name}")
    yield url_of(server_url, name)
    await run(server_url, f"DROP DATABASE {name} WITH (FORCE)")
