"""Lanes: of a chat one update at a time, whichever replica has it, and nothing lost with a replica."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.updates import LANE_LEASE, Beginning, Place, Postponed
from db.lanes import SqlLanes
from db.transactions import plain_transaction
from db.updates import SqlUpdateJournal, SqlUpdates
from tests.acting import an_arrival
from tests.databases import Database

FRESH = Beginning(attempts=1, handled=False, owed=None)


@pytest.fixture
def lanes(engine: AsyncEngine) -> SqlLanes:
    return SqlLanes(engine)


def place(update_id: int, holder: str = "one", lane: str = "7") -> Place:
    return Place(1, update_id, lane, holder)


async def time_passes(database: Database) -> None:
    """Past the end of every lease."""
    await database.fetch("UPDATE handled_updates SET lease_until = lease_until - $1::interval", LANE_LEASE)


async def test_the_next_of_a_chat_waits_for_the_one_before(lanes: SqlLanes) -> None:
    assert await lanes.take(place(4)) == FRESH
    assert await lanes.take(place(5, "other")) is None
    assert await lanes.take(place(6, "other", lane="8")) == FRESH
    await lanes.finish(place(4))
    assert await lanes.take(place(5, "other")) == FRESH


async def test_one_that_comes_again_waits_for_whoever_works_on_it(lanes: SqlLanes) -> None:
    await lanes.take(place(4))
    assert await lanes.take(place(4, "other")) is None
    await lanes.finish(place(4))
    assert await lanes.take(place(4, "other")) == Beginning(attempts=2, handled=True, owed=None)


async def test_of_many_replicas_one_gets_the_chat(lanes: SqlLanes) -> None:
    looks = await asyncio.gather(*(lanes.take(place(4 + n, f"replica {n}")) for n in range(10)))
    assert [look for look in looks if look is not None] == [FRESH]


async def test_a_replica_that_died_holds_the_chat_for_its_lease_and_is_counted(
    lanes: SqlLanes, database: Database
) -> None:
    await lanes.take(place(4, "dead"))
    assert await lanes.take(place(4)) is None
    await time_passes(database)
    assert await lanes.take(place(4)) == Beginning(attempts=2, handled=False, owed=None)


async def test_whoever_died_before_the_effect_began_again_is_not_counted(
    lanes: SqlLanes, database: Database
) -> None:
    await lanes.take(place(4, "first"))
    for holder in ("second", "third"):  # they waited, and died
        await time_passes(database)
        assert await lanes.take(place(4, holder)) == Beginning(attempts=2, handled=False, owed=None)
    await lanes.count_attempt(place(4, "second"))  # which no longer has it
    await lanes.count_attempt(place(4, "third"))
    await time_passes(database)
    assert await lanes.take(place(4)) == Beginning(attempts=3, handled=False, owed=None)


async def test_what_is_given_back_is_free_at_once_and_not_counted(lanes: SqlLanes) -> None:
    await lanes.take(place(4))
    await lanes.release(place(4))
    assert await lanes.take(place(4, "other")) == FRESH


async def test_nobody_gives_back_what_another_holds_by_now(lanes: SqlLanes, database: Database) -> None:
    await lanes.take(place(4, "slow"))
    await time_passes(database)
    await lanes.take(place(4))
    await lanes.release(place(4, "slow"))
    assert await lanes.take(place(5, "other")) is None


async def test_tries_of_one_living_process_are_one_attempt(lanes: SqlLanes) -> None:
    for _ in range(7):  # as while PostgreSQL comes and goes
        assert await lanes.take(place(4)) == FRESH


async def test_a_sign_of_life_keeps_what_is_under_way_and_gives_back_the_rest(
    lanes: SqlLanes, database: Database
) -> None:
    await lanes.take(place(4))
    await lanes.take(place(5, lane="8"))
    await time_passes(database)
    await lanes.stay(1, "one", [4])
    assert await lanes.take(place(4, "other")) is None
    assert await lanes.take(place(5, "other", lane="8")) == FRESH


async def test_an_answer_still_owed_goes_to_whoever_takes_the_update_next(
    lanes: SqlLanes, engine: AsyncEngine, database: Database
) -> None:
    await lanes.take(place(4, "dead"))
    async with plain_transaction(engine) as link:
        await SqlUpdates(link).finish(replace(an_arrival(), update_id=4), Answer("saved"))
    await time_passes(database)
    begun = await lanes.take(place(4))
    assert begun is not None
    assert (begun.handled, begun.owed) == (True, Answer("saved"))


async def test_what_is_through_is_through_even_while_the_chat_is_busy(lanes: SqlLanes) -> None:
    await lanes.take(place(4))
    await lanes.finish(place(4))
    await lanes.take(place(5))
    assert await lanes.take(place(4, "other")) == Beginning(attempts=1, handled=True, owed=None)


async def test_a_postponed_answer_stays_however_often_its_update_is_brought_again(
    lanes: SqlLanes, engine: AsyncEngine, database: Database
) -> None:
    journal, now = SqlUpdateJournal(engine), datetime.now(UTC)
    await lanes.take(place(4))
    await journal.postpone(1, Postponed(4, {"update_id": 4}, Answer("saved")), now)
    await lanes.finish(place(4))
    for holder in ("one", "other"):
        again = await lanes.take(place(4, holder))
        assert again is not None
        assert (again.handled, again.owed) == (True, None)
        await lanes.finish(place(4, holder))
    assert await lanes.take(place(5, "other")) == FRESH  # and holds up nobody
    [owed] = await journal.due(1, now, lease=timedelta(minutes=2))
    assert owed.answer == Answer("saved")
    await journal.answered(1, 4)
    assert await database.count("handled_updates WHERE update_id = 4 AND answered_at IS NOT NULL") == 1
    assert await database.count("handled_updates WHERE answer IS NOT NULL") == 0
