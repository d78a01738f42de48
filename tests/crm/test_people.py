"""People: who gets in, and the two things asked at the start."""

from hashlib import sha256

import pytest

from crm.answers import Answer
from crm.errors import AlreadyHandled, BadInput, NotFound, NotInvited
from crm.people import ChatKind, People, PeopleDoors, Role, Visitor
from tests.fakes import FakePeopleDoors, FakeStorage, an_actor, an_arrival

ANNA = an_actor()


def say(chosen: str) -> Answer:
    return Answer(chosen)


def a_visitor(
    telegram_user_id: int = 7,
    *,
    link_code: str | None = None,
    is_operator: bool = False,
    group: int | None = None,
) -> Visitor:
    return Visitor(
        telegram_user_id=telegram_user_id,
        display_name="Boris",
        username=None,
        language="ru",
        timezone="Europe/Moscow",
        telegram_chat_id=group or telegram_user_id,
        chat_kind=ChatKind.GROUP if group else ChatKind.PRIVATE,
        chat_title=None,
        link_code=link_code,
        is_operator=is_operator,
    )


@pytest.fixture
def doors(storage: FakeStorage) -> FakePeopleDoors:
    return FakePeopleDoors(storage)


def people(storage: FakeStorage, doors: PeopleDoors, *, open_to_all: bool = False) -> People:
    return People(storage, doors, open_to_all=open_to_all)


async def test_by_invitation_a_stranger_stays_outside(storage: FakeStorage, doors: FakePeopleDoors) -> None:
    with pytest.raises(NotInvited):
        await people(storage, doors).arrive(a_visitor())
    assert not storage.state.members


async def test_where_it_is_open_a_stranger_gets_a_team_of_one(
    storage: FakeStorage, doors: FakePeopleDoors
) -> None:
    house = people(storage, doors, open_to_all=True)
    first, again = await house.arrive(a_visitor()), await house.arrive(a_visitor())
    assert (first.role, first.is_new, again.is_new) == (Role.OWNER, True, False)
    assert (first.person_id, first.workspace_id) == (again.person_id, again.workspace_id)


async def test_the_claim_link_makes_its_opener_operator_once(
    storage: FakeStorage, doors: FakePeopleDoors
) -> None:
    house = people(storage, doors)
    await doors.issue_claim(sha256(b"open sesame").digest(), 3600)
    assert not await doors.has_operator()
    assert (await house.arrive(a_visitor(7, link_code="open sesame"))).is_operator
    assert await doors.has_operator()
    with pytest.raises(NotFound):
        await house.arrive(a_visitor(8, link_code="open sesame"))


async def test_whom_admin_ids_name_needs_no_link(storage: FakeStorage, doors: FakePeopleDoors) -> None:
    assert (await people(storage, doors).arrive(a_visitor(is_operator=True))).is_operator


async def test_a_colleague_in_a_known_group_is_its_guest(
    storage: FakeStorage, doors: FakePeopleDoors
) -> None:
    house = people(storage, doors)
    owner = await house.arrive(a_visitor(7, is_operator=True, group=-100))
    guest = await house.arrive(a_visitor(8, group=-100))
    assert (guest.role, guest.workspace_id) == (Role.GUEST, owner.workspace_id)


async def test_a_chosen_language_holds_from_then_on(storage: FakeStorage, doors: FakePeopleDoors) -> None:
    house = people(storage, doors, open_to_all=True)
    boris = await house.arrive(a_visitor())
    assert await house.choose_language(boris, an_arrival(), "en", say) == Answer("en")
    assert (await house.arrive(a_visitor())).language == "en"


async def test_a_language_nobody_speaks_here_is_refused(storage: FakeStorage, doors: FakePeopleDoors) -> None:
    with pytest.raises(BadInput, match="English and Russian"):
        await people(storage, doors).choose_language(ANNA, an_arrival(), "de", say)
    assert not storage.state.handled


async def test_the_same_press_chooses_once(storage: FakeStorage, doors: FakePeopleDoors) -> None:
    house = people(storage, doors)
    await house.choose_language(ANNA, an_arrival(1), "ru", say)
    with pytest.raises(AlreadyHandled):
        await house.choose_language(ANNA, an_arrival(1), "en", say)
    assert storage.state.languages == {ANNA.person_id: "ru"}
