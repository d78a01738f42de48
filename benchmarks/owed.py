"""People who are owed reminders, made by the database itself: what the scheduler is measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.people import Actor
from db.migrate import upgrade
from db.people import SqlPeopleDoors
from db.storage import create_engine
from tests.acting import a_visitor

_OWE = """
WITH asked AS (
    INSERT INTO reminders (workspace_id, kind, recipient_id, text, source_chat_id)
    SELECT ($1::bigint[])[1 + n % cardinality($1)], 'standalone', ($2::bigint[])[1 + n % cardinality($2)],
           $4 || ' ' || n, ($3::bigint[])[1 + n % cardinality($3)]
    FROM generate_series(0, $5::int - 1) n
    RETURNING id, workspace_id, recipient_id, split_part(text, ' ', 2)::double precision AS n
)
INSERT INTO reminder_deliveries (workspace_id, reminder_id, recipient_id, due_at)
SELECT workspace_id, id, recipient_id, $6::timestamptz + $7 * n / $5 * interval '1 second' FROM asked
"""


@dataclass(frozen=True, slots=True)
class Town:
    """A migrated database with people in it, each with a team of their own."""

    url: str
    engine: AsyncEngine
    actors: Sequence[Actor]

    async def owe(
        self, count: int, start: datetime, seconds: float, *, word: str = "water", tidy: bool = True
    ) -> None:
        """So many reminders, "<word> 0" and on, for each person in turn, due evenly over `seconds` from `start`."""
        link = await asyncpg.connect(self.url)
        try:
            indexes = await _drop_indexes(link) if count > 200_000 else []
            await link.execute(
                _OWE,
                [actor.workspace_id for actor in self.actors],
                [actor.member_id for actor in self.actors],
                [actor.chat_id for actor in self.actors],
                word, count, start, seconds,
            )  # fmt: skip
            for definition in indexes:
                await link.execute(definition)
            if tidy:
                await link.execute("VACUUM ANALYZE reminder_deliveries")
                await link.execute("ANALYZE reminders")
        finally:
            await link.close()

    async def run(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """As the owner."""
        link = await asyncpg.connect(self.url)
        try:
            return list(await link.fetch(query, *arguments))
        finally:
            await link.close()


async def make_town(server_url: str, name: str, users: Sequence[int]) -> Town:
    """`users` are their ids in Telegram."""
    link = await asyncpg.connect(server_url)
    await link.execute(f"CREATE DATABASE {name}")
    await link.close()
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    engine = create_engine(await upgrade(url, say=lambda _line: None))
    doors = SqlPeopleDoors(engine)
    return Town(url, engine, [await doors.arrive(a_visitor(user), open_to_all=True) for user in users])


async def _drop_indexes(link: asyncpg.Connection) -> list[str]:
    """What makes them again; building them afterwards is several times faster."""
    found = await link.fetch(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid IN ('reminders'::regclass, 'reminder_deliveries'::regclass) AND NOT i.indisunique"
    )
    for name, _definition in found:
        await link.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]
