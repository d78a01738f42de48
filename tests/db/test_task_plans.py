"""Plans: among 20,000 tasks each filter is read by its own index, under the application role and its walls."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from benchmarks.crowd import fill
from crm.people import Actor
from crm.tasks.filters import Filter, When
from crm.tasks.lists import PAGE, Step
from db.lookups import tasks_query
from db.people import SqlPeopleDoors
from db.storage import create_engine
from db.task_lists import day_query, page_query
from db.transactions import entered
from tests.acting import a_visitor
from tests.databases import Database, cloned

TASKS = 20_000
USED = re.compile(  # by the query itself; the policies' own look-ups call the tables t and c
    r"using (ix_\w+) on crm_(?:tasks(?: crm_tasks_\d+)?  |labels)|Bitmap Index Scan on (ix_\w+)"
)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))


@dataclass(frozen=True, slots=True)
class Full:
    owner_url: str
    engine: AsyncEngine
    anna: Actor
    contact_id: int
    middle_id: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Inside a transaction of somebody who owns a team of 20,000 tasks, a tenth of them hers."""

    link: AsyncConnection
    anna: Actor
    contact_id: int
    middle_id: int

    async def indexes(self, query: Select[Any]) -> set[str]:
        """By which indexes PostgreSQL finds what is on a page; fails for a plan that reads all tasks there are."""
        written = str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]  # SQLAlchemy's
        plan = "\n".join(await self.link.scalars(text("EXPLAIN " + written.replace(":", r"\:"))))
        assert not re.search(r"Seq Scan on crm_tasks(?: crm_tasks_\d+)?  \(", plan), plan
        return {name for pair in USED.findall(plan) for name in pair if name}


@pytest_asyncio.fixture(scope="module")
async def full(server_url: str, template: str) -> AsyncIterator[Full]:
    """A database with the tasks, which nobody changes."""
    async with cloned(server_url, template) as database:
        engine = create_engine(database.application)
        yield await filled(engine, database)
        await engine.dispose()


async def filled(engine: AsyncEngine, database: Database) -> Full:
    anna = await SqlPeopleDoors(engine).arrive(a_visitor(101), open_to_all=True)
    others = [
        await SqlPeopleDoors(engine).arrive(a_visitor(user), open_to_all=True) for user in range(102, 111)
    ]
    link = await asyncpg.connect(database.owner_url)
    members = [anna.member_id]
    for one in others:
        members += await link.fetchrow(
            "INSERT INTO members (workspace_id, person_id, role) VALUES ($1, $2, 'member') RETURNING id",
            *(anna.workspace_id, one.person_id),
        )
    contacts = await fill(link, anna.workspace_id, members, TASKS, at=NOW)
    middle = await link.fetchval(
        "SELECT id FROM crm_tasks WHERE due_date = $1 ORDER BY id LIMIT 1", NOW.date()
    )
    await link.close()
    return Full(database.owner_url, engine, anna, contacts[0], middle)


@pytest_asyncio.fixture
async def crowd(full: Full) -> AsyncIterator[Crowd]:
    anna = full.anna
    async with entered(full.engine, anna.workspace_id, anna.member_id, anna.chat_id) as inside:
        yield Crowd(inside, anna, full.contact_id, full.middle_id)


async def test_each_filter_is_read_by_its_own_index(crowd: Crowd) -> None:
    her, whose = crowd.anna.member_id, crowd.contact_id
    wanted = {
        "open": [Filter(), *(Filter(when=when) for when in When)],
        "open_assignee": [
            Filter(assignee_id=her),
            Filter(assignee_id=her, when=When.TODAY),
            Filter(assignee_id=her, when=When.OVERDUE),
            Filter(assignee_id=her, when=When.NO_DATE),
        ],
        "open_contact": [Filter(contact_id=whose), Filter(contact_id=whose, when=When.WEEK)],
        "done": [Filter(done=True), Filter(done=True, when=When.WEEK)],
        "done_assignee": [Filter(assignee_id=her, done=True)],
        "done_contact": [Filter(contact_id=whose, done=True)],
    }
    for index, filters in wanted.items():
        for one in filters:
            for step in (None, Step(crowd.middle_id), Step(crowd.middle_id, back=True)):
                used = await crowd.indexes(page_query(one, step, limit=PAGE + 1, now=NOW))
                # whoever has a thousand or two may have them sorted: beyond that the page is read in order
                plain = f"ix_crm_tasks_{index.rsplit('_', 1)[-1]}"
                assert used & {f"ix_crm_tasks_{index}", plain}, (one, step, used)


async def test_a_label_is_read_by_the_index_that_knows_where_its_tasks_stand(crowd: Crowd) -> None:
    for one in (Filter(label="vip"), Filter(label="vip", done=True)):
        for step in (None, Step(crowd.middle_id), Step(crowd.middle_id, back=True)):
            used = await crowd.indexes(page_query(one, step, limit=PAGE + 1, now=NOW))
            assert "ix_crm_labels_place" in used, (one, step, used)


async def test_a_day_is_read_by_the_index_of_the_assignee(crowd: Crowd) -> None:
    used = await crowd.indexes(day_query(crowd.anna.member_id, NOW, limit=PAGE))
    assert used & {"ix_crm_tasks_open_assignee", "ix_crm_tasks_assignee"}


async def test_what_is_offered_inline_is_read_in_the_order_of_an_index(crowd: Crowd) -> None:
    assert "ix_crm_tasks_open" in await crowd.indexes(tasks_query("", assignee_id=None, offset=0, limit=PAGE))
    hers = await crowd.indexes(tasks_query("", assignee_id=crowd.anna.member_id, offset=0, limit=PAGE))
    assert hers & {"ix_crm_tasks_open_assignee", "ix_crm_tasks_assignee"}


@pytest.mark.parametrize("part", ["% фейерверк %", "%ейерве%"])
async def test_a_rare_word_is_found_by_trigrams(full: Full, part: str) -> None:
    """The door's own condition: it runs as the owner, so the owner's plan is the one to look at."""
    link = await asyncpg.connect(full.owner_url)
    rows = await link.fetch(
        f"EXPLAIN SELECT id FROM crm_tasks WHERE workspace_id = {full.anna.workspace_id}"  # noqa: S608 - of ours
        f" AND deleted_at IS NULL AND folded LIKE '{part}' ORDER BY id DESC LIMIT 20"
    )
    await link.close()
    assert "ix_crm_tasks_trigrams" in "\n".join(row[0] for row in rows)
