"""Invitations: who may invite whom, and what whoever opened a link is told."""

from datetime import timedelta

import pytest

from crm.answers import Answer
from crm.errors import BadInput, NotAllowed, NotFound
from crm.invites import ACTIVE_LIMIT, Invites, NewLink, News, Opened, OwnerToAsk, TakeOver
from crm.people import Actor, Role
from crm.teams import Reach
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

ANNA = an_actor()
BORIS = an_actor(person_id=2, telegram_user_id=1002, display_name="Boris", member_id=2, role=Role.MANAGER)
CLARA = an_actor(person_id=3, telegram_user_id=1003, display_name="Clara", member_id=3, role=Role.MEMBER)


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.seat(ANNA, BORIS, CLARA)
    return storage


@pytest.fixture
def invites(storage: FakeStorage) -> Invites:
    return Invites(storage, lambda: "secret")


def show(link: NewLink) -> Answer:
    return Answer(link.code)


def say(what: object) -> Answer:
    return Answer("said")


async def test_a_link_is_shown_once_and_its_code_is_nowhere_in_history(
    storage: FakeStorage, invites: Invites
) -> None:
    assert await invites.make(BORIS, an_arrival(), Role.MEMBER, 24, 5, MONDAY, show) == Answer("secret")
    (link,) = await invites.active(BORIS, MONDAY)
    assert (link.role, link.uses_left, link.expires_at) == (Role.MEMBER, 5, MONDAY + timedelta(hours=24))
    assert "secret" not in repr(storage.state.activity)


@pytest.mark.parametrize(
    ("who", "role"),
    [(CLARA, Role.MEMBER), (BORIS, Role.MANAGER), (ANNA, Role.OWNER), (ANNA, Role.GUEST)],
)
async def test_nobody_invites_beyond_their_role(
    storage: FakeStorage, invites: Invites, who: Actor, role: Role
) -> None:
    with pytest.raises(NotAllowed):
        await invites.make(who, an_arrival(), role, 24, 1, MONDAY, show)
    assert not storage.state.invites


@pytest.mark.parametrize(("hours", "uses"), [(2, 1), (24, 1000), (0, 0), (-1, 1)])
async def test_only_what_the_buttons_offer_is_taken(invites: Invites, hours: int, uses: int) -> None:
    with pytest.raises(BadInput):
        await invites.make(ANNA, an_arrival(), Role.MEMBER, hours, uses, MONDAY, show)


async def test_there_is_an_end_to_links(invites: Invites) -> None:
    for number in range(ACTIVE_LIMIT):
        await invites.make(ANNA, an_arrival(number), Role.MEMBER, 24, 1, MONDAY, show)
    with pytest.raises(BadInput, match="Take one back"):
        await invites.make(ANNA, an_arrival(99), Role.MEMBER, 24, 1, MONDAY, show)


async def test_a_link_is_taken_back_once_and_by_managers(storage: FakeStorage, invites: Invites) -> None:
    await invites.make(ANNA, an_arrival(1), Role.MEMBER, 24, 1, MONDAY, show)
    (link,) = await invites.active(ANNA, MONDAY)
    with pytest.raises(NotAllowed):
        await invites.revoke(CLARA, an_arrival(2), link.id, MONDAY, say)
    await invites.revoke(BORIS, an_arrival(3), link.id, MONDAY, say)
    assert await invites.active(ANNA, MONDAY) == []
    with pytest.raises(NotFound):
        await invites.revoke(BORIS, an_arrival(4), link.id, MONDAY, say)


async def test_members_see_no_links(invites: Invites) -> None:
    with pytest.raises(NotAllowed):
        await invites.active(CLARA, MONDAY)


@pytest.mark.parametrize(("news", "lines"), [(News.JOINED, ["joined"]), (News.ALREADY, [])])
async def test_joining_is_in_history_and_being_in_is_not(
    storage: FakeStorage, invites: Invites, news: News, lines: list[str]
) -> None:
    storage.state.news["secret"] = Opened(news, "Sales", Role.MEMBER, 7)
    done = await invites.opened(CLARA, an_arrival(), "secret", lambda opened: Answer(opened.team))
    assert done is not None
    assert (done[0], done[2]) == (Answer("Sales"), ())
    assert [line.action for line in storage.state.activity] == lines


async def test_the_operators_link_and_one_that_is_gone_are_left_to_start(
    storage: FakeStorage, invites: Invites
) -> None:
    storage.state.news["claim"] = Opened(News.CLAIM, "", Role.OWNER, 7)
    for code in ("claim", "gone"):
        assert await invites.opened(CLARA, an_arrival(), code, say) is None
    assert not storage.state.handled


async def test_the_owners_are_asked_about_a_new_account(storage: FakeStorage, invites: Invites) -> None:
    storage.state.news["secret"] = Opened(News.ASKED, "Sales", Role.MEMBER, 7)
    storage.state.owners_to_ask = [OwnerToAsk(Reach(1001, "en"), "Sales", "Boris")]
    done = await invites.opened(CLARA, an_arrival(), "secret", say)
    assert done is not None
    assert done[2] == storage.state.owners_to_ask


async def test_managers_make_links_for_new_accounts_of_members_and_of_their_own(
    storage: FakeStorage, invites: Invites
) -> None:
    for number, member_id in enumerate((CLARA.member_id, BORIS.member_id)):
        await invites.make_for_account(BORIS, an_arrival(number), member_id, MONDAY, show)
    assert {row.takes_over for row in storage.state.invites.values()} == {2, 3}
    assert await invites.active(ANNA, MONDAY) == []  # they lead nobody in
    for who, member_id in ((BORIS, ANNA.member_id), (CLARA, CLARA.member_id)):
        with pytest.raises(NotAllowed):
            await invites.make_for_account(who, an_arrival(9), member_id, MONDAY, show)


async def test_what_was_decided_is_decided(storage: FakeStorage, invites: Invites) -> None:
    storage.state.decided[7] = TakeOver("Sales", "Boris", "Boris 2", None, None)
    _answer, done = await invites.decide(ANNA, an_arrival(1), 7, yes=True, reply=say)
    assert done.new_name == "Boris 2"
    with pytest.raises(NotFound, match="nothing to decide"):
        await invites.decide(ANNA, an_arrival(2), 7, yes=True, reply=say)
