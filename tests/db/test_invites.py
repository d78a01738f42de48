"""Links over real rows: whom they let in, once, and why one doesn't."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.errors import NotAllowed, NotFound, NotInvited
from crm.invites import Invites, News
from crm.people import Actor, Role
from crm.removals import Removals
from db.people import GUESSES, SqlPeopleDoors
from db.storage import SqlStorage
from db.updates import SqlUpdateJournal
from tests.acting import an_arrival
from tests.databases import Database
from tests.joining import a_link, comes, joined, now, said

OPERATOR = 100


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
