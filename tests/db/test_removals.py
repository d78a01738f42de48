"""Leaving and removing over real rows: everything handed over in one go, and one of two at once wins."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.contacts import Contacts
from crm.deliveries import Deliveries
from crm.errors import NotAllowed, Removed
from crm.people import Actor, Role
from crm.reminders import Reminders
from crm.removals import Removals
from crm.tasks import Tasks
from crm.teams import Holdings, Teams
from db.deliveries import SqlDeliveryDoors
from db.people import SqlPeopleDoors
from db.storage import SqlStorage
from tests.acting import NOW, an_arrival
from tests.databases import Database
from tests.fakes import is_ready
from tests.joining import comes, joined, said


async def test_everything_is_handed_over_in_one_go_and_the_removed_are_out_at_once(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, engine: AsyncEngine, database: Database
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    clara = await joined(storage, doors, anna, 103, Role.MEMBER)
    tasks, reminders = Tasks(storage), Reminders(storage)
    deliveries = Deliveries(storage, SqlDeliveryDoors(engine))
    for text in ("in 2 hours call the printer", "water the plants", "all done"):
        await tasks.create(boris, an_arrival(102), text, said)
    await tasks.complete(boris, an_arrival(102), await database.task_id(3), NOW, said)
    await database.fetch("UPDATE crm_tasks SET rrule = 'FREQ=DAILY' WHERE number = 2")
    await reminders.create(boris, an_arrival(102), "in 3 hours tea", said)
    await Contacts(storage).save(boris, an_arrival(102), "Petrov +7 999 123-45-67", said)
    await database.fetch("UPDATE crm_contacts SET owner_id = $1", boris.member_id)
    await database.fetch(
        "INSERT INTO crm_task_watchers (workspace_id, task_id, member_id)"
        " SELECT workspace_id, id, $1 FROM crm_tasks WHERE number = 3",
        boris.member_id,
    )
    held = Holdings(tasks=1, series=1, contacts=1, reminders=2, watched=1)
    removals = Removals(storage)
    assert (await removals.ask(anna, boris.member_id)).holdings == held
    (leased,) = await deliveries.claim(NOW + timedelta(hours=2))  # being sent just now
    _answer, removal = await removals.remove(anna, an_arrival(), boris.member_id, clara.member_id, said)
    assert removal.given == held
    assert removal.heir is not None
    assert removal.heir.id == clara.member_id
    assert not await is_ready(deliveries, leased)
    mine = await database.fetch(
        "SELECT count(*) FILTER (WHERE assignee_id = $1), count(*) FILTER (WHERE assignee_id = $2) FROM crm_tasks",
        clara.member_id,
        boris.member_id,
    )
    assert tuple(mine[0]) == (2, 1)  # what was done stays with whoever did it
    due = await deliveries.claim(NOW + timedelta(hours=3))
    assert {delivery.actor.telegram_chat_id for delivery in due} == {103}
    with pytest.raises(Removed):
        await tasks.list(boris)
    home = await comes(doors, 102)
    assert home.workspace_id != anna.workspace_id
    assert home.role is Role.OWNER


async def test_a_reminder_never_goes_back_to_the_chat_of_whoever_left(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, engine: AsyncEngine, database: Database
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    clara = await joined(storage, doors, anna, 103, Role.MEMBER)
    reminders, deliveries = Reminders(storage), Deliveries(storage, SqlDeliveryDoors(engine))
    await reminders.create(boris, an_arrival(102), "in 3 hours the price list", said)
    await database.fetch("UPDATE people SET private_chat_id = NULL WHERE telegram_user_id = 103")
    await Removals(storage).remove(anna, an_arrival(), boris.member_id, clara.member_id, said)
    (delivery,) = await deliveries.claim(NOW + timedelta(hours=3))
    assert delivery.actor.telegram_chat_id == 103


async def test_a_fault_on_the_way_leaves_everything_with_whoever_had_it(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    await Tasks(storage).create(boris, an_arrival(102), "tomorrow 10:00 x", said)

    def fail(_done: object) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Removals(storage).remove(anna, an_arrival(), boris.member_id, None, fail)
    rows = await database.fetch("SELECT assignee_id FROM crm_tasks")
    assert rows[0][0] == boris.member_id
    assert len(await Tasks(storage).list(boris)) == 1


async def test_leaving_hands_over_to_whom_one_chooses(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    await Tasks(storage).create(boris, an_arrival(102), "tomorrow 10:00 x", said)
    _answer, removal = await Removals(storage).remove(boris, an_arrival(102), boris.member_id, None, said)
    assert removal.is_oneself
    assert removal.heir is not None
    assert removal.heir.id == anna.member_id


async def outcomes(*actions: Callable[[], Awaitable[object]]) -> list[object]:
    return await asyncio.gather(*(action() for action in actions), return_exceptions=True)


@pytest.mark.parametrize("attempt", range(5))
async def test_of_two_owners_removing_each_other_at_once_one_wins(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database, attempt: int
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.OWNER)
    removals = Removals(storage)
    results = await outcomes(
        lambda: removals.remove(anna, an_arrival(), boris.member_id, None, said),
        lambda: removals.remove(boris, an_arrival(102), anna.member_id, None, said),
    )
    assert sum(isinstance(result, Removed) for result in results) == 1
    left = await database.fetch(
        "SELECT count(*) FROM members WHERE workspace_id = $1 AND removed_at IS NULL", anna.workspace_id
    )
    assert left[0][0] == 1


@pytest.mark.parametrize("attempt", range(5))
async def test_two_owners_leaving_or_stepping_down_at_once_leave_an_owner(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database, attempt: int
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.OWNER)
    await joined(storage, doors, anna, 103, Role.MEMBER)
    removals, teams = Removals(storage), Teams(storage)
    results = await outcomes(
        lambda: removals.remove(anna, an_arrival(), anna.member_id, None, said),
        lambda: teams.appoint(boris, an_arrival(102), boris.member_id, Role.MEMBER, said),
    )
    assert sum(isinstance(result, NotAllowed) for result in results) == 1
    left = await database.fetch(
        "SELECT count(*) FROM members WHERE workspace_id = $1 AND removed_at IS NULL AND role = 'owner'",
        anna.workspace_id,
    )
    assert left[0][0] == 1
