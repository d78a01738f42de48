"""A pool never carries a team over, whatever ends a transaction: a commit, a fault, a cancellation."""

import asyncio
import random

import pytest
from sqlalchemy import text

from crm.people import Actor, People
from db.people import SqlPeopleDoors
from db.storage import SqlStorage, create_engine
from db.transactions import plain_transaction
from tests.acting import a_visitor, an_arrival
from tests.databases import Database

ROUNDS = 90


class Fault(Exception):
    pass


async def test_one_connection_serves_many_teams_and_keeps_none_of_them(database: Database) -> None:
    engine = create_engine(database.application, pool_size=1)
    storage = SqlStorage(engine)
    people = People(storage, SqlPeopleDoors(engine), open_to_all=True)
    actors = [await people.arrive(a_visitor(user)) for user in (1, 2, 3)]
    for actor in actors:
        async with storage.transaction(actor) as unit:
            await unit.contacts.add(actor.display_name, f"+7999000000{actor.telegram_user_id}", actor)
    dice = random.Random(4)  # noqa: S311 - an order of a test, the same each time

    async def look(actor: Actor, ending: str) -> None:
        async with storage.transaction(actor) as unit:
            for other in actors:
                found = await unit.contacts.by_name(other.display_name)
                assert (found is not None) == (other is actor)
            if ending == "fault":
                raise Fault
            if ending == "hang":
                await asyncio.sleep(3600)

    async def nobody() -> None:
        async with plain_transaction(engine) as link:
            settings = await link.execute(
                text(
                    "SELECT current_setting('app.workspace_id', true), current_setting('app.sees', true),"
                    " (SELECT count(*) FROM crm_contacts), (SELECT count(*) FROM workspaces)"
                )
            )
            workspace, sees, *counts = settings.one()
            assert not workspace
            assert not sees
            assert counts == [0, 0]

    for _ in range(ROUNDS // 6):
        endings = [dice.choice(("commit", "fault", "hang")) for _ in range(3)]
        running = []
        for actor, ending in zip(dice.sample(actors, 3), endings, strict=True):
            running += [asyncio.create_task(look(actor, ending)), asyncio.create_task(nobody())]
        # a hanging one holds the only connection until it is canceled in the middle of its transaction
        while any(not task.done() for task in running):
            await asyncio.wait(running, timeout=0.02)
            for task, ending in zip(running[::2], endings, strict=True):
                if ending == "hang" and not task.done():
                    task.cancel()
        results = await asyncio.gather(*running, return_exceptions=True)
        assert [one for one in results if not isinstance(one, Fault | asyncio.CancelledError | None)] == []
    await nobody()
    await engine.dispose()
    await all_gone(database)


async def test_a_cancellation_while_entering_leaves_nobody_inside(database: Database) -> None:
    engine = create_engine(database.application, pool_size=1)
    anna = await People(SqlStorage(engine), SqlPeopleDoors(engine), open_to_all=True).arrive(a_visitor())
    for delay in (0, 0.0002, 0.0005, 0.001, 0.002):

        async def enter() -> None:
            async with SqlStorage(engine).transaction(anna) as unit:
                await unit.updates.finish(an_arrival(), None)

        entering = asyncio.create_task(enter())
        await asyncio.sleep(delay)
        entering.cancel()
        await asyncio.gather(entering, return_exceptions=True)
        async with plain_transaction(engine) as link:
            assert await link.scalar(text("SELECT count(*) FROM workspaces")) == 0
    await engine.dispose()
    await all_gone(database)


async def all_gone(database: Database) -> None:
    """A canceled connection is dropped, which the server notices in its own time."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with asyncio.timeout(10):
        while (await database.fetch(others))[0][0]:
            pass


@pytest.mark.parametrize("pooled", [True, False])
async def test_what_enter_sets_ends_with_the_transaction(database: Database, pooled: bool) -> None:
    engine = create_engine(database.application, pool_size=1)
    storage = SqlStorage(engine)
    anna = await People(storage, SqlPeopleDoors(engine), open_to_all=True).arrive(a_visitor())
    async with storage.transaction(anna):
        pass
    if not pooled:
        await engine.dispose()
    async with engine.connect() as link:
        assert not await link.scalar(text("SELECT current_setting('app.member_id', true)"))
    await engine.dispose()
