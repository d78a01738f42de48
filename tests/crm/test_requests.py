"""Requests: guests who ask, and the managers who answer."""

import pytest

from crm.answers import Answer
from crm.errors import NotAllowed, NotFound
from crm.people import Role
from crm.requests import Asking, Card, Requests, Seat
from tests.fakes import FakeRequestDoors, FakeStorage, an_actor, an_arrival

ANNA = an_actor()
BOB, CLARA = Asking(7, "Bob"), Asking(8, "Clara")


def say(card: Card) -> Answer:
    return Answer(", ".join(one.name for one in card.asking) or "nobody")


def a_card(*asking: Asking) -> Card:
    return Card(9, 1, "Acme", "Sales", asking, 1001, "en", shown_in=(1001, 5))


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.state.cards[9] = a_card(BOB, CLARA)
    return storage


@pytest.fixture
def requests(storage: FakeStorage) -> Requests:
    return Requests(storage, FakeRequestDoors(storage, Seat(1, ANNA.member_id, Role.OWNER)))


async def test_one_is_let_in_and_the_others_go_on_asking(storage: FakeStorage, requests: Requests) -> None:
    answer = await requests.answer(ANNA, an_arrival(), 9, BOB.member_id, say, approve=True)
    assert answer == Answer("Clara")
    (line,) = storage.state.activity
    assert (line.action, line.entity_id, line.changes) == ("approved", 7, {"role": ["guest", "member"]})
    assert storage.state.cards[9].shown_in == (1001, 5)


async def test_who_is_declined_stays_a_guest(storage: FakeStorage, requests: Requests) -> None:
    await requests.answer(ANNA, an_arrival(), 9, BOB.member_id, say, approve=False)
    (line,) = storage.state.activity
    assert (line.action, line.changes) == ("declined", {})


async def test_all_are_let_in_at_once_and_the_card_is_closed(
    storage: FakeStorage, requests: Requests
) -> None:
    answer = await requests.approve_all(ANNA, an_arrival(), 9, storage.state.cards[9].mark, say)
    assert answer == Answer("nobody")
    assert [line.entity_id for line in storage.state.activity] == [7, 8]
    assert storage.state.cards[9].shown_in is None


async def test_all_means_those_who_were_shown(storage: FakeStorage, requests: Requests) -> None:
    mark = a_card(BOB).mark
    with pytest.raises(NotFound, match="Meanwhile others ask"):
        await requests.approve_all(ANNA, an_arrival(), 9, mark, say)
    assert len(storage.state.cards[9].asking) == 2


async def test_answering_again_changes_nothing(storage: FakeStorage, requests: Requests) -> None:
    for update in (1, 2):
        await requests.answer(ANNA, an_arrival(update), 9, BOB.member_id, say, approve=True)
    assert len(storage.state.activity) == 1


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GUEST])
async def test_only_managers_see_and_answer(storage: FakeStorage, role: Role) -> None:
    requests = Requests(storage, FakeRequestDoors(storage, Seat(1, 5, role)))
    for attempt in (
        requests.card(ANNA, 9),
        requests.answer(ANNA, an_arrival(1), 9, 7, say, approve=True),
        requests.approve_all(ANNA, an_arrival(2), 9, storage.state.cards[9].mark, say),
    ):
        with pytest.raises(NotAllowed, match="owner or a manager"):
            await attempt
    assert await requests.groups(ANNA) == []
    assert len(storage.state.cards[9].asking) == 2


async def test_a_card_of_a_team_one_is_not_of_can_not_be_answered(storage: FakeStorage) -> None:
    requests = Requests(storage, FakeRequestDoors(storage, Seat(2, 5, Role.OWNER)))
    with pytest.raises(NotFound):
        await requests.answer(ANNA, an_arrival(), 9, 7, say, approve=True)
    assert await requests.groups(ANNA) == []


async def test_a_card_is_answered_in_its_own_team_whichever_is_current(storage: FakeStorage) -> None:
    requests = Requests(storage, FakeRequestDoors(storage, Seat(1, 55, Role.MANAGER)))
    elsewhere = an_actor(workspace_id=2, member_id=22, role=Role.MEMBER)
    assert [group.count for group in await requests.groups(elsewhere)] == [2]
    assert await requests.answer(elsewhere, an_arrival(), 9, 7, say, approve=True) == Answer("Clara")
    assert [line.actor_member_id for line in storage.state.activity] == [55]
