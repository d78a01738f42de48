"""History and undo over real rows: what may be read, what is taken back, once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.activity import Line
from crm.answers import Answer
from crm.calls import Calls
from crm.contacts import Contacts
from crm.errors import BadInput, NotAllowed, NotFound
from crm.history import PAGE, History
from crm.people import Actor, ChatKind, People, Role
from crm.reminders import Reminders
from crm.tasks import Tasks
from crm.undo import UNDOABLE, Standing, Undo
from crm.visibility import Sight, Visibility
from db.people import SqlPeopleDoors
from db.reminders import SqlReminderDoors
from db.storage import SqlStorage, create_engine
from tests.acting import NOW, a_visitor, an_arrival
from tests.databases import Database


def said(result: Any) -> Answer:
    return Answer(text=type(result).__name__)


class Team:
    """Anna owns it, Boris and Clara are members; what a test needs of the use cases."""

    def __init__(self, engine: AsyncEngine, database: Database) -> None:
        self.database = database
        self.storage = SqlStorage(engine)
        self.doors = SqlPeopleDoors(engine)
        self.tasks, self.calls, self.contacts = (
            Tasks(self.storage),
            Calls(self.storage),
            Contacts(self.storage),
        )
        self.reminders = Reminders(self.storage, SqlReminderDoors(engine))
        self.history = History(self.storage)
        self.visibility = Visibility(self.storage)

    async def gather(self) -> None:
        self.anna = await People(self.storage, self.doors, open_to_all=True).arrive(
            a_visitor(display_name="Анна")
        )
        self.boris = await self.join(102, "Борис")
        self.clara = await self.join(103, "Clara")

    async def join(self, user: int, name: str) -> Actor:
        own = await self.doors.arrive(a_visitor(user, display_name=name), open_to_all=True)
        (row,) = await self.database.fetch(
            "INSERT INTO members (workspace_id, person_id, role) VALUES ($1, $2, 'member') RETURNING id",
            self.anna.workspace_id,
            own.person_id,
        )
        await self.database.fetch(
            "UPDATE people SET current_workspace_id = $1 WHERE id = $2", self.anna.workspace_id, own.person_id
        )
        actor = await self.doors.arrive(a_visitor(user, display_name=name), open_to_all=False)
        assert (actor.member_id, actor.role) == (row[0], Role.MEMBER)
        return actor

    async def undo(self, actor: Actor, at: Any = NOW) -> Line:
        taken: list[Line] = []

        def keep(line: Line) -> Answer:
            taken.append(line)
            return Answer("ok")

        await Undo(self.storage, UNDOABLE).last(actor, an_arrival(), at, keep)
        return taken[0]

    async def told(self, actor: Actor, wanted: str = "") -> list[tuple[str | None, str, str]]:
        page = await self.history.show(actor, wanted)
        return [(line.who, line.entity, line.action) for line in page.lines]


@pytest_asyncio.fixture
async def team(database: Database) -> AsyncIterator[Team]:
    engine = create_engine(database.application)
    one = Team(engine, database)
    await one.gather()
    yield one
    await engine.dispose()


async def test_history_tells_who_did_what_newest_first(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "tomorrow 10:00 send the invoice", said)
    await team.tasks.complete(team.boris, an_arrival(), 1, NOW, said)
    await team.calls.log(team.boris, an_arrival(), "Petrov +7 999 123-45-67 no answer", said)
    assert await team.told(team.anna) == [
        ("Борис", "call", "created"),
        ("Борис", "contact", "created"),
        ("Борис", "task", "completed"),
        ("Анна", "task", "created"),
    ]
    assert await team.told(team.anna, "#1") == [("Борис", "task", "completed"), ("Анна", "task", "created")]
    assert await team.told(team.anna, "анна") == [("Анна", "task", "created")]
    assert await team.told(team.clara, "petrov") == [("Борис", "contact", "created")]
    done = (await team.history.show(team.anna, "1")).lines[0]
    assert (done.changes, done.number, done.title) == (
        {"status": ["not_started", "completed"]},
        1,
        "send the invoice",
    )


async def test_a_name_of_nobody_and_a_name_of_several_are_said(team: Team) -> None:
    await team.join(104, "Clara Schmidt")
    with pytest.raises(NotFound):
        await team.history.show(team.anna, "Zoe")
    with pytest.raises(NotFound):
        await team.history.show(team.anna, "99")
    assert (await team.history.show(team.anna, "clara")).subject == "Clara"  # exactly so called
    with pytest.raises(BadInput, match="Clara Schmidt"):
        await team.history.show(team.anna, "cl")


async def test_history_comes_in_pages(team: Team) -> None:
    for _ in range(PAGE + 1):
        await team.tasks.create(team.anna, an_arrival(), "x", said)
    first = await team.history.show(team.anna, "")
    second = await team.history.turn(team.anna, first.scope, 1)
    assert (len(first.lines), first.has_more, len(second.lines), second.has_more) == (PAGE, True, 1, False)


async def test_where_members_see_their_own_history_does_too(team: Team) -> None:
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    await team.tasks.create(team.anna, an_arrival(), "between us managers", said)
    await team.tasks.create(team.boris, an_arrival(), "mine", said)
    assert await team.told(team.boris) == [("Борис", "task", "created")]
    assert await team.told(team.boris, "Анна") == []
    with pytest.raises(NotFound):
        await team.history.show(team.boris, "1")
    assert len(await team.told(team.anna)) == 3
    assert [task.title for task in (await team.tasks.list(team.boris)).tasks] == ["mine"]
    with pytest.raises(NotFound):
        await team.tasks.complete(team.boris, an_arrival(), 1, NOW, said)


async def test_a_number_somebody_else_looks_after_is_said_not_shown(team: Team) -> None:
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    await team.contacts.save(team.anna, an_arrival(), "Petrov +7 999 123-45-67", said)
    with pytest.raises(NotAllowed, match="Somebody else"):
        await team.contacts.save(team.boris, an_arrival(), "Ivanov +7 999 123-45-67", said)
    assert await team.database.count("crm_contacts") == 1


async def test_a_group_reads_only_what_arose_in_it(team: Team) -> None:
    group = a_visitor(101, telegram_chat_id=-5, chat_kind=ChatKind.GROUP, chat_title="G", started=False)
    in_group = await team.doors.arrive(group, open_to_all=False)
    await team.tasks.create(team.anna, an_arrival(), "private", said)
    await team.tasks.create(in_group, an_arrival(-5), "said here", said)
    page = await team.history.show(in_group, "")
    assert [line.title for line in page.lines] == ["said here"]


async def test_each_kind_of_change_is_taken_back(team: Team) -> None:
    anna, count = team.anna, team.database.fetch
    await team.tasks.create(anna, an_arrival(), "tomorrow 10:00 send the invoice", said)
    await team.tasks.complete(anna, an_arrival(), 1, NOW, said)
    await team.calls.log(anna, an_arrival(), "Petrov +7 999 123-45-67 no answer", said)
    await team.contacts.save(anna, an_arrival(), "Petrov +7 999 123-45-68", said)
    await team.reminders.create(anna, an_arrival(), "in 5 minutes tea", said)
    await team.visibility.choose(anna, an_arrival(), anna.workspace_id, Sight.OWN, said)
    taken = [await team.undo(anna) for _ in range(7)]
    assert [(line.entity, line.action) for line in taken] == [
        ("workspace", "visibility"),
        ("reminder", "created"),
        ("contact", "updated"),
        ("call", "created"),
        ("contact", "created"),
        ("task", "completed"),
        ("task", "created"),
    ]
    with pytest.raises(BadInput, match="nothing of yours"):
        await team.undo(anna)
    assert (await count("SELECT visibility FROM workspaces WHERE id = $1", anna.workspace_id))[0][0] == (
        "everyone"
    )
    for table in ("crm_tasks", "crm_calls", "crm_contacts", "reminders WHERE task_id IS NULL AND true"):
        where = " AND" if "WHERE" in table else " WHERE"
        assert (await count(f"SELECT count(*) FROM {table}{where} deleted_at IS NULL"))[0][0] == 0  # noqa: S608
    assert await team.database.count("crm_contact_phones") == 0
    assert await team.reminders.claim(NOW + timedelta(days=3)) == []
    await team.contacts.save(anna, an_arrival(), "Petrov +7 999 123-45-67", said)  # the number is free again


async def test_a_task_that_is_open_again_reminds_again(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "tomorrow 10:00 send the invoice", said)
    await team.tasks.complete(team.anna, an_arrival(), 1, NOW, said)
    await team.undo(team.anna)
    assert (await team.tasks.list(team.anna)).total == 1
    (delivery,) = await team.reminders.claim(NOW + timedelta(days=2))
    assert await team.reminders.still_ours(delivery)


async def test_what_newer_change_stands_on_it_is_said(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "send the invoice", said)
    await team.tasks.complete(team.boris, an_arrival(), 1, NOW, said)
    with pytest.raises(Standing) as standing:
        await team.undo(team.anna)
    assert (standing.value.line.who, standing.value.line.action) == ("Борис", "completed")
    await team.undo(team.boris)
    await team.undo(team.anna)  # nothing stands on it now
    assert (await team.tasks.list(team.anna)).total == 0


async def test_at_once_it_is_taken_back_once(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "one", said)
    await team.tasks.create(team.anna, an_arrival(), "two", said)
    results = await asyncio.gather(*(team.undo(team.anna) for _ in range(6)), return_exceptions=True)
    undone = [one.entity_id for one in results if isinstance(one, Line)]
    assert len(undone) == len(set(undone))
    assert all(isinstance(one, Line | BadInput) for one in results)
    assert (await team.database.fetch("SELECT count(*) FROM activity_logs WHERE action = 'undone'"))[0][
        0
    ] == len(undone)


async def test_a_guest_takes_back_their_own_task_and_touches_no_other(team: Team) -> None:
    group: dict[str, Any] = {"telegram_chat_id": -5, "chat_kind": ChatKind.GROUP, "started": False}
    in_group = await team.doors.arrive(a_visitor(101, display_name="Анна", **group), open_to_all=False)
    guest = await team.doors.arrive(a_visitor(109, display_name="Guest", **group), open_to_all=False)
    assert guest.role is Role.GUEST
    await team.tasks.create(in_group, an_arrival(-5), "the team's", said)
    await team.tasks.create(guest, an_arrival(-5), "in 5 minutes the guest's", said)
    with pytest.raises(NotAllowed, match="somebody else's"):
        await team.tasks.complete(guest, an_arrival(-5), 1, NOW, said)
    with pytest.raises(NotAllowed, match="Guests"):
        await team.contacts.save(guest, an_arrival(-5), "Petrov +7 999 123-45-67", said)
    with pytest.raises(NotAllowed, match="Guests"):
        await team.calls.log(guest, an_arrival(-5), "Petrov +7 999 123-45-67", said)
    assert await team.told(guest) == [("Guest", "task", "created"), ("Анна", "task", "created")]
    assert (await team.undo(guest)).title == "in 5 minutes the guest's".removeprefix("in 5 minutes ")
    assert [task.title for task in (await team.tasks.list(guest)).tasks] == ["the team's"]
    elsewhere = replace(guest, chat_id=team.anna.chat_id)
    assert (await team.tasks.list(elsewhere)).total == 0


async def test_a_guests_reminder_is_claimed_in_the_chat_where_it_arose(team: Team) -> None:
    group: dict[str, Any] = {"telegram_chat_id": -5, "chat_kind": ChatKind.GROUP, "started": False}
    await team.doors.arrive(a_visitor(101, **group), open_to_all=False)
    guest = await team.doors.arrive(a_visitor(109, **group), open_to_all=False)
    await team.reminders.create(guest, an_arrival(-5), "in 5 minutes tea", said)
    (delivery,) = await team.reminders.claim(NOW + timedelta(minutes=5))
    assert (delivery.text, delivery.actor.role, delivery.actor.telegram_chat_id) == ("tea", Role.GUEST, -5)
    assert await team.reminders.sent(delivery, 7, NOW)


async def test_the_owner_is_asked_once_at_the_eleventh_member(team: Team) -> None:
    later = NOW + timedelta(days=3650)
    for user in range(110, 117):
        await team.join(user, f"P{user}")  # ten with Anna, Boris and Clara
    group: dict[str, Any] = {"telegram_chat_id": -5, "chat_kind": ChatKind.GROUP, "started": False}
    await team.doors.arrive(a_visitor(101, **group), open_to_all=False)
    assert (await team.doors.arrive(a_visitor(150, **group), open_to_all=False)).role is Role.GUEST
    assert await team.reminders.claim(later) == []
    await team.join(120, "The eleventh")
    await team.join(121, "The twelfth")
    (delivery,) = await team.reminders.claim(later)
    assert (delivery.notice, delivery.actor.member_id) == ("visibility", team.anna.member_id)
    assert await team.reminders.sent(delivery, 1, later)
    assert await team.reminders.claim(later) == []
    async with team.storage.transaction(team.anna) as unit:
        assert await unit.visibility.get() is Sight.EVERYONE  # nothing changes unanswered
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    async with team.storage.transaction(team.anna) as unit:
        assert await unit.visibility.get() is Sight.OWN


async def test_two_who_join_at_once_make_one_question(team: Team) -> None:
    for user in range(110, 116):
        await team.join(user, f"P{user}")
    await asyncio.gather(*(team.join(user, f"P{user}") for user in range(130, 136)))
    assert (await team.database.fetch("SELECT count(*) FROM reminders WHERE notice = 'visibility'"))[0][
        0
    ] == 1


async def test_only_the_owner_decides_who_sees_what(team: Team) -> None:
    with pytest.raises(NotAllowed, match="owner"):
        await team.visibility.choose(team.boris, an_arrival(), team.boris.workspace_id, Sight.OWN, said)
    with pytest.raises(NotFound, match="another team"):
        await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id + 1, Sight.OWN, said)
