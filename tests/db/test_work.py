"""The rules over real rows: one transaction each, one team each, nothing twice."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.agents import AgentSpec, Choice, Reason
from crm.answers import Answer
from crm.calls import Calls
from crm.conversations import LEASE, ModelAnswer
from crm.deliveries import Deliveries
from crm.dialogs import Dialog, DialogKey
from crm.errors import NotFound, NotInvited, Removed, StorageAway
from crm.people import Actor, ChatKind, People, Role
from crm.reminders import Reminders
from crm.tasks import TaskLists, Tasks
from crm.tasks.filters import Filter
from crm.tasks.lists import Step
from db.agents import SqlAgentDoors
from db.deliveries import SqlDeliveryDoors
from db.dialogs import SqlDialogs
from db.people import SqlPeopleDoors
from db.storage import SqlStorage, create_engine
from db.turns import SqlTurnDoors
from db.updates import SqlUpdateJournal
from db.urls import connection
from tests.acting import NOW, a_visitor, an_arrival
from tests.databases import Database
from tests.fakes import is_ready


@pytest_asyncio.fixture
async def anna(engine: AsyncEngine) -> Actor:
    return await People(SqlStorage(engine), SqlPeopleDoors(engine), open_to_all=True).arrive(a_visitor())


def said(text: str) -> Answer:
    return Answer(text=text)


async def test_whoever_arrives_gets_a_team_of_one_and_keeps_it(
    engine: AsyncEngine, database: Database
) -> None:
    doors = SqlPeopleDoors(engine)
    arrivals = [doors.arrive(a_visitor(7), open_to_all=True) for _ in range(5)]
    actors = await asyncio.gather(*arrivals)
    assert len({actor.workspace_id for actor in actors}) == 1
    assert sum(actor.is_new for actor in actors) == 1
    assert actors[0].role is Role.OWNER
    assert await database.count("people") == 1


async def test_a_stranger_is_turned_away_where_one_must_be_invited(
    engine: AsyncEngine, database: Database
) -> None:
    with pytest.raises(NotInvited):
        await SqlPeopleDoors(engine).arrive(a_visitor(), open_to_all=False)
    assert await database.count("people") == 0


async def test_a_claim_link_makes_an_operator_once(engine: AsyncEngine) -> None:
    doors = SqlPeopleDoors(engine)
    from hashlib import sha256

    await doors.issue_claim(sha256(b"code").digest(), 3600)
    assert not await doors.has_operator()
    actor = await doors.arrive(a_visitor(link_code="code"), open_to_all=False)
    assert actor.is_operator
    assert await doors.has_operator()
    with pytest.raises(NotFound):
        await doors.arrive(a_visitor(8, link_code="code"), open_to_all=False)


async def test_a_stranger_in_a_linked_group_is_a_guest_who_sees_that_chat_only(
    engine: AsyncEngine, anna: Actor
) -> None:
    doors, tasks = SqlPeopleDoors(engine), Tasks(SqlStorage(engine))
    await tasks.create(anna, an_arrival(), "private matter", lambda saved: said(saved[0].title))
    group: dict[str, Any] = {
        "telegram_chat_id": -5,
        "chat_kind": ChatKind.GROUP,
        "chat_title": "Sales",
        "started": False,
    }
    await doors.arrive(a_visitor(**group), open_to_all=False)
    guest = await doors.arrive(a_visitor(9, **group), open_to_all=False)
    assert (guest.role, guest.workspace_id) == (Role.GUEST, anna.workspace_id)
    await tasks.create(guest, an_arrival(-5), "from the group", lambda saved: said(saved[0].title))
    assert [task.title for task in await tasks.list(guest)] == ["from the group"]
    assert len(await tasks.list(anna)) == 2


async def test_numbers_of_tasks_made_at_once_are_unique_and_without_holes(
    engine: AsyncEngine, anna: Actor
) -> None:
    tasks = Tasks(SqlStorage(engine))
    await asyncio.gather(
        *(tasks.create(anna, an_arrival(), "x", lambda saved: said(saved[0].title)) for _ in range(12))
    )
    lists = TaskLists(SqlStorage(engine))
    first = await lists.show(anna, NOW, Filter())
    second = await lists.show(anna, NOW, Filter(), Step(first.tasks[-1].id))
    assert sorted(task.number for task in (*first.tasks, *second.tasks)) == list(range(1, 13))


async def test_a_team_sees_only_itself(engine: AsyncEngine, anna: Actor) -> None:
    tasks = Tasks(SqlStorage(engine))
    await tasks.create(anna, an_arrival(), "secret", lambda saved: said(saved[0].title))
    other = await SqlPeopleDoors(engine).arrive(a_visitor(102), open_to_all=True)
    assert len(await tasks.list(other)) == 0
    with pytest.raises(NotFound):
        await tasks.show(other, 1)


async def test_a_removed_member_is_refused(engine: AsyncEngine, anna: Actor, database: Database) -> None:
    await database.fetch("UPDATE members SET removed_at = now()")
    with pytest.raises(Removed):
        await Tasks(SqlStorage(engine)).list(anna)


async def test_rows_can_not_point_into_another_team(
    engine: AsyncEngine, anna: Actor, database: Database
) -> None:
    other = await SqlPeopleDoors(engine).arrive(a_visitor(102), open_to_all=True)
    calls = Calls(SqlStorage(engine))
    await calls.log(anna, an_arrival(), "Petrov +7 999 123-45-67", lambda call: said(call.contact.full_name))
    contact = (await database.fetch("SELECT id FROM crm_contacts"))[0][0]
    async with SqlStorage(engine).transaction(other) as unit:
        with pytest.raises(IntegrityError):
            await unit.contacts.add_phone(contact, "+79990000000")


async def test_an_unknown_name_in_a_call_makes_the_contact_once(engine: AsyncEngine, anna: Actor) -> None:
    calls = Calls(SqlStorage(engine))
    for text in ("Пётр +7 999 123-45-67: ждёт счёт", "петр no answer", "+79991234567 busy"):
        await calls.log(anna, an_arrival(), text, lambda call: said(call.contact.full_name))
    assert {call.contact.full_name for call in await calls.latest(anna)} == {"Пётр"}


async def test_what_is_due_is_claimed_by_one_process_only(engine: AsyncEngine, anna: Actor) -> None:
    storage = SqlStorage(engine)
    reminders, deliveries = Reminders(storage), Deliveries(storage, SqlDeliveryDoors(engine))
    for _ in range(20):
        await reminders.create(anna, an_arrival(), "in 5 minutes tea", lambda reminder: said(reminder.text))
    assert await deliveries.claim(NOW) == []
    due = NOW + timedelta(minutes=5)
    claims = await asyncio.gather(*(deliveries.claim(due, limit=5) for _ in range(4)))
    taken = [delivery for claim in claims for delivery in claim]
    assert len({delivery.id for delivery in taken}) == len(taken) == 20
    assert {delivery.actor.telegram_chat_id for delivery in taken} == {101}


async def test_a_lease_that_ran_out_is_claimed_again_and_the_first_holder_can_not_mark(
    engine: AsyncEngine, anna: Actor, database: Database
) -> None:
    storage = SqlStorage(engine)
    reminders, deliveries = Reminders(storage), Deliveries(storage, SqlDeliveryDoors(engine))
    await reminders.create(anna, an_arrival(), "in 5 minutes tea", lambda reminder: said(reminder.text))
    due = NOW + timedelta(minutes=5)
    (first,) = await deliveries.claim(due)
    # by this process's clock; the server's counts
    assert await deliveries.claim(due + timedelta(hours=1)) == []
    await database.fetch("UPDATE reminder_deliveries SET lease_until = now() - interval '1 second'")
    (second,) = await deliveries.claim(due)
    assert not await is_ready(deliveries, first)
    assert not await deliveries.sent(first, 1, due)
    assert await is_ready(deliveries, second)
    assert await deliveries.sent(second, 1, due)
    assert await deliveries.claim(due + timedelta(hours=1)) == []


async def test_a_done_task_reminds_of_nothing(engine: AsyncEngine, anna: Actor, database: Database) -> None:
    storage = SqlStorage(engine)
    tasks, deliveries = Tasks(storage), Deliveries(storage, SqlDeliveryDoors(engine))
    await tasks.create(anna, an_arrival(), "in 5 minutes tea", lambda saved: said(saved[0].title))
    (delivery,) = await deliveries.claim(NOW + timedelta(minutes=5))
    await tasks.complete(
        anna, an_arrival(), await database.task_id(1), NOW, lambda done: said(done.task.title)
    )
    assert not await is_ready(deliveries, delivery)


async def test_turns_of_a_conversation_are_claimed_in_order(engine: AsyncEngine, anna: Actor) -> None:
    spec = AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "be brief"}, is_default=True)
    assert await SqlAgentDoors(engine).import_global([spec], only_if_empty=True) == 1
    assert await SqlAgentDoors(engine).import_global([spec], only_if_empty=False) == 0
    assert list(await SqlAgentDoors(engine).export_global()) == [spec]
    storage, doors = SqlStorage(engine), SqlTurnDoors(engine)
    async with storage.transaction(anna) as unit:
        (agent,) = await unit.agents.active()
        await unit.conversations.add_turn(anna, an_arrival(), Choice(agent, Reason.DEFAULT, "one"))
    (one,) = await doors.claim(NOW, limit=5, lease=LEASE)
    async with storage.transaction(anna) as unit:
        await unit.conversations.add_turn(anna, an_arrival(), Choice(agent, Reason.DEFAULT, "two"))
    assert (one.text, await doors.claim(NOW, limit=5, lease=LEASE)) == ("one", [])
    async with storage.transaction(anna) as unit:
        assert await unit.conversations.keep_answer(one, ModelAnswer("hello", [{"kind": "x"}], "offline"))
        assert await unit.conversations.mark_sent(one, [4, 5])
    (two,) = await doors.claim(NOW, limit=5, lease=LEASE)
    async with storage.transaction(anna) as unit:
        stored = await unit.memory.of_conversation(
            two.conversation_id, before_turn_id=two.id, in_private=True, limit=5
        )
        assert [past.messages for past in stored.turns] == [[{"kind": "x"}]]
        assert (
            await unit.conversations.here(anna, None, NOW - timedelta(minutes=1))
        ).recent_agent_id == agent.id
        assert await unit.conversations.answered_by(anna.chat_id, 4) == agent.id
        assert await unit.conversations.answered_by(anna.chat_id, 6) is None
        assert (await unit.conversations.stop(anna, None, two.id, NOW, everyones=True)).turn_ids == [two.id]
    assert await doors.renew([one, two], NOW + LEASE) == {two.id: True}


async def test_a_dialog_is_kept_and_forgotten(engine: AsyncEngine) -> None:
    dialogs, key = SqlDialogs(engine), DialogKey(1, 2, None, 3)
    assert await dialogs.get(key, NOW) == Dialog()
    await dialogs.put(key, Dialog("task", {"a": 1}), NOW)
    assert await dialogs.get(key, NOW) == Dialog("task", {"a": 1})
    assert await dialogs.get(key, NOW + timedelta(days=2)) == Dialog()
    await dialogs.put(key, Dialog(), NOW)
    assert await dialogs.get(key, NOW) == Dialog()


async def test_postgresql_that_is_away_is_said_to_be_away() -> None:
    engine = create_engine(connection("postgresql://nobody:x@127.0.0.1:1/nothing"))
    with pytest.raises(StorageAway):
        await SqlUpdateJournal(engine).begin(1, 1)
    await engine.dispose()


def test_pairs_of_steps_grow() -> None:
    from crm.deliveries import RETRY_STEPS

    assert all(first < second for first, second in pairwise(RETRY_STEPS))
