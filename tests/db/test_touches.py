"""Touches: whatever is remembered says when it changes, whoever writes, and is told once it has been committed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.agents import AgentSpec
from crm.people import Actor, ChatKind
from db.agents import SqlAgentDoors
from db.breaker import Breaker, connect
from db.changes import AGENTS, ALL, OWED, Changes
from db.people import SqlPeopleDoors
from db.storage import SqlStorage, create_engine
from db.touches import tell_touches
from db.transactions import plain_transaction
from db.urls import connection
from tests.acting import a_visitor
from tests.databases import Database
from tests.valkeys import free_port

GROUP = -7001
SPEC = AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "a"}, is_default=True)


@dataclass
class Told:
    """What was told so far."""

    tags: list[str] = field(default_factory=list)

    async def tell(self, *tags: str) -> None:
        self.tags += sorted(tags)


@pytest_asyncio.fixture
async def told(engine: AsyncEngine) -> Told:
    one = Told()
    tell_touches(engine, one.tell)
    return one


@pytest_asyncio.fixture
async def owner(database: Database, told: Told) -> AsyncIterator[AsyncEngine]:
    """Who may write anything."""
    engine = create_engine(connection(database.owner_url))
    tell_touches(engine, told.tell)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def group(doors: SqlPeopleDoors, anna: Actor) -> Actor:
    """Anna in a group of hers."""
    there = a_visitor(101, telegram_chat_id=GROUP, chat_kind=ChatKind.GROUP, chat_title="Sales")
    return await doors.arrive(there, open_to_all=True)


@pytest.mark.parametrize(
    ("statement", "tags"),
    [
        ("UPDATE people SET language = 'ru'", ["user:101"]),
        ("UPDATE people SET digest_at = '09:00'", ["user:101"]),
        ("UPDATE people SET current_workspace_id = NULL", ["user:101"]),
        ("UPDATE members SET role = 'member'", ["user:101"]),
        ("UPDATE members SET removed_at = now()", ["user:101"]),
        ("UPDATE chats SET title = 'x' WHERE kind = 'group'", [f"chat:{GROUP}", "place:{group}"]),
        ("UPDATE chats SET unreachable_at = now() WHERE kind = 'group'", [f"chat:{GROUP}", "place:{group}"]),
        (
            "UPDATE chats SET telegram_chat_id = -8001 WHERE kind = 'group'",
            ["chat:-8001", f"chat:{GROUP}", "place:{group}"],
        ),
        ("DELETE FROM chat_links", [f"chat:{GROUP}"]),
        ("UPDATE chat_links SET chat_id = chat_id", [f"chat:{GROUP}"]),
        ("UPDATE chat_members SET left_at = now()", [f"chat:{GROUP}"]),
        ("UPDATE chat_members SET seen_at = now()", []),
        ("UPDATE workspaces SET default_region = 'DE'", ["team:{team}"]),
        ("UPDATE workspaces SET hidden_agents = '{assistant}'", ["agents"]),
        ("UPDATE workspaces SET assistants_off = true", ["team:{team}"]),
        ("UPDATE workspaces SET last_task_number = 7", []),
        ("UPDATE agents SET version = version + 1", ["agents"]),
        ("UPDATE agents SET is_active = false", ["agents"]),
        ("DELETE FROM agents", ["agents"]),
        (
            "INSERT INTO agent_bindings (workspace_id, chat_id, agent_id)"
            " SELECT c.workspace_id, c.id, a.id FROM chats c, agents a WHERE c.kind = 'group'",
            ["place:{group}"],
        ),
    ],
)
async def test_a_change_is_told(
    told: Told, owner: AsyncEngine, engine: AsyncEngine, group: Actor, statement: str, tags: list[str]
) -> None:
    await SqlAgentDoors(engine).import_global([SPEC], only_if_empty=True)
    told.tags.clear()
    async with plain_transaction(owner) as link:
        await link.execute(text(statement))
        assert told.tags == []
    assert told.tags == sorted(tag.format(group=group.chat_id, team=group.workspace_id) for tag in tags)


async def test_an_import_of_assistants_is_told(told: Told, engine: AsyncEngine) -> None:
    await SqlAgentDoors(engine).import_global([SPEC], only_if_empty=True)
    assert told.tags == ["agents"]


async def test_a_change_of_doors_is_told(told: Told, doors: SqlPeopleDoors, anna: Actor) -> None:
    told.tags.clear()
    await doors.arrive(a_visitor(101, display_name="Anne"), open_to_all=True)
    assert told.tags == ["user:101"]
    await doors.arrive(a_visitor(101, display_name="Anne"), open_to_all=True)
    assert told.tags == ["user:101"]  # nothing has changed


async def test_what_one_transaction_touched_is_no_concern_of_the_next(
    told: Told, storage: SqlStorage, anna: Actor
) -> None:
    for _ in range(2):
        async with storage.transaction(anna) as unit:
            await unit.people.set_language(anna.person_id, "ru")
    told.tags.clear()
    async with storage.transaction(anna) as unit:
        await unit.people.settings(anna.person_id)
    assert told.tags == []


async def test_changes_that_redis_is_not_told_of_for_long_are_told_as_everything() -> None:
    missing = connect(f"redis://127.0.0.1:{free_port()}/0")
    changes = Changes(Breaker(missing))
    for number in range(OWED):
        await changes.tell(f"user:{number}")
    assert len(changes._owed) == OWED
    await changes.tell(AGENTS)
    assert changes._owed == {ALL}
    await missing.aclose()
