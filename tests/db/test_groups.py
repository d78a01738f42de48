"""Groups over real rows: whose they are, what leaving ends, and what an upgrade keeps together."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.calls import Calls
from crm.deliveries import Deliveries
from crm.errors import NotInvited, Removed
from crm.groups import Groups
from crm.people import Actor, ChatKind, People, Role
from crm.reminders import Reminders
from crm.requests import Requests
from crm.tasks import Tasks
from db.deliveries import SqlDeliveryDoors
from db.groups import SqlGroupDoors
from db.people import SqlPeopleDoors
from db.requests import SqlRequestDoors
from db.storage import SqlStorage
from tests.acting import a_visitor, an_arrival
from tests.databases import Database

GROUP, OTHER, SUPER = -5, -6, -1000000000005


class House:
    """The use cases over one database, in one line each. Anna, 101, owns a team; the bot is open unless said."""

    def __init__(self, engine: AsyncEngine, database: Database) -> None:
        self.database, self.storage = database, SqlStorage(engine)
        self.doors, self.people_doors = SqlGroupDoors(engine), SqlPeopleDoors(engine)
        self.people = People(self.storage, self.people_doors, open_to_all=True)
        self.tasks, self.calls = Tasks(self.storage), Calls(self.storage)
        self.reminders = Reminders(self.storage)
        self.deliveries = Deliveries(self.storage, SqlDeliveryDoors(engine))
        self.groups = Groups(self.storage, self.doors)
        self.requests = Requests(self.storage, SqlRequestDoors(engine))

    async def private(self, user: int = 101, **more: Any) -> Actor:
        return await self.people.arrive(a_visitor(user, **more))

    async def in_group(
        self, user: int = 101, group: int = GROUP, *, open_to_all: bool = True, **more: Any
    ) -> Actor:
        usual = {
            "telegram_chat_id": group,
            "chat_kind": ChatKind.GROUP,
            "chat_title": "Sales",
            "started": True,
        }
        return await self.people_doors.arrive(a_visitor(user, **(usual | more)), open_to_all=open_to_all)

    async def task(self, actor: Actor, title: str, message_id: int | None = None) -> None:
        arrival = an_arrival(actor.telegram_chat_id)
        arrival = replace(arrival, message_id=message_id or arrival.message_id)
        await self.tasks.create(actor, arrival, title, lambda saved: Answer(saved[0].title))

    async def titles(self, actor: Actor) -> set[str]:
        return {task.title for task in await self.tasks.list(actor)}

    async def approve(self, anna: Actor, guest: Actor) -> None:
        await self.requests.answer(
            anna, an_arrival(), guest.chat_id, guest.member_id, lambda _card: Answer(), approve=True
        )

    async def one(self, query: str) -> Any:
        return (await self.database.fetch(query))[0][0]


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, database: Database) -> House:
    return House(engine, database)


async def test_an_owners_group_is_of_their_team_and_anybody_elses_its_own(house: House) -> None:
    anna = await house.private()
    assert (await house.in_group()).workspace_id == anna.workspace_id
    guest = await house.in_group(9)
    await house.approve(anna, guest)
    bobs = await house.in_group(9, OTHER, open_to_all=False)
    assert (bobs.role, bobs.workspace_id != anna.workspace_id) == (Role.OWNER, True)
    assert (await house.in_group(10, -7)).role is Role.OWNER


async def test_by_invitation_a_strangers_or_a_guests_group_leaves_no_row(house: House) -> None:
    await house.private()
    await house.in_group()
    await house.in_group(9)
    for user in (9, 10):
        with pytest.raises(NotInvited):
            await house.in_group(user, OTHER, open_to_all=False)
    assert await house.one("SELECT count(*) FROM chat_links") == 1
    assert await house.one("SELECT count(*) FROM people") == 2


async def test_those_who_speak_first_at_once_agree_on_the_team(house: House) -> None:
    actors = await asyncio.gather(*(house.in_group(user) for user in range(20, 26)))
    assert len({actor.workspace_id for actor in actors}) == 1
    assert sum(actor.role is Role.OWNER for actor in actors) == 1


async def test_a_group_gets_a_team_of_its_own_and_no_row_moves(house: House) -> None:
    await house.private()
    anna, bob = await house.in_group(), await house.in_group(9)
    await house.task(anna, "before")
    assert bob.role is Role.GUEST
    await house.groups.separate(anna, an_arrival(), anna.workspace_id, lambda place: Answer(place.team))
    after = await house.in_group()
    assert (after.role, await house.titles(after)) == (Role.OWNER, set())
    assert await house.titles(await house.private()) == {"before"}
    async with house.storage.transaction(bob) as unit:  # a guest, even by the door itself
        assert await unit.groups.separate(bob.chat_id) is None


async def test_whoever_leaves_loses_what_hung_on_the_group(house: House) -> None:
    anna = await house.private()
    await house.in_group()
    bob = await house.in_group(9)
    await house.reminders.create(bob, an_arrival(GROUP), "in 5 minutes tea", lambda one: Answer(one.text))
    await house.doors.left(GROUP, 9)
    with pytest.raises(Removed):
        await house.tasks.list(bob)
    with pytest.raises(Removed):
        await house.in_group(9, started=False)  # a button pressed from afar
    assert await house.one("SELECT state FROM reminder_deliveries") == "skipped"
    assert await house.one("SELECT actor_kind FROM activity_logs WHERE action = 'left_group'") == "system"
    await house.doors.left(GROUP, 101)
    assert (await house.private()).member_id == anna.member_id
    back = await house.in_group(9)
    assert (back.member_id, back.role, back.is_asking) == (bob.member_id, Role.GUEST, True)


async def test_in_a_watched_group_only_telegrams_word_brings_somebody_back(house: House) -> None:
    await house.private()
    anna, bob = await house.in_group(), await house.in_group(9)
    thanks = await house.doors.watched(GROUP, an_arrival(), is_admin=True, reply=Answer)
    assert thanks == Answer("en")
    assert [hold.must_ask for hold in await house.doors.holds(bob.member_id)] == [True]
    await house.doors.seen(GROUP, 9)
    assert [hold.must_ask for hold in await house.doors.holds(bob.member_id)] == [False]
    assert await house.doors.holds(anna.member_id) == []
    assert await house.doors.watched(GROUP, an_arrival(), is_admin=True, reply=Answer) is None
    await house.doors.left(GROUP, 9)
    with pytest.raises(Removed):
        await house.in_group(9)
    await house.doors.joined(GROUP, 9)
    assert (await house.in_group(9)).role is Role.GUEST


async def test_whom_a_manager_removed_can_not_come_back_by_leaving_and_joining(house: House) -> None:
    await house.private()
    await house.in_group()
    bob = await house.in_group(9)
    await house.database.fetch("UPDATE members SET removed_at = now() WHERE id = $1", bob.member_id)
    await house.doors.left(GROUP, 9)
    await house.doors.joined(GROUP, 9)
    with pytest.raises(Removed):
        await house.in_group(9)


async def test_an_approved_guest_is_of_the_team_until_the_last_group_is_left(house: House) -> None:
    anna = await house.private()
    await house.in_group()
    await house.in_group(101, OTHER)
    await house.task(anna, "secret")
    guest = await house.in_group(9, open_to_all=False)
    await house.in_group(9, OTHER, open_to_all=False)
    await house.approve(anna, guest)
    bob = await house.people_doors.arrive(a_visitor(9), open_to_all=False)
    assert (bob.role, bob.from_group, await house.titles(bob)) == (Role.MEMBER, True, {"secret"})
    await house.doors.left(GROUP, 9)
    assert await house.titles(bob) == {"secret"}
    await house.doors.left(OTHER, 9)
    with pytest.raises(Removed):
        await house.tasks.list(bob)
    with pytest.raises(NotInvited):
        await house.people_doors.arrive(a_visitor(9), open_to_all=False)


async def test_an_invitation_outlasts_the_group(house: House) -> None:
    anna = await house.private()
    await house.in_group()
    await house.in_group(9)
    await house.database.fetch(
        "INSERT INTO invites (workspace_id, code_hash, role, expires_at) VALUES ($1, $2, 'member', now() + '1 hour')",
        anna.workspace_id,
        sha256(b"come").digest(),
    )
    bob = await house.people_doors.arrive(a_visitor(9, link_code="come"), open_to_all=False)
    assert (bob.workspace_id, bob.role, bob.from_group) == (anna.workspace_id, Role.MEMBER, False)
    await house.doors.left(GROUP, 9)
    assert (await house.private(9)).member_id == bob.member_id


async def test_the_owner_is_shown_who_asks_and_only_managers_answer(house: House) -> None:
    anna = await house.private()
    await house.in_group()
    bob, clara = await house.in_group(9), await house.in_group(10)
    card = await house.requests.doors.card(bob.chat_id)
    assert card is not None
    assert [one.name for one in card.asking] == ["Person 9", "Person 10"]
    assert (card.owner_chat_id, card.title, card.shown_in) == (101, "Sales", None)
    await house.requests.doors.shown(card, 101, 55)
    assert not (await house.in_group(9)).is_asking
    async with house.storage.transaction(clara) as unit:
        assert list(await unit.requests.answer(bob.chat_id, [clara.member_id], approve=True)) == []
    await house.requests.answer(
        anna, an_arrival(), bob.chat_id, bob.member_id, lambda _card: Answer(), approve=False
    )
    again = await house.requests.card(anna, bob.chat_id)
    assert [one.member_id for one in again.asking] == [clara.member_id]
    assert again.shown_in == (101, 55)
    await house.approve(anna, clara)
    assert (await house.requests.card(anna, bob.chat_id)).shown_in is None
    roles = await house.database.fetch("SELECT role FROM members WHERE id > $1 ORDER BY id", anna.member_id)
    assert [row[0] for row in roles] == ["guest", "member"]


async def test_a_supergroup_is_the_same_place_also_to_what_was_on_its_way(house: House) -> None:
    await house.private()
    anna = await house.in_group()
    await house.task(anna, "before", message_id=1)
    await house.calls.log(
        anna, replace(an_arrival(GROUP), message_id=1), "Petrov busy", lambda _call: Answer()
    )
    await house.doors.moved(GROUP, SUPER)
    await house.doors.moved(GROUP, SUPER)
    for group in (SUPER, GROUP):
        assert (await house.in_group(101, group)).chat_id == anna.chat_id
    await house.task(anna, "after", message_id=1)  # a supergroup counts its messages anew
    await house.calls.log(
        anna, replace(an_arrival(SUPER), message_id=1), "Petrov busy", lambda _call: Answer()
    )
    assert await house.titles(anna) == {"before", "after"}
    assert await house.one("SELECT count(*) FROM chats WHERE kind = 'group'") == 1
    assert await house.doors.may_be_upgrade(SUPER, "Sales", 101)


async def test_what_was_written_under_the_new_id_first_joins_what_there_was(house: House) -> None:
    await house.private()
    old, new = await house.in_group(), await house.in_group(101, SUPER)
    bob = await house.in_group(9, SUPER)
    await house.task(old, "before", message_id=1)
    await house.task(bob, "meanwhile", message_id=1)
    await house.doors.moved(GROUP, SUPER)
    assert new.chat_id != old.chat_id
    assert await house.one("SELECT count(*) FROM chats WHERE telegram_chat_id = -1000000000005") == 1
    guest = await house.in_group(9, SUPER)
    assert (guest.chat_id, guest.is_asking) == (old.chat_id, True)
    assert await house.titles(guest) == {"before", "meanwhile"}


async def test_a_group_keeps_its_team_when_another_took_its_new_id(house: House) -> None:
    anna = await house.private()
    await house.private(200)
    await house.in_group()
    stranger = await house.in_group(200, SUPER)
    assert stranger.workspace_id != anna.workspace_id
    await house.task(stranger, "theirs")
    await house.doors.moved(GROUP, SUPER)
    after = await house.in_group(200, SUPER)
    assert (after.workspace_id, after.role) == (anna.workspace_id, Role.GUEST)
    assert await house.titles(await house.private(200)) == {"theirs"}


async def test_an_echo_of_an_upgrade_is_told_from_a_strangers_group(house: House) -> None:
    await house.private()
    await house.in_group()
    assert await house.doors.may_be_upgrade(SUPER, "Sales", 101)
    assert await house.doors.may_be_upgrade(SUPER, "Sales", None)
    assert not await house.doors.may_be_upgrade(SUPER, "Sales", 77)
    assert not await house.doors.may_be_upgrade(SUPER, "Another", 101)


async def test_a_chat_that_is_gone_is_marked_until_they_write_again(house: House) -> None:
    await house.private()
    await house.in_group()
    for chat in (101, GROUP):
        await house.doors.unreachable(chat)
    assert await house.one("SELECT count(*) FROM chats WHERE unreachable_at IS NOT NULL") == 2
    assert await house.one("SELECT private_chat_id FROM people") is None
    await house.in_group()
    await house.private()
    assert await house.one("SELECT count(*) FROM chats WHERE unreachable_at IS NOT NULL") == 0
    assert await house.one("SELECT private_chat_id FROM people") == 101
    await house.doors.unreachable(101)
    await house.doors.reachable(101)
    assert await house.one("SELECT private_chat_id FROM people") == 101


async def test_how_a_group_sees_answers_is_its_own_and_kept_beside_its_other_settings(house: House) -> None:
    await house.private()
    actor = await house.in_group()
    await house.database.fetch(
        "UPDATE chats SET settings = '{\"keep_days\": 7}' WHERE id = $1", actor.chat_id
    )
    assert await house.groups.answers(actor) is False
    for live in (True, False):
        await house.groups.show_answers(actor, an_arrival(GROUP), live, lambda _live: Answer())
        assert await house.groups.answers(actor) is live
    rows = await house.database.fetch(
        "SELECT settings ->> 'keep_days' FROM chats WHERE id = $1", actor.chat_id
    )
    assert [row[0] for row in rows] == ["7"]
    assert await house.groups.answers(await house.in_group(group=OTHER)) is False
