"""Stages: one bot for most dialogues, a bot of one's own for those that end it."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from db.server import start_server
from tests.databases import Database, cloned
from tests.flows.stage import Stage, StoppableDatabase, made, staged


@pytest_asyncio.fixture(scope="session")
async def stage_rows(server_url: str, template: str) -> AsyncIterator[Database]:
    """The database of `stage`."""
    async with cloned(server_url, template) as one:
        yield one


@pytest_asyncio.fixture(scope="session")
async def stage(stage_rows: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("flows"), stage_rows.owner_url) as one:
        yield one


@pytest_asyncio.fixture(scope="module")
async def rows(server_url: str, template: str) -> AsyncIterator[Database]:
    """The database of a stage that a file sets for itself."""
    async with cloned(server_url, template) as one:
        yield one


@pytest_asyncio.fixture
async def own_stage(own_database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("own"), own_database.owner_url) as one:
        yield one


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """As root the server runs as nobody, who may not enter pytest's own folders."""
    with tempfile.TemporaryDirectory(prefix="switchboard-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest_asyncio.fixture
async def stoppable(open_folder: Path) -> AsyncIterator[StoppableDatabase]:
    server = start_server(open_folder, say=print, durable=False)
    try:
        held = StoppableDatabase(await made(server.owner_url("postgres"), "switchboard"), open_folder, server)
        yield held
    finally:
        server.stop()
    held.stop()


@pytest_asyncio.fixture
async def stage_with_stoppable_database(
    stoppable: StoppableDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("stage"), stoppable.database.owner_url) as one:
        yield one
