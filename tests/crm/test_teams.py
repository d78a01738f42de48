"""Teams: names, roles, and who may give them."""

import pytest

from crm.answers import Answer
from crm.errors import BadInput, NotAllowed, NotFound, Removed
from crm.people import Actor, Role
from crm.teams import NAME_LIMIT, Member, Teams
from tests.fakes import FakeStorage, an_actor, an_arrival

ANNA = an_actor()
BORIS = an_actor(person_id=2, telegram_user_id=1002, display_name="Boris", member_id=2, role=Role.MANAGER)
CLARA = an_actor(person_id=3, telegram_user_id=1003, display_name="Clara", member_id=3, role=Role.MEMBER)


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.seat(CLARA, BORIS, ANNA)
    return storage


def say(what: object) -> Answer:
    return Answer(str(getattr(what, "role", what)))


async def test_the_team_is_shown_owners_first(storage: FakeStorage) -> None:
    team = await Teams(storage).show(CLARA)
    assert [member.name for member in team.members] == ["Anna", "Boris", "Clara"]
    assert (team.name, team.me.role) == ("Sales", Role.MEMBER)


async def test_managers_rename_and_members_do_not(storage: FakeStorage) -> None:
    teams = Teams(storage)
    assert await teams.rename(BORIS, an_arrival(1), "  Night \n shift ", say) == Answer("Night shift")
    assert storage.state.activity[-1].changes == {"name": ["Sales", "Night shift"]}
    with pytest.raises(NotAllowed, match="Only a manager"):
        await teams.rename(CLARA, an_arrival(2), "Mine", say)
    assert (await teams.show(ANNA)).name == "Night shift"


@pytest.mark.parametrize("name", ["", " \n ", "x" * (NAME_LIMIT + 1)])
async def test_a_name_that_is_none_is_refused(storage: FakeStorage, name: str) -> None:
    for act in (Teams(storage).rename, Teams(storage).found):
        with pytest.raises(BadInput):
            await act(ANNA, an_arrival(), name, say)
    assert not storage.state.handled


async def test_a_new_team_is_gone_on_in_and_left_for_another(storage: FakeStorage) -> None:
    teams = Teams(storage)
    await teams.found(CLARA, an_arrival(1), "Night", say)
    night = next(team for team in await teams.mine(CLARA) if team.name == "Night")
    assert storage.state.current[CLARA.person_id] == night.workspace_id
    await teams.switch(CLARA, an_arrival(2), CLARA.workspace_id, say)
    assert storage.state.current[CLARA.person_id] == CLARA.workspace_id
    with pytest.raises(NotFound):
        await teams.switch(ANNA, an_arrival(3), night.workspace_id, say)


async def test_only_an_owner_gives_roles(storage: FakeStorage) -> None:
    teams = Teams(storage)
    answer, member = await teams.appoint(ANNA, an_arrival(1), CLARA.member_id, Role.MANAGER, say)
    assert (answer, member.role) == (Answer("manager"), Role.MANAGER)
    assert storage.state.locked == [ANNA.workspace_id]
    for nobody in (BORIS, CLARA):
        with pytest.raises(NotAllowed, match="Only an owner"):
            await teams.appoint(nobody, an_arrival(2), CLARA.member_id, Role.MEMBER, say)
    with pytest.raises(BadInput):
        await teams.appoint(ANNA, an_arrival(3), CLARA.member_id, Role.GUEST, say)
    with pytest.raises(NotFound):
        await teams.appoint(ANNA, an_arrival(4), 99, Role.MEMBER, say)


async def test_the_last_owner_stays_one_until_there_is_another(storage: FakeStorage) -> None:
    teams = Teams(storage)
    with pytest.raises(NotAllowed, match="needs an owner"):
        await teams.appoint(ANNA, an_arrival(1), ANNA.member_id, Role.MEMBER, say)
    await teams.appoint(ANNA, an_arrival(2), BORIS.member_id, Role.OWNER, say)
    await teams.appoint(ANNA, an_arrival(3), ANNA.member_id, Role.MEMBER, say)
    assert await roles(storage) == {"Anna": Role.MEMBER, "Boris": Role.OWNER, "Clara": Role.MEMBER}


async def test_ownership_is_handed_on_in_one_go(storage: FakeStorage) -> None:
    teams = Teams(storage)
    await teams.hand_on(ANNA, an_arrival(1), CLARA.member_id, say)
    assert await roles(storage) == {"Anna": Role.MANAGER, "Boris": Role.MANAGER, "Clara": Role.OWNER}
    assert [line.action for line in storage.state.activity] == ["role_changed", "role_changed"]
    with pytest.raises(NotAllowed):  # Anna's button is still there; her role is not
        await teams.hand_on(ANNA, an_arrival(2), BORIS.member_id, say)
    with pytest.raises(BadInput, match="yours already"):
        await teams.hand_on(CLARA, an_arrival(3), CLARA.member_id, say)


async def test_guests_and_removed_members_have_no_team_card(storage: FakeStorage) -> None:
    with pytest.raises(NotAllowed, match="guest"):
        await Teams(storage).show(an_actor(role=Role.GUEST))
    storage.remove_member(CLARA)
    with pytest.raises(Removed):
        await Teams(storage).show(CLARA)


async def roles(storage: FakeStorage, by: Actor = BORIS) -> dict[str, Role]:
    members: list[Member] = list((await Teams(storage).show(by)).members)
    return {member.name: member.role for member in members}
