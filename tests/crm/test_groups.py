"""Groups: greeting, and giving a group a team of its own."""

import pytest

from crm.answers import Answer
from crm.errors import AlreadyHandled, NotAllowed, NotFound
from crm.groups import Groups, Place
from crm.people import ChatKind, Role
from tests.fakes import FakeGroupDoors, FakeStorage, an_actor, an_arrival

ANNA = an_actor(chat_id=9, telegram_chat_id=-9, chat_kind=ChatKind.GROUP)


def say(place: Place) -> Answer:
    return Answer(f"{place.title} of {place.team}")


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.state.places[9] = Place(1, "Acme", "Sales", is_alone=False)
    return storage


@pytest.fixture
def groups(storage: FakeStorage) -> Groups:
    return Groups(storage, FakeGroupDoors())


@pytest.mark.parametrize("is_admin", [True, False])
async def test_a_greeting_is_owed_and_what_the_bot_is_there_is_known(
    storage: FakeStorage, groups: Groups, is_admin: bool
) -> None:
    answer = await groups.greet(ANNA, an_arrival(), say, is_admin=is_admin)
    assert answer == Answer("Sales of Acme")
    assert storage.state.watched == {-9: is_admin}
    assert list(storage.state.handled.values()) == [answer]
    assert [line.action for line in storage.state.activity] == ["added_bot"]


async def test_an_owner_gives_a_group_a_team_of_its_own_once(storage: FakeStorage, groups: Groups) -> None:
    answer = await groups.separate(ANNA, an_arrival(1), 1, say)
    assert answer == Answer("Sales of Acme")
    own = storage.state.places[9]
    assert (own.team, own.is_alone) == ("Sales", True)
    (line,) = storage.state.activity
    assert line.changes == {"workspace_id": [1, own.workspace_id]}
    with pytest.raises(NotFound, match="already"):
        await groups.separate(ANNA, an_arrival(2), 1, say)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.MEMBER, Role.GUEST])
async def test_nobody_but_an_owner_separates_a_group(
    storage: FakeStorage, groups: Groups, role: Role
) -> None:
    with pytest.raises(NotAllowed, match="Only an owner"):
        await groups.separate(an_actor(chat_id=9, role=role), an_arrival(), 1, say)
    assert storage.state.places[9].workspace_id == 1
    assert not storage.state.handled


async def test_a_button_of_another_team_separates_nothing(storage: FakeStorage, groups: Groups) -> None:
    with pytest.raises(NotFound):
        await groups.separate(ANNA, an_arrival(), 77, say)
    assert storage.state.places[9].workspace_id == 1


async def test_the_same_press_separates_once(storage: FakeStorage, groups: Groups) -> None:
    await groups.greet(ANNA, an_arrival(1), say, is_admin=False)
    with pytest.raises(AlreadyHandled):
        await groups.separate(ANNA, an_arrival(1), 1, say)
    assert storage.state.places[9].team == "Acme"
