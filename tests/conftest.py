"""What all tests may ask for: a server, a migrated database, an empty one."""

import gc
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from db.migrate import upgrade
from tests import documents
from tests.databases import TEMPLATE, Database, cloned, drop, names, run, running_server, url_of

# Files go to workers whole, each to whoever is free: what takes longest first, what takes no time last.
LONGEST_FIRST = (
    "handlers/test_doors.py",
    "fuzz",
    "deploy/test_commands.py",
    "flows",
    "bot/test_start_faults.py",
    "db",
    "llm",
    "bot",
    "deploy",
    "handlers",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.path.relative_to(Path(__file__).parent).as_posix()))


def _rank(name: str) -> int:
    return next(
        (rank for rank, start in enumerate(LONGEST_FIRST) if name.startswith(start)), len(LONGEST_FIRST)
    )


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # nine thousand tests and the libraries stay to the end: no collection need walk them


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Whoever says that it executes a command of the pages has done so when it ends."""
    claimed = {command for mark in item.iter_markers("executes") for command in mark.args}
    documents.TYPED.clear()
    outcome = yield
    assert claimed <= documents.TYPED, f"not carried out: {', '.join(sorted(claimed - documents.TYPED))}"
    return outcome


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with running_server() as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def template(server_url: str) -> AsyncIterator[str]:
    await run(server_url, f"CREATE DATABASE {TEMPLATE}")
    await upgrade(url_of(server_url, TEMPLATE), say=lambda _line: None)
    yield TEMPLATE
    await drop(server_url, TEMPLATE)


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
    await drop(server_url, name)
