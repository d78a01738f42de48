"""Teams over real rows: links, roles, handing over, leaving at the same time, and a new account."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.contacts import Contacts
from crm.errors import CrmError, NotAllowed, NotFound, NotInvited, Removed
from crm.invites import Invites, News
from crm.people import Actor, ChatKind, Role
from crm.reminders import Reminders
from crm.removals import Removals
from crm.tasks import Tasks
from crm.teams import Holdings, Teams
from db.people import GUESSES, SqlPeopleDoors
from db.reminders import SqlReminderDoors
from db.storage import SqlStorage, create_engine
from db.updates import SqlUpdateJournal
from tests.acting import NOW, a_visitor, an_arrival
from tests.databases import Database

OPERATOR = 100
_codes = count(1)


@pytest_asyncio.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database.application)
    yield engine
    await engine.dispose()


@pytest.fixture
def storage(engine: AsyncEngine) -> SqlStorage:
    return SqlStorage(engine)


@pytest.fixture
def doors(engine: AsyncEngine) -> SqlPeopleDoors:
    return SqlPeopleDoors(engine)


@pytest_asyncio.fixture
async def anna(doors: SqlPeopleDoors) -> Actor:
    return await doors.arrive(a_visitor(101), open_to_all=True)


def said(*_what: object) -> Answer:
    return Answer("said")


def now() -> datetime:
    return datetime.now(NOW.tzinfo)


async def a_link(
    storage: SqlStorage, by: Actor, role: Role = Role.MEMBER, *, uses: int = 1, at: datetime | None = None
) -> str:
    code = f"code-{next(_codes)}"
    await Invites(storage, lambda: code).make(by, an_arrival(), role, 1, uses, at or now(), said)
    return code


async def joined(storage: SqlStorage, doors: SqlPeopleDoors, owner: Actor, user: int, role: Role) -> Actor:
    """Somebody who came by a link; owners are made from members."""
    code = await a_link(storage, owner, Role.MEMBER if role is Role.OWNER else role)
    actor = await doors.arrive(a_visitor(user, link_code=code), open_to_all=False)
    if role is Role.OWNER:
        await Teams(storage).appoint(owner, an_arrival(), actor.member_id, Role.OWNER, said)
    return replace(actor, role=role)


async def comes(doors: SqlPeopleDoors, user: int, code: str | None = None) -> Actor:
    return await doors.arrive(a_visitor(user, link_code=code), open_to_all=False)


async def test_a_link_leads_a_stranger_into_the_team_with_its_role_and_news_once(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database
) -> None:
    code = await a_link(storage, anna, Role.MANAGER)
    stored = await database.fetch("SELECT code_hash FROM invites")
    assert code.encode() not in bytes(stored[0][0])
    with pytest.raises(NotInvited):
        await comes(doors, 102)
    boris = await comes(doors, 102, code)
    assert (boris.workspace_id, boris.role) == (anna.workspace_id, Role.MANAGER)
    invites = Invites(storage, lambda: "unused")
    first = await invites.opened(boris, an_arrival(), code, said)
    assert first is not None
    assert (first[1].news, first[1].team, first[1].role) == (News.JOINED, "Personal", Role.MANAGER)
    again = await comes(doors, 102, code)  # the only use is gone, and yet: no complaint to whoever is in
    second = await invites.opened(again, an_arrival(), code, said)
    assert second is not None
    assert second[1].news is News.ALREADY


async def test_a_link_never_lowers_a_role_and_costs_nothing_to_whoever_is_in(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database
) -> None:
    code = await a_link(storage, anna)
    assert (await comes(doors, 101, code)).role is Role.OWNER
    assert (await database.fetch("SELECT uses_left FROM invites"))[0][0] == 1


async def test_a_link_raises_a_role(storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    raised = await comes(doors, 102, await a_link(storage, anna, Role.MANAGER))
    assert (raised.member_id, raised.role) == (boris.member_id, Role.MANAGER)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("UPDATE invites SET expires_at = now() - interval '1 second'", "expired"),
        ("UPDATE invites SET uses_left = 0", "as often as it may be"),
        ("UPDATE invites SET revoked_at = now()", "taken back"),
        ("DELETE FROM invites", "no longer works"),
    ],
)
async def test_a_spoilt_link_says_why_and_registers_nobody(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database, spoil: str, sentence: str
) -> None:
    code = await a_link(storage, anna)
    await database.fetch(spoil)
    with pytest.raises(NotFound, match=sentence):
        await comes(doors, 102, code)
    assert await database.count("people") == 1


async def test_wrong_links_are_counted_over_all_replicas_and_forgiven_after_an_hour(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, engine: AsyncEngine, database: Database
) -> None:
    for number in range(GUESSES):
        with pytest.raises(NotFound, match="no longer works"):
            await comes((doors, SqlPeopleDoors(engine))[number % 2], 102, f"guess {number}")
    good = await a_link(storage, anna)
    with pytest.raises(NotAllowed, match="in an hour"):
        await comes(doors, 102, good)
    assert (await comes(doors, 103, good)).workspace_id == anna.workspace_id
    await database.fetch("UPDATE link_guesses SET since = since - interval '61 minutes'")
    with pytest.raises(NotFound, match="as often"):
        await comes(doors, 102, good)


async def test_good_links_are_not_counted_as_guesses(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    code = await a_link(storage, anna)
    for _ in range(GUESSES + 2):
        assert (await comes(doors, 101, code)).role is Role.OWNER


async def test_a_claim_link_works_for_one_person(doors: SqlPeopleDoors) -> None:
    from hashlib import sha256

    await doors.issue_claim(sha256(b"sesame").digest(), 3600)
    assert (await comes(doors, OPERATOR, "sesame")).is_operator
    assert (await comes(doors, OPERATOR, "sesame")).is_operator  # the same update again
    with pytest.raises(NotFound, match="worked once"):
        await comes(doors, 102, "sesame")


async def test_managers_invite_members_only(storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor) -> None:
    manager = await joined(storage, doors, anna, 102, Role.MANAGER)
    member = await joined(storage, doors, anna, 103, Role.MEMBER)
    await a_link(storage, manager)
    for who, role in ((manager, Role.MANAGER), (member, Role.MEMBER), (anna, Role.OWNER)):
        with pytest.raises(NotAllowed):
            await a_link(storage, who, role)


async def test_a_link_made_by_somebody_who_was_removed_stops_working(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    manager = await joined(storage, doors, anna, 102, Role.MANAGER)
    code = await a_link(storage, manager, uses=5)
    await Removals(storage).remove(anna, an_arrival(), manager.member_id, None, said)
    with pytest.raises(NotFound, match="taken back"):
        await comes(doors, 103, code)


async def test_whoever_was_removed_comes_back_by_a_newer_link_only(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    old = await a_link(storage, anna, uses=5)
    boris = await comes(doors, 102, old)
    await Removals(storage).remove(anna, an_arrival(), boris.member_id, None, said)
    with pytest.raises(NotFound, match="left this team"):
        await comes(doors, 102, old)
    back = await comes(doors, 102, await a_link(storage, anna))
    assert (back.member_id, back.role) == (boris.member_id, Role.MEMBER)


async def test_everything_is_handed_over_in_one_go_and_the_removed_are_out_at_once(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, engine: AsyncEngine, database: Database
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    clara = await joined(storage, doors, anna, 103, Role.MEMBER)
    tasks, reminders = Tasks(storage), Reminders(storage, SqlReminderDoors(engine))
    for text in ("in 2 hours call the printer", "water the plants", "all done"):
        await tasks.create(boris, an_arrival(102), text, said)
    await tasks.complete(boris, an_arrival(102), 3, NOW, said)
    await database.fetch("UPDATE crm_tasks SET rrule = 'FREQ=DAILY' WHERE number = 2")
    await reminders.create(boris, an_arrival(102), "in 3 hours tea", said)
    await Contacts(storage).save(boris, an_arrival(102), "Petrov +7 999 123-45-67", said)
    await database.fetch("UPDATE crm_contacts SET owner_id = $1", boris.member_id)
    await database.fetch(
        "INSERT INTO crm_task_watchers (workspace_id, task_id, member_id)"
        " SELECT workspace_id, id, $1 FROM crm_tasks WHERE number = 3",
        boris.member_id,
    )
    held = Holdings(tasks=1, series=1, contacts=1, reminders=2, watched=1)
    removals = Removals(storage)
    assert (await removals.ask(anna, boris.member_id)).holdings == held
    (leased,) = await reminders.claim(NOW + timedelta(hours=2))  # being sent just now
    _answer, removal = await removals.remove(anna, an_arrival(), boris.member_id, clara.member_id, said)
    assert removal.given == held
    assert removal.heir is not None
    assert removal.heir.id == clara.member_id
    assert not await reminders.still_ours(leased)
    mine = await database.fetch(
        "SELECT count(*) FILTER (WHERE assignee_id = $1), count(*) FILTER (WHERE assignee_id = $2) FROM crm_tasks",
        clara.member_id,
        boris.member_id,
    )
    assert tuple(mine[0]) == (2, 1)  # what was done stays with whoever did it
    due = await reminders.claim(NOW + timedelta(hours=3))
    assert {delivery.actor.telegram_chat_id for delivery in due} == {103}
    with pytest.raises(Removed):
        await tasks.list(boris)
    home = await comes(doors, 102)
    assert home.workspace_id != anna.workspace_id
    assert home.role is Role.OWNER


async def test_a_reminder_never_goes_back_to_the_chat_of_whoever_left(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, engine: AsyncEngine, database: Database
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    clara = await joined(storage, doors, anna, 103, Role.MEMBER)
    reminders = Reminders(storage, SqlReminderDoors(engine))
    await reminders.create(boris, an_arrival(102), "in 3 hours the price list", said)
    await database.fetch("UPDATE people SET private_chat_id = NULL WHERE telegram_user_id = 103")
    await Removals(storage).remove(anna, an_arrival(), boris.member_id, clara.member_id, said)
    (delivery,) = await reminders.claim(NOW + timedelta(hours=3))
    assert delivery.actor.telegram_chat_id == 103


async def test_a_fault_on_the_way_leaves_everything_with_whoever_had_it(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    await Tasks(storage).create(boris, an_arrival(102), "tomorrow 10:00 x", said)

    def fail(_done: object) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Removals(storage).remove(anna, an_arrival(), boris.member_id, None, fail)
    rows = await database.fetch("SELECT assignee_id FROM crm_tasks")
    assert rows[0][0] == boris.member_id
    assert (await Tasks(storage).list(boris)).total == 1


async def test_leaving_hands_over_to_whom_one_chooses(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    await Tasks(storage).create(boris, an_arrival(102), "tomorrow 10:00 x", said)
    _answer, removal = await Removals(storage).remove(boris, an_arrival(102), boris.member_id, None, said)
    assert removal.is_oneself
    assert removal.heir is not None
    assert removal.heir.id == anna.member_id


async def outcomes(*actions: Callable[[], Awaitable[object]]) -> list[object]:
    return await asyncio.gather(*(action() for action in actions), return_exceptions=True)


@pytest.mark.parametrize("attempt", range(5))
async def test_of_two_owners_removing_each_other_at_once_one_wins(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database, attempt: int
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.OWNER)
    removals = Removals(storage)
    results = await outcomes(
        lambda: removals.remove(anna, an_arrival(), boris.member_id, None, said),
        lambda: removals.remove(boris, an_arrival(102), anna.member_id, None, said),
    )
    assert sum(isinstance(result, Removed) for result in results) == 1
    left = await database.fetch(
        "SELECT count(*) FROM members WHERE workspace_id = $1 AND removed_at IS NULL", anna.workspace_id
    )
    assert left[0][0] == 1


@pytest.mark.parametrize("attempt", range(5))
async def test_two_owners_leaving_or_stepping_down_at_once_leave_an_owner(
    storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor, database: Database, attempt: int
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.OWNER)
    await joined(storage, doors, anna, 103, Role.MEMBER)
    removals, teams = Removals(storage), Teams(storage)
    results = await outcomes(
        lambda: removals.remove(anna, an_arrival(), anna.member_id, None, said),
        lambda: teams.appoint(boris, an_arrival(102), boris.member_id, Role.MEMBER, said),
    )
    assert sum(isinstance(result, NotAllowed) for result in results) == 1
    left = await database.fetch(
        "SELECT count(*) FROM members WHERE workspace_id = $1 AND removed_at IS NULL AND role = 'owner'",
        anna.workspace_id,
    )
    assert left[0][0] == 1


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


async def asked(
    storage: SqlStorage, doors: SqlPeopleDoors, by: Actor, member: Actor, user: int
) -> tuple[Actor, int]:
    """A new account that opened its link, and the id of what is to be decided."""
    code = f"account-{next(_codes)}"
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
    assert (await Tasks(storage).list(new)).total == 1
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


async def test_the_code_of_a_link_is_nowhere_once_it_was_sent(
    storage: SqlStorage, anna: Actor, engine: AsyncEngine, database: Database
) -> None:
    journal, arrival = SqlUpdateJournal(engine), an_arrival()
    await journal.begin(arrival.bot_id, arrival.update_id)
    await Invites(storage, lambda: "secret").make(
        anna, arrival, Role.MEMBER, 1, 1, now(), lambda link: Answer(link.code)
    )
    assert (await journal.begin(arrival.bot_id, arrival.update_id)).owed == Answer("secret")
    await journal.answered(arrival.bot_id, arrival.update_id)
    assert (await database.fetch("SELECT answer FROM handled_updates"))[0][0] is None
    assert (await journal.begin(arrival.bot_id, arrival.update_id)).owed is None
