"""Stages: one bot for most dialogues, a bot of one's own for those that end it."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from db.server import start_server
from tests.databases import Database, run
from tests.flows.stage import Stage, StoppableDatabase, made, staged


@pytest_asyncio.fixture(scope="session")
async def stage_rows(server_url: str) -> AsyncIterator[Database]:
    """The database of `stage`."""
    yield await made(server_url, "switchboard_flows")
    await run(server_url, "DROP DATABASE switchboard_flows WITH (FORCE)")


@pytest_asyncio.fixture(scope="session")
async def stage(stage_rows: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("flows"), stage_rows.owner_url) as one:
        yield one


@pytest_asyncio.fixture
async def own_database(server_url: str) -> AsyncIterator[Database]:
    yield await made(server_url, "switchboard_own_flow")
    await run(server_url, "DROP DATABASE switchboard_own_flow WITH (FORCE)")


@pytest_asyncio.fixture
async def own_stage(own_database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("own"), own_database.owner_url) as one:
        yield one


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """As root the server runs as nobody, to whom another run of pytest would shut pytest's own folder at any time."""
    with tempfile.TemporaryDirectory(prefix="switchboard-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest_asyncio.fixture
async def stoppable(server_folder: Path) -> AsyncIterator[StoppableDatabase]:
    server = start_server(server_folder, say=print, durable=False)
    database = await made(server.owner_url("postgres"), "switchboard")
    held = StoppableDatabase(database, server_folder, server)
    yield held
    held.stop()


@pytest_asyncio.fixture
async def stage_with_stoppable_database(
    stoppable: StoppableDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("stage"), stoppable.database.owner_url) as one:
        yield one
