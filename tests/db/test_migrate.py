"""Migrations: up, down and up again; the models and the database agree; guards and doors are as written."""

import asyncio
import re
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from db.migrate import MigrationError, _config, doors, migrate_to, revisions, upgrade
from db.roles import application_role_faults
from db.urls import connection
from tests.databases import Database, run

QUIET = print


async def test_the_stairway_goes_up_down_and_up(empty_database: str) -> None:
    engine = create_async_engine(connection(empty_database).url)
    async with engine.begin() as link:
        for step in ("head", "base", "head"):
            await link.run_sync(migrate_to, step)
    await engine.dispose()


async def test_models_and_migrations_agree(database: Database) -> None:
    def check(link: Connection) -> None:
        command.check(_config(link))

    engine = create_async_engine(connection(database.owner_url).url)
    async with engine.begin() as link:
        await link.run_sync(check)
    await engine.dispose()


async def test_two_processes_may_migrate_at_once(empty_database: str) -> None:
    first, second = await asyncio.gather(*(upgrade(empty_database, say=QUIET) for _ in range(2)))
    assert first.url == second.url


async def test_a_schema_newer_than_the_code_is_refused(empty_database: str) -> None:
    await upgrade(empty_database, say=QUIET)
    await run(empty_database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(MigrationError, match="newer version"):
        await upgrade(empty_database, say=QUIET)


async def test_a_migration_gives_up_when_a_table_stays_in_use(empty_database: str) -> None:
    engine = create_async_engine(connection(empty_database).url)
    try:
        async with engine.begin() as link:
            await link.run_sync(migrate_to, revisions()[-2])
        async with engine.begin() as somebody:
            await somebody.execute(text("LOCK TABLE alembic_version IN SHARE MODE"))
            with pytest.raises(MigrationError, match=r"in use for 0\.2 s, so nothing was migrated"):
                await upgrade(empty_database, say=QUIET, wait=0.2)
        async with engine.begin() as link:
            there = await link.scalar(text("SELECT version_num FROM alembic_version"))
        assert there == revisions()[-2]
        await upgrade(empty_database, say=QUIET)
    finally:
        await engine.dispose()


async def test_every_table_is_guarded_but_the_two_open_ones(database: Database) -> None:
    bare = await database.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' AND NOT relrowsecurity"
    )
    assert {row[0] for row in bare} == {"handled_updates", "dialogs", "alembic_version"}
    policies = await database.fetch("SELECT tablename, policyname FROM pg_policies")
    without = await database.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity"
    )
    assert {row[0] for row in without} - {row[0] for row in policies} == {
        "digests",
        "budget_notices",
        "faults",
        "installation",
        "link_guesses",
        "spend_months",
    }


async def test_doors_are_those_of_the_decision_and_are_shut_to_the_public(database: Database) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "adr" / "0002-doors.md").read_text()
    written = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    engine = create_async_engine(connection(database.owner_url).url)
    async with engine.begin() as link:
        assert {door.split("(")[0] for door in await doors(link)} == written
        loose = await link.scalars(
            text(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef AND ("
                " NOT proconfig::text LIKE '%search_path=pg_catalog, public, pg_temp%'"
                " OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))"
            )
        )
        assert list(loose) == []
    await engine.dispose()


async def test_the_application_role_can_not_step_around_the_guards(database: Database) -> None:
    engine = create_async_engine(database.application.url)
    async with engine.connect() as link:
        assert await application_role_faults(link) == []
        assert await link.scalar(text("SELECT count(*) FROM crm_tasks")) == 0
    await engine.dispose()


async def test_the_owner_is_refused_as_application_role(database: Database) -> None:
    engine = create_async_engine(connection(database.owner_url).url)
    async with engine.connect() as link:
        assert "owns tables" in await application_role_faults(link)
    await engine.dispose()


async def test_going_down_leaves_policies_and_doors_as_they_were(empty_database: str) -> None:
    """Down from the newest to each step is that step as it was on the way up."""
    wanted = (
        "SELECT format('%s %s %s %s %s', tablename, policyname, cmd, qual, with_check) FROM pg_policies"
        " WHERE schemaname = 'public' UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e') ORDER BY 1"
    )
    engine = create_async_engine(connection(empty_database).url)
    async with engine.begin() as link:
        await link.run_sync(migrate_to, "0001")
        before = list(await link.scalars(text(wanted)))
        await link.run_sync(migrate_to, "head")
        assert list(await link.scalars(text(wanted))) != before
        await link.run_sync(migrate_to, "0001")
        assert list(await link.scalars(text(wanted))) == before
    await engine.dispose()
