"""Leaving and removing: who may, who inherits, and what stays."""

import pytest

from crm.answers import Answer
from crm.errors import BadInput, CrmError, NotAllowed, NotFound, Removed
from crm.people import Actor, Role
from crm.removals import Removal, Removals
from crm.teams import Holdings
from tests.fakes import FakeStorage, an_actor, an_arrival

ANNA = an_actor()
BORIS = an_actor(person_id=2, telegram_user_id=1002, display_name="Boris", member_id=2, role=Role.MANAGER)
CLARA = an_actor(person_id=3, telegram_user_id=1003, display_name="Clara", member_id=3, role=Role.MEMBER)
HELD = Holdings(tasks=2, contacts=1)


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.seat(ANNA, BORIS, CLARA)
    storage.state.holdings[CLARA.member_id] = HELD
    return storage


def say(removal: Removal) -> Answer:
    return Answer(removal.member.name)


async def test_it_is_asked_who_inherits_what(storage: FakeStorage) -> None:
    asked = await Removals(storage).ask(BORIS, CLARA.member_id)
    assert (asked.member.name, asked.holdings, asked.is_oneself) == ("Clara", HELD, False)
    assert [heir.name for heir in asked.heirs] == ["Boris", "Anna"]


async def test_the_heir_chosen_gets_everything_and_history_names_them(storage: FakeStorage) -> None:
    answer, removal = await Removals(storage).remove(
        ANNA, an_arrival(), CLARA.member_id, BORIS.member_id, say
    )
    assert answer == Answer("Clara")
    assert removal.heir is not None
    assert (removal.heir.name, removal.given) == ("Boris", HELD)
    assert storage.state.holdings == {BORIS.member_id: HELD}
    line = storage.state.activity[-1]
    assert (line.action, line.entity_id, line.changes) == ("removed", CLARA.member_id, {"heir": "Boris"})
    with pytest.raises(Removed):
        await Removals(storage).ask(CLARA, CLARA.member_id)


async def test_who_holds_nothing_has_no_heir(storage: FakeStorage) -> None:
    _answer, removal = await Removals(storage).remove(ANNA, an_arrival(), BORIS.member_id, None, say)
    assert removal.heir is None


@pytest.mark.parametrize(
    ("who", "whom"),
    [(BORIS, ANNA), (CLARA, BORIS), (CLARA, ANNA)],
)
async def test_managers_remove_members_and_members_nobody(
    storage: FakeStorage, who: Actor, whom: Actor
) -> None:
    with pytest.raises(NotAllowed, match="Managers remove members"):
        await Removals(storage).remove(who, an_arrival(), whom.member_id, None, say)
    assert not storage.state.removed


async def test_one_leaves_by_oneself(storage: FakeStorage) -> None:
    _answer, removal = await Removals(storage).remove(CLARA, an_arrival(), CLARA.member_id, None, say)
    assert removal.is_oneself
    assert removal.heir is not None
    assert removal.heir.name == "Anna"
    assert storage.state.activity[-1].action == "left"


async def test_the_last_owner_is_asked_for_a_new_one_first(storage: FakeStorage) -> None:
    asked = await Removals(storage).ask(ANNA, ANNA.member_id)
    assert asked.must_hand_on
    assert [heir.name for heir in asked.heirs] == ["Boris", "Clara"]
    with pytest.raises(NotAllowed, match="last owner"):
        await Removals(storage).remove(ANNA, an_arrival(), ANNA.member_id, None, say)


async def test_alone_the_team_stays(storage: FakeStorage) -> None:
    storage.remove_member(BORIS)
    storage.remove_member(CLARA)
    for act in (
        Removals(storage).ask(ANNA, ANNA.member_id),
        Removals(storage).remove(ANNA, an_arrival(), ANNA.member_id, None, say),
    ):
        with pytest.raises(BadInput, match="alone"):
            await act


@pytest.mark.parametrize("heir", [CLARA.member_id, 99])
async def test_the_heir_is_somebody_else_of_the_team(storage: FakeStorage, heir: int) -> None:
    with pytest.raises(CrmError):
        await Removals(storage).remove(ANNA, an_arrival(), CLARA.member_id, heir, say)
    assert storage.state.holdings == {CLARA.member_id: HELD}


async def test_removing_twice_says_that_they_are_gone(storage: FakeStorage) -> None:
    removals = Removals(storage)
    await removals.remove(ANNA, an_arrival(1), CLARA.member_id, None, say)
    with pytest.raises(NotFound, match="no longer in the team"):
        await removals.remove(ANNA, an_arrival(2), CLARA.member_id, None, say)
