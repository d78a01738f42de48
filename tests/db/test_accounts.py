"""A new Telegram account over real rows: asked for by a link, decided by an owner."""

from itertools import count

import pytest

from crm.errors import CrmError, NotAllowed, NotFound, Removed
from crm.invites import Invites, News
from crm.people import Actor, ChatKind, Role
from crm.tasks import Tasks
from db.people import SqlPeopleDoors
from db.storage import SqlStorage
from tests.acting import a_visitor, an_arrival
from tests.databases import Database
from tests.joining import comes, joined, now, said

_accounts = count(1)


async def asked(
    storage: SqlStorage, doors: SqlPeopleDoors, by: Actor, member: Actor, user: int
) -> tuple[Actor, int]:
    """A new account that opened its link, and the id of what is to be decided."""
    code = f"account-{next(_accounts)}"
    invites = Invites(storage, lambda: code)
    await invites.make_for_account(by, an_arrival(), member.member_id, now(), said)
    account = await comes(doors, user, code)
    done = await invites.opened(account, an_arrival(user), code, said)
    assert done is not None
    assert (done[1].news, [ask.reach.chat_id for ask in done[2]]) == (News.ASKED, [101])
    with pytest.raises(NotFound, match="as often"):
        await comes(doors, user + 1000, code)
    return account, done[1].invite_id


async def test_a_new_account_takes_over_after_an_owners_word(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MANAGER)
    await Tasks(storage).create(boris, an_arrival(102), "tomorrow 10:00 x", said)
    account, invite_id = await asked(storage, doors, anna, boris, 202)
    assert account.workspace_id != anna.workspace_id
    invites = Invites(storage, lambda: "unused")
    for nobody in (account, boris):
        with pytest.raises(NotAllowed):
            await invites.decide(nobody, an_arrival(), invite_id, yes=True, reply=said)
    _answer, done = await invites.decide(anna, an_arrival(), invite_id, yes=True, reply=said)
    assert (done.member, done.new_name) == ("Person 102", "Person 202")
    new = await comes(doors, 202)
    assert (new.workspace_id, new.member_id, new.role) == (anna.workspace_id, boris.member_id, Role.MANAGER)
    assert len(await Tasks(storage).list(new)) == 1
    old = await comes(doors, 102)
    assert old.workspace_id != anna.workspace_id
    group = {"telegram_chat_id": -5, "chat_kind": ChatKind.GROUP, "chat_title": "Sales", "started": False}
    await doors.arrive(a_visitor(101, **group), open_to_all=False)
    with pytest.raises(Removed):  # nor as a guest of the team's group
        await doors.arrive(a_visitor(102, **group), open_to_all=False)
    with pytest.raises(NotFound, match="nothing to decide"):
        await invites.decide(anna, an_arrival(), invite_id, yes=True, reply=said)


async def test_a_guest_of_the_teams_group_may_become_the_new_account(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    group = {"telegram_chat_id": -5, "chat_kind": ChatKind.GROUP, "chat_title": "Sales", "started": False}
    await doors.arrive(a_visitor(101, **group), open_to_all=False)
    guest = await doors.arrive(a_visitor(202, **group), open_to_all=False)
    assert guest.role is Role.GUEST
    _account, invite_id = await asked(storage, doors, anna, boris, 202)
    await Invites(storage, lambda: "unused").decide(anna, an_arrival(), invite_id, yes=True, reply=said)
    assert (await comes(doors, 202)).member_id == boris.member_id
    assert await database.fetch("SELECT 1 FROM people WHERE telegram_user_id < 0") == []
    with pytest.raises(Removed):
        await doors.arrive(a_visitor(102, **group), open_to_all=False)


async def test_a_refused_account_gets_nothing(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    _account, invite_id = await asked(storage, doors, anna, boris, 202)
    await Invites(storage, lambda: "unused").decide(anna, an_arrival(), invite_id, yes=False, reply=said)
    assert (await comes(doors, 202)).workspace_id != anna.workspace_id
    assert (await comes(doors, 102)).member_id == boris.member_id


async def test_a_second_account_of_the_team_can_not_take_over(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    await joined(storage, doors, anna, 103, Role.MEMBER)
    await Invites(storage, lambda: "second").make_for_account(
        anna, an_arrival(), boris.member_id, now(), said
    )
    with pytest.raises(CrmError, match="in the team already"):
        await comes(doors, 103, "second")
