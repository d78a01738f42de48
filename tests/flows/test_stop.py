"""A graceful stop: what is under way ends or goes over to another replica at once, within twenty seconds."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.databases import Database
from tests.flows import outages
from tests.flows.fleet import fleet_of
from tests.flows.stage import StoppableDatabase, staged
from tests.model_server import ModelServer, model_server

WITHIN = 20.0  # seconds, less than what service managers wait before they kill
AT_ONCE = 15.0  # seconds on a busy machine
LEASE = 30.0  # seconds, of a turn that nobody gave back


@pytest_asyncio.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as one:
        yield one


async def test_a_stop_hands_over_a_slow_update_and_a_running_turn(
    own_database: Database, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = {"MODEL": "openai:stub", "MODEL_BASE_URL": model.url}
    folder = tmp_path_factory.mktemp("stop")
    async with fleet_of(2, folder, own_database.owner_url, at_first=1, **told) as fleet:
        anna, boris = await fleet.stage.person("Anna"), await fleet.stage.person("Boris")
        for person in (anna, boris):
            await person.asks("/start", "language")
        leaving, staying = fleet.replicas
        model.hold()
        await anna.say("what shall I do first")
        await fleet.stage.until(lambda: own_database.count("turns WHERE state = 'running'"), 1)
        slow = {"method": "sendMessage", "delay": 60, "error_code": 500, "count": 1}
        await fleet.stage.post("/sim/faults", slow)
        await boris.say("/task hand this over")
        await fleet.stage.until(lambda: own_database.count("crm_tasks"), 1)
        await fleet.stage.held()
        staying.spawn()
        await fleet.ready([staying])
        begun = time.monotonic()
        assert await asyncio.to_thread(leaving.stop) == 0
        assert time.monotonic() - begun < WITHIN
        model.go.set()
        await anna.hears("Point 2", patience=AT_ONCE)
        await boris.hears("#1 hand this over", patience=AT_ONCE)
        assert await own_database.count("crm_tasks") == 1
        assert await own_database.count("turns") == 1


async def test_a_stop_ends_in_time_though_postgresql_hangs(
    stoppable: StoppableDatabase, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = {"MODEL": "openai:stub", "MODEL_BASE_URL": model.url}
    database = stoppable.database
    async with staged(tmp_path_factory.mktemp("hung"), database.owner_url, **told) as stage:
        anna = await stage.person("Anna")
        await anna.asks("/start", "language")
        model.hold()
        await anna.say("what shall I do first")
        await stage.until(lambda: database.count("turns WHERE state = 'running'"), 1)
        with outages.frozen(stoppable):
            await anna.say("/task wait for the database")
            begun = time.monotonic()
            assert await asyncio.to_thread(stage.stop) == 0
            assert time.monotonic() - begun < WITHIN
        model.go.set()
        await stage.start()
        await anna.hears("#1 wait for the database", patience=AT_ONCE)
        await anna.hears("Point 2", patience=LEASE + AT_ONCE)
        assert await database.count("crm_tasks") == 1
