"""Reminders while replicas are killed and PostgreSQL restarts: each is sent, and what comes twice is accounted for."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from bot.gate.underway import MOST
from tests.databases import Database
from tests.flows import outages
from tests.flows.fleet import Fleet, fleet_of
from tests.flows.load import writers_of
from tests.flows.remembering import (
    all_are_marked,
    fall_due,
    lateness,
    nothing_is_lost,
    repeats_are_of_kills,
    told_of,
)
from tests.flows.stage import StoppableDatabase


async def test_a_replica_that_is_killed_among_reminders_costs_none_and_repeats_only_what_was_under_way(
    own_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("fleet")
    async with fleet_of(2, folder, own_database.owner_url, at_first=1) as fleet:
        first, second = fleet.replicas
        await writers_of(fleet, 20, 0)
        await fall_due(own_database, 100, after=1, within=4)
        await asyncio.sleep(3)  # in the middle of it
        await asyncio.to_thread(first.kill)
        fleet.note_kill()
        await own_database.fetch("UPDATE reminder_deliveries SET lease_until = now() WHERE state = 'leased'")
        second.spawn()  # finds what the first one held as it would when the leases end by themselves
        await all_are_marked(own_database, 100)
        told = await told_of(fleet, own_database)
        nothing_is_lost(told, 100)
        assert repeats_are_of_kills(told, fleet.killed_at) <= MOST  # one, unless the machine is very busy


@pytest.mark.campaign
@pytest.mark.timeout(900)
async def test_two_thousand_reminders_with_a_kill_every_three_seconds_and_a_restart_of_postgresql(
    stoppable: StoppableDatabase, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, rows = tmp_path_factory.mktemp("campaign"), stoppable.database
    async with fleet_of(3, folder, rows.owner_url) as fleet:
        await writers_of(fleet, 100, 0)
        await fall_due(rows, 2000, after=5, within=20)
        await asyncio.sleep(5)
        killing = asyncio.create_task(fleet.kill_in_turn(3))
        await asyncio.sleep(10)  # in the middle of it
        await outages.restart(stoppable)
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                await all_are_marked(rows, 2000)
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        await all_are_marked(rows, 2000)
        told = await told_of(fleet, rows)
        report(fleet, folder, late=await lateness(rows), repeated=told.repeated)
        nothing_is_lost(told, 2000)
        assert repeats_are_of_kills(told, fleet.killed_at) <= fleet.kills


def report(fleet: Fleet, folder: Path, **more: object) -> None:
    said = {"kills": fleet.kills, "killed_at": fleet.killed_at, "logs": str(folder), **more}
    print(f"\n2,000 reminders: {said}")  # noqa: T201 - figures are what a campaign is for
