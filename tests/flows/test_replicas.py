"""Replicas behind a webhook: every effect once and chats in order, whatever befalls them."""

import asyncio
from contextlib import suppress

import pytest

from tests.databases import Database
from tests.flows.fleet import fleet_of
from tests.flows.load import all_is_well, through, writers_of


async def test_a_replica_that_is_killed_every_two_seconds_costs_nothing(
    own_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with fleet_of(2, tmp_path_factory.mktemp("fleet"), own_database.owner_url) as fleet:
        fleet.balancer.again_in = 1  # a restart takes what it takes; the campaign waits as Telegram does
        writers = await writers_of(fleet, 5, 2)
        await fleet.stage.post("/sim/settings", {"redeliver": True})
        killing = asyncio.create_task(fleet.kill_in_turn(2))
        writing = asyncio.gather(*(writer.write() for writer in writers))
        while fleet.kills < len(fleet.replicas):  # each once, in the middle of its work  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        await writing
        await through(fleet)
        assert await all_is_well(fleet, writers, own_database) <= fleet.kills
