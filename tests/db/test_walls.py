"""Walls: every table × what is done to it × who does it, from the schema; a new table has to be answered for."""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from db.models import metadata
from tests.databases import Database
from tests.db.walls import EVERYBODY, Who, entered, may_add, may_change, may_look, may_remove, ordinary, tried
from tests.rows import Scene, make_scene

DOORS_ONLY = {
    "budget_notices",
    "digests",
    "faults",
    "installation",
    "link_guesses",
    "spend_months",
}  # walled, with no way in but the doors
OPEN = {"handled_updates", "dialogs", "alembic_version"}  # DESIGN §2.4: the only ones without walls


# Who may look at Boris's row, add one of their own beside it, change it, remove it; nobody else may.
ALLOWED = {
    "activity_logs": ("bhmMO", "obghmMO", "", ""),
    "agent_versions": ("obmMO", "MO", "", ""),
    "agent_bindings": ("obhmMO", "MO", "MO", "MO"),
    "agent_picks": ("b", "obhmMO", "b", "b"),
    "agents": ("obghmMO", "MO", "MO", "MO"),
    "budget_notices": ("", "", "", ""),
    "budgets": ("obmMO", "MO", "MO", "MO"),
    "calendar_feeds": ("b", "obmMO", "b", "b"),
    "chat_members": ("obhmMO", "", "", ""),
    "chat_links": ("obhmMO", "MO", "MO", "MO"),
    "chats": ("obhmMO", "obmMO", "obmMO", "MO"),
    "conversations": ("obhmMO", "obhmMO", "obhmMO", "MO"),
    "crm_calls": ("bhmMO", "obmMO", "bmMO", "MO"),
    "crm_contact_phones": ("bmMO", "bmMO", "bmMO", "bmMO"),
    "crm_contact_words": ("bmMO", "bmMO", "", "bmMO"),
    "crm_contacts": ("bmMO", "obmMO", "bmMO", "MO"),
    "crm_labels": ("bhmMO", "bmMO", "", "bmMO"),
    "crm_notes": ("bhmMO", "bmMO", "bMO", "MO"),
    "crm_task_comments": ("bhmMO", "bmMO", "bMO", "MO"),
    "crm_task_items": ("bhmMO", "bmMO", "bmMO", "MO"),
    "crm_task_watchers": ("bhmMO", "bmMO", "", "bmMO"),
    "crm_tasks": ("bhmMO", "obhmMO", "bmMO", "MO"),
    "digests": ("", "", "", ""),
    "faults": ("", "", "", ""),
    "held_questions": ("b", "obhmMO", "", "b"),
    "imports": ("bMO", "obmMO", "", ""),
    "installation": ("", "", "", ""),
    "invites": ("MO", "MO", "MO", "MO"),
    "link_guesses": ("", "", "", ""),
    "members": ("obmMO", "MO", "bMO", ""),
    "memories": ("obhmMO", "obghmMO", "b", "bMO"),
    "people": ("b", "", "b", ""),
    "provider_notices": ("b", "obghmMO", "", ""),
    "proposals": ("obhmMO", "obhmMO", "b", "bMO"),
    "reminder_deliveries": ("bhmMO", "bmMO", "bmMO", "MO"),
    "reminders": ("bhmMO", "obhmMO", "bmMO", "MO"),
    "spend_months": ("", "", "", ""),
    "spends": ("bMO", "", "", ""),
    "start_hints": ("obhmMO", "obhmMO", "", ""),
    "turns": ("obhmMO", "obhmMO", "obhmMO", "MO"),
    "workspaces": ("obghmMO", "", "MO", ""),
}


@pytest_asyncio.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    link = await asyncpg.connect(database.owner_url)
    yield link
    await link.close()


@pytest_asyncio.fixture
async def scene(owner: asyncpg.Connection) -> Scene:
    return await make_scene(owner)


@pytest_asyncio.fixture
async def application(database: Database) -> AsyncIterator[asyncpg.Connection]:
    link = await asyncpg.connect(
        database.application.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    yield link
    await link.close()


async def test_the_matrix(owner: asyncpg.Connection, application: asyncpg.Connection, scene: Scene) -> None:
    found = {name: ["", "", "", ""] for name in scene.rows}
    for who in EVERYBODY:
        await owner.execute("UPDATE workspaces SET visibility = $1", who.sight)
        async with entered(application, scene, who):
            for name in scene.rows:
                may = [
                    await may_look(application, scene, name),
                    await may_add(application, scene, name, who),
                    await may_change(application, scene, name),
                    await may_remove(application, scene, name),
                ]
                for at, allowed in enumerate(may):
                    found[name][at] += who.letter if allowed else ""
    assert {name: tuple(told) for name, told in found.items()} == ALLOWED


async def test_every_table_is_in_the_matrix_and_has_policies(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = {row[0] for row in rows}
    assert set(ALLOWED) == tables - OPEN == {table.name for table in metadata.sorted_tables} - OPEN
    walled = await owner.fetch(
        "SELECT DISTINCT c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relrowsecurity"
    )
    assert {row[0] for row in walled} == tables - OPEN - DOORS_ONLY


async def test_a_change_without_a_condition_reaches_no_row_that_is_out_of_sight(
    owner: asyncpg.Connection, application: asyncpg.Connection, scene: Scene
) -> None:
    """Such an UPDATE or DELETE reads nothing, so PostgreSQL asks no policy for SELECT: each must stand alone."""
    for who in EVERYBODY:
        await owner.execute("UPDATE workspaces SET visibility = $1", who.sight)
        async with entered(application, scene, who):
            for name in scene.rows:
                seen = await application.fetchval(f"SELECT count(*) FROM {name}")  # noqa: S608 - a name of ours
                for change in (f"UPDATE {name} SET {ordinary(name)} = DEFAULT", f"DELETE FROM {name}"):  # noqa: S608
                    reached = await tried(application, change)
                    assert reached is None or reached <= seen, f"{who.letter}: {change}"


async def test_policies_read_what_enter_set_once_a_query(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT tablename, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies"
    )
    for table, told in rows:
        bare = re.sub(r"\( SELECT my_\w+\(\) AS my_\w+\)", "", told)
        assert "my_" not in bare, table
        assert "current_setting" not in bare, table


async def test_claims_give_ids_and_nothing_else(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT proname, unnest(proargnames), unnest(proargmodes)::text FROM pg_proc WHERE proname LIKE 'claim\\_%s'"
    )
    given = {(row[0], row[1]) for row in rows if row[2] == "t"}
    told = ("id", "lease", "workspace_id", "member_id", "chat_id")
    of_digests = {("claim_digests", name) for name in ("id", "lease")}
    assert given == of_digests | {
        (door, name) for door in ("claim_deliveries", "claim_turns") for name in told
    }


async def test_a_guest_of_a_chat_of_another_team_sees_nothing(
    owner: asyncpg.Connection, application: asyncpg.Connection, scene: Scene
) -> None:
    theirs = await owner.fetchval(
        "INSERT INTO chats (workspace_id, telegram_chat_id, kind) VALUES ($1, -1, 'group') RETURNING id",
        scene.other_team,
    )
    async with application.transaction():
        await application.execute("SELECT enter($1, $2, $3)", scene.team, scene.members["guest"], theirs)
        assert await application.fetchval("SELECT count(*) FROM crm_tasks") == 0
        assert await application.fetchval("SELECT current_setting('app.chat_id')") == ""


async def test_a_removed_member_can_not_enter(
    owner: asyncpg.Connection, application: asyncpg.Connection, scene: Scene
) -> None:
    await owner.execute("UPDATE members SET removed_at = now() WHERE id = $1", scene.members["boris"])
    with pytest.raises(asyncpg.PostgresError) as refused:
        await application.execute("SELECT enter($1, $2)", scene.team, scene.members["boris"])
    assert refused.value.sqlstate == "SB001"


@pytest.mark.parametrize(
    ("who", "statement", "allowed"),
    [
        ("anna", "UPDATE members SET role = 'owner' WHERE id = $1", False),
        ("anna", "UPDATE members SET person_id = (SELECT my_person()) WHERE id = $2", False),
        ("anna", "UPDATE members SET removed_at = now() WHERE id = $1", True),  # to leave
        ("manager", "UPDATE members SET role = 'owner' WHERE id = $1", False),
        ("manager", "UPDATE members SET role = 'manager' WHERE id = $2", False),  # Boris, to manager
        ("manager", "UPDATE members SET role = 'guest' WHERE id = $2", True),
        ("manager", "UPDATE members SET removed_at = now() WHERE role = 'owner'", False),
        ("owner", "UPDATE members SET role = 'manager' WHERE id = $2", True),
        ("anna", "UPDATE people SET is_operator = true", False),
        ("anna", "UPDATE people SET telegram_user_id = 5", False),
        ("anna", "UPDATE workspaces SET visibility = 'everyone'", False),
        ("anna", "UPDATE activity_logs SET action = 'x'", False),
        ("owner", "DELETE FROM activity_logs", False),
    ],
)
async def test_rights_within_the_team(
    application: asyncpg.Connection, scene: Scene, who: str, statement: str, allowed: bool
) -> None:
    async with entered(application, scene, Who("", who)):
        statement = statement.replace("$1", str(scene.members[who])).replace(
            "$2", str(scene.members["boris"])
        )
        assert bool(await tried(application, statement)) is allowed


async def test_nobody_writes_history_in_anothers_name(application: asyncpg.Connection, scene: Scene) -> None:
    lied = "INSERT INTO activity_logs (workspace_id, actor_kind, actor_member_id, action, entity, entity_id)"
    async with entered(application, scene, Who("", "anna")):
        for actor, allowed in ((scene.members["boris"], False), (scene.members["anna"], True)):
            told = f"{lied} VALUES ({scene.team}, 'member', {actor}, 'x', 'task', 1)"
            assert bool(await tried(application, told)) is allowed


async def test_a_watcher_sees_the_task_and_nobody_makes_themselves_one(
    owner: asyncpg.Connection, application: asyncpg.Connection, scene: Scene
) -> None:
    await owner.execute("UPDATE workspaces SET visibility = 'own'")
    task, anna = scene.rows["crm_tasks"]["id"], scene.members["anna"]
    watch = "INSERT INTO crm_task_watchers (workspace_id, task_id, member_id) VALUES ({}, {}, {})"
    watch = watch.format(scene.team, task, anna)
    async with entered(application, scene, Who("", "anna")):
        assert await tried(application, watch) is None
        assert await application.fetchval("SELECT count(*) FROM crm_tasks") == 0
    await owner.execute(watch)
    async with entered(application, scene, Who("", "anna")):
        assert await application.fetchval("SELECT count(*) FROM crm_tasks") == 1
        assert await application.fetchval("SELECT count(*) FROM crm_contacts") == 1  # whom the task is about
