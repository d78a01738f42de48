"""Replicas behind a webhook: every effect once and chats in order, whatever befalls them."""

import asyncio

import pytest

from tests.databases import Database
from tests.flows.fleet import Fleet, fleet_of
from tests.flows.load import all_is_well, answers_of, through, writers_of


async def test_replicas_that_are_killed_at_their_work_cost_nothing(
    own_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with fleet_of(2, tmp_path_factory.mktemp("fleet"), own_database.owner_url) as fleet:
        fleet.balancer.again_in = 1  # a restart takes what it takes; the campaign waits as Telegram does
        writers = await writers_of(fleet, 5, 2)
        await fleet.stage.post("/sim/settings", {"redeliver": True})
        writing = asyncio.gather(*(writer.write() for writer in writers))
        first, second = fleet.replicas
        await accepted(fleet, 8)
        await fleet.kill(first)
        first.spawn()
        await accepted(fleet, 8)
        assert not writing.done()
        await fleet.kill(second)  # for good; the first one, back again, finds what both have left
        await writing
        await through(fleet)
        await all_is_well(fleet, writers, own_database)
        assert (
            max(map(len, answers_of(fleet).values())) <= 2
        )  # each kill can repeat a message once, not the same one


async def accepted(fleet: Fleet, more: int) -> None:
    """Until so many more updates were accepted."""
    wanted = len(fleet.balancer.took) + more
    while len(fleet.balancer.took) < wanted:  # noqa: ASYNC110 - a post has no event
        await asyncio.sleep(0.01)
