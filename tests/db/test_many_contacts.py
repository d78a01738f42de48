"""Twenty thousand contacts: pages and searches go by an index, and read no more than they show."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.contacts import Filter, Step
from crm.contacts.looks import PAGE
from db.storage import create_engine
from tests.databases import Database, cloned
from tests.db.team import Team
from tests.db.test_contacts import names


class Crowd(Team):
    def __init__(self, engine: AsyncEngine, database: Database) -> None:
        super().__init__(engine, database)
        self.engine = engine


@pytest_asyncio.fixture(scope="module")
async def crowd(server_url: str, template: str) -> AsyncIterator[Crowd]:
    """Twenty thousand contacts of the team's, each with a phone, two words and every tenth with a label; nobody
    changes them."""
    async with cloned(server_url, template) as database:
        engine = create_engine(database.application)
        team = Crowd(engine, database)
        await team.gather()
        await fill(team)
        yield team
        await engine.dispose()


async def fill(team: Team) -> None:
    link = await asyncpg.connect(team.database.owner_url)
    workspace, me = team.anna.workspace_id, team.anna.member_id
    tables = ("crm_contacts", "crm_contact_phones", "crm_contact_words", "crm_labels", "crm_tasks")
    for table in tables:  # a worker of the server's own would keep the database from being dropped afterwards
        await link.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    await link.execute(
        "INSERT INTO crm_contacts (workspace_id, full_name, company, email, telegram, stage, owner_id)"
        " SELECT $1, md5(n::text) || ' ' || md5('s' || n), md5('f' || n), 'p' || n || '@x.ru', 't' || n,"
        " CASE n % 50 WHEN 0 THEN 'won' ELSE 'lead' END, CASE n % 50 WHEN 1 THEN $2::bigint END"
        " FROM generate_series(1, 20000) n",
        workspace,
        me,
    )
    await link.execute(
        "INSERT INTO crm_contact_phones (workspace_id, contact_id, e164)"
        " SELECT workspace_id, id, '+7999' || lpad(id::text, 7, '0') FROM crm_contacts"
    )
    await link.execute(
        "INSERT INTO crm_contact_words (workspace_id, contact_id, word)"
        " SELECT workspace_id, id, w FROM crm_contacts, string_to_table(lower(full_name), ' ') w"
    )
    await link.execute(
        "INSERT INTO crm_labels (workspace_id, contact_id, name)"
        " SELECT workspace_id, id, 'l' || id % 20 FROM crm_contacts WHERE id % 10 = 0"
    )
    for table in tables:
        await link.execute(f"VACUUM ANALYZE {table}")  # as the server's own worker would
    await link.close()


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Filter(), "ix_crm_contacts_list"),
        (Filter("letter", "a"), "ix_crm_contacts_list"),
        (Filter("stage", "won"), "ix_crm_contacts_stage"),
        (Filter("mine"), "ix_crm_contacts_owner"),
        (Filter("label", "l0"), "ix_crm_labels_contacts"),
    ],
)
async def test_a_page_reads_its_index_and_no_more_rows_than_it_shows(
    crowd: Crowd, wanted: Filter, index: str
) -> None:
    first = await crowd.contacts.list(crowd.anna, wanted)
    for step in (None, Step(first.contacts[-1].id)):
        plan = await explained(crowd, wanted, step)
        assert index in plan
        assert "Seq Scan on crm_contacts" not in plan
        assert "Sort" not in re.sub(
            r"Sort.*?ix_crm_(contact_phones|labels)_?\w*", "", plan.split("SubPlan")[0]
        )
        read = [
            float(rows) for rows in re.findall(r"Scan using ix_crm_contacts_\w+.*?actual rows=([\d.]+)", plan)
        ]
        assert all(rows <= PAGE + 1 for rows in read)


async def explained(team: Crowd, wanted: Filter, step: Step | None) -> str:
    """The plan of a page, as the application's role runs it."""
    told: list[str] = []

    def explain(
        link: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        if "crm_contacts.full_name" in statement and "EXPLAIN" not in statement:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF) {statement}", parameters)
            told.extend(row[0] for row in cursor.fetchall())
        return statement, parameters

    event.listen(team.engine.sync_engine, "before_cursor_execute", explain, retval=True)
    try:
        await team.contacts.list(team.anna, wanted, step)
    finally:
        event.remove(team.engine.sync_engine, "before_cursor_execute", explain)
    return "\n".join(told)


@pytest.mark.parametrize(
    "text", ["md5('s777')", "md5('777') || ' ' || md5('s777')", "'p777@x.ru'", "'@t777'", "md5('f777')",
             "substr(md5('s777'), 3, 12)", "substr(md5('f777'), 5, 9)", "right(e164, 4)", "e164"],
)  # fmt: skip
async def test_search_among_many_goes_by_an_index_and_fetches_few_rows(crowd: Crowd, text: str) -> None:
    found = await crowd.database.fetch(
        f"SELECT {text}, full_name FROM crm_contacts c JOIN crm_contact_phones p ON p.contact_id = c.id"  # noqa: S608
        " WHERE full_name LIKE md5('777') || '%'"
    )
    typed, name = found[0]
    assert name in await names(crowd, typed)
    assert await read_by(crowd, "SELECT * FROM find_contacts($1, 9)", typed) < 60


async def test_the_nearest_among_many_go_by_an_index(crowd: Crowd) -> None:
    await read_by(crowd, "SELECT * FROM near_contacts($1, 'p5@x.ru', 't6', 3)", "Anna Petrova")


async def read_by(team: Team, query: str, text: str) -> int:
    """How many rows a door fetches from the tables of contacts; it reads none of them from end to end."""
    link = await asyncpg.connect(team.database.owner_url)
    async with link.transaction():
        await link.execute("SELECT enter($1, $2)", team.anna.workspace_id, team.anna.member_id)
        await link.fetch(query, text)
        told = await link.fetchrow(
            "SELECT sum(seq_scan), sum(idx_tup_fetch) FROM pg_stat_xact_user_tables"
            " WHERE relname LIKE 'crm\\_contact%'"
        )
    await link.close()
    assert told[0] == 0
    return int(told[1])
