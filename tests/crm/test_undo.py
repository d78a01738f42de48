"""Undo: one's own last change, once, unless something newer stands on it; and history of all of it."""

import pytest

from crm.activity import Activity
from crm.answers import Answer
from crm.errors import AlreadyHandled, BadInput, NotAllowed
from crm.history import History
from crm.people import Role
from crm.tasks import Tasks
from crm.undo import Standing, Undo, reversed_changes
from crm.undo_ways import UNDOABLE
from crm.visibility import Sight, Visibility
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

ANNA = an_actor()
BORIS = an_actor(person_id=2, telegram_user_id=1002, display_name="Boris", member_id=2, role=Role.MEMBER)


def ok(_result: object) -> Answer:
    return Answer("ok")


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.state.members = {(1, one.telegram_user_id): one for one in (ANNA, BORIS)}
    return storage


async def test_it_is_taken_back_and_logged(storage: FakeStorage) -> None:
    tasks, undo = Tasks(storage), Undo(storage, UNDOABLE)
    await tasks.create(ANNA, an_arrival(1), "tomorrow 10:00 call", ok)
    await tasks.complete(ANNA, an_arrival(2), storage.task_id(1), MONDAY, ok)
    await undo.last(ANNA, an_arrival(3), MONDAY, ok)
    assert len(await tasks.list(ANNA)) == 1
    last = storage.state.activity[-1]
    assert (last.action, last.undo_of, last.changes) == (
        "undone",
        2,
        {"status": ["completed", "not_started"]},
    )
    assert [row.state for row in storage.state.reminders.values()] == ["pending"]


async def test_the_same_update_takes_back_once(storage: FakeStorage) -> None:
    tasks, undo = Tasks(storage), Undo(storage, UNDOABLE)
    for number in (1, 2):
        await tasks.create(ANNA, an_arrival(number), "call", ok)
    await undo.last(ANNA, an_arrival(3), MONDAY, ok)
    with pytest.raises(AlreadyHandled):
        await undo.last(ANNA, an_arrival(3), MONDAY, ok)
    assert len(await tasks.list(ANNA)) == 1


async def test_somebody_elses_change_is_not_ones_own(storage: FakeStorage) -> None:
    await Tasks(storage).create(ANNA, an_arrival(1), "call", ok)
    with pytest.raises(BadInput, match="nothing of yours"):
        await Undo(storage, UNDOABLE).last(BORIS, an_arrival(2), MONDAY, ok)


async def test_what_stands_on_it_is_named(storage: FakeStorage) -> None:
    tasks = Tasks(storage)
    await tasks.create(ANNA, an_arrival(1), "call", ok)
    await tasks.complete(BORIS, an_arrival(2), storage.task_id(1), MONDAY, ok)
    with pytest.raises(Standing) as standing:
        await Undo(storage, UNDOABLE).last(ANNA, an_arrival(3), MONDAY, ok)
    assert standing.value.line.who == "Boris"


async def test_a_change_of_another_kind_is_said_to_stay(storage: FakeStorage) -> None:
    async with storage.transaction(ANNA) as unit:
        await unit.activity.add(Activity("erased", "contact", 5, actor_member_id=ANNA.member_id))
    with pytest.raises(BadInput, match="can't be taken back"):
        await Undo(storage, UNDOABLE).last(ANNA, an_arrival(1), MONDAY, ok)


async def test_the_owner_chooses_who_sees_what_and_takes_it_back(storage: FakeStorage) -> None:
    visibility = Visibility(storage)
    await visibility.choose(ANNA, an_arrival(1), 1, Sight.OWN, ok)
    await visibility.choose(ANNA, an_arrival(2), 1, Sight.OWN, ok)  # again changes nothing
    assert [line.changes for line in storage.state.activity] == [{"visibility": ["everyone", "own"]}]
    await Undo(storage, UNDOABLE).last(ANNA, an_arrival(3), MONDAY, ok)
    assert storage.state.sight is Sight.EVERYONE
    with pytest.raises(NotAllowed):
        await visibility.choose(BORIS, an_arrival(4), 1, Sight.OWN, ok)


async def test_a_persons_history_is_found_by_the_beginning_of_their_name(storage: FakeStorage) -> None:
    await Tasks(storage).create(BORIS, an_arrival(1), "call", ok)
    page = await History(storage).show(ANNA, "bor")
    assert (page.subject, [line.title for line in page.lines]) == ("Boris", ["call"])


def test_changes_are_turned_round() -> None:
    assert reversed_changes({"a": [1, 2], "b": "x"}) == {"a": [2, 1], "b": ["x", None]}
