"""Teams over real rows: which one goes on in, what doors refuse, and what history keeps."""

from itertools import count

import pytest

from crm.errors import NotAllowed, NotFound
from crm.invites import Invites
from crm.people import Actor, Role
from crm.removals import Removals
from crm.teams import Teams
from db.people import SqlPeopleDoors
from db.storage import SqlStorage
from tests.acting import a_visitor, an_arrival
from tests.databases import Database
from tests.joining import comes, joined, now, said

_codes = count(1)


async def test_doors_refuse_what_the_rules_would(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    manager = await joined(storage, doors, anna, 102, Role.MANAGER)
    member = await joined(storage, doors, anna, 103, Role.MEMBER)
    stranger = await doors.arrive(a_visitor(104), open_to_all=True)
    for who, whom in (
        (member, manager),
        (manager, anna),
        (member, anna),
        (stranger, member),
        (anna, stranger),
    ):
        with pytest.raises(NotAllowed):
            async with storage.transaction(who) as unit:
                await unit.teams.end(whom.member_id)
        with pytest.raises(NotAllowed):
            async with storage.transaction(who) as unit:
                await unit.teams.hand_over(whom.member_id, who.member_id)
    async with storage.transaction(stranger) as unit:
        assert not await unit.teams.switch(anna.workspace_id)
        assert [one.name for one in await unit.teams.members()] == ["Person 104"]


async def test_one_goes_on_in_the_team_one_chooses(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    teams = Teams(storage)
    await teams.found(anna, an_arrival(), "Night shift", said)
    night = await comes(doors, 101)
    assert night.workspace_id != anna.workspace_id
    assert [(team.name, team.size) for team in await teams.mine(night)] == [
        ("Personal", 1),
        ("Night shift", 1),
    ]
    await teams.switch(night, an_arrival(), anna.workspace_id, said)
    assert (await comes(doors, 101)).workspace_id == anna.workspace_id
    await teams.rename(anna, an_arrival(), "Day shift", said)
    assert (await teams.show(anna)).name == "Day shift"
    with pytest.raises(NotFound):
        await teams.switch(anna, an_arrival(), 999_999, said)


async def test_a_changed_name_follows(storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor) -> None:
    await doors.arrive(a_visitor(101, display_name="Anna K.", username="annak"), open_to_all=False)
    (member,) = (await Teams(storage).show(anna)).members
    assert (member.name, member.username) == ("Anna K.", "annak")


async def test_every_change_of_a_team_is_in_its_history(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    teams, invites = Teams(storage), Invites(storage, lambda: f"x{next(_codes)}")
    await teams.rename(anna, an_arrival(), "Day", said)
    await teams.appoint(anna, an_arrival(), boris.member_id, Role.MANAGER, said)
    await invites.make(anna, an_arrival(), Role.MEMBER, 1, 1, now(), said)
    (link,) = await invites.active(anna, now())
    await invites.revoke(anna, an_arrival(), link.id, now(), said)
    await Removals(storage).remove(anna, an_arrival(), boris.member_id, None, said)
    rows = await database.fetch("SELECT entity, action FROM activity_logs ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("invite", "created"),
        ("workspace", "renamed"),
        ("member", "role_changed"),
        ("invite", "created"),
        ("invite", "revoked"),
        ("member", "removed"),
    ]
