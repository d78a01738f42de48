"""Databases for tests: a migrated template, cloned for whoever asks."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from db.migrate import upgrade
from db.server import Server, start_server
from db.urls import Connection

TEMPLATE = f"switchboard_template_{os.getpid()}"
names = (f"{TEMPLATE}_{number}" for number in count())  # workers may share a server
# Foreign keys point up and down: what can't go in one round goes in the next. Most tables are empty: ask before.
EMPTY = """DO $$
DECLARE
    whole text;
    name text;
    filled text[];
    stuck text[];
BEGIN
    SELECT string_agg(format('SELECT %L WHERE EXISTS (SELECT FROM %I)', tablename, tablename), ' UNION ALL ')
        INTO whole FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version';
    EXECUTE format('SELECT array_agg(x) FROM (%s) AS t(x)', whole) INTO filled;
    SET CONSTRAINTS ALL DEFERRED;
    FOR round IN 1..4 LOOP
        stuck := '{}';
        FOREACH name IN ARRAY coalesce(filled, '{}') LOOP
            BEGIN
                EXECUTE format('DELETE FROM %I', name);
            EXCEPTION WHEN foreign_key_violation THEN
                stuck := stuck || name;
            END;
        END LOOP;
        filled := stuck;
    END LOOP;
    IF filled <> '{}' THEN
        RAISE 'could not empty %', filled;
    END IF;
END $$"""


@dataclass(slots=True)
class Database:
    """One database: the owner's URL, and the application role's connection."""

    name: str
    owner_url: str
    application: Connection
    keeps: bool = False  # one connection of the owner's: it knows the tables by heart
    _kept: Any = None
    _busy: bool = False

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """As the owner, who sees every row."""
        async with self._owner() as link:
            return list(await link.fetch(query, *arguments))

    @asynccontextmanager
    async def _owner(self) -> AsyncIterator[Any]:
        if not self.keeps or self._busy:
            async with connected(self.owner_url) as link:
                yield link
            return
        self._busy = True
        try:
            if self._kept is None or self._kept.is_closed():
                self._kept = await asyncpg.connect(self.owner_url, statement_cache_size=0)
            yield self._kept
        finally:
            self._busy = False

    async def count(self, table: str) -> int:
        return int((await self.fetch(f"SELECT count(*) FROM {table}"))[0][0])  # noqa: S608 - a name of ours

    async def task_id(self, number: int) -> int:
        """The id of the only team's task, which its buttons carry."""
        return int((await self.fetch("SELECT id FROM crm_tasks WHERE number = $1", number))[0][0])

    async def empty(self) -> None:
        """DELETE beats TRUNCATE by far on small tables."""
        async with self._owner() as link:
            await link.execute(EMPTY)

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.close()


@contextmanager
def running_server() -> Iterator[str]:
    """The owner's URL of TEST_DATABASE_URL, or of an embedded server that ends with the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="switchboard-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as nobody
        server: Server = start_server(Path(folder), say=lambda _line: None, durable=False)
        try:
            yield server.owner_url("postgres")
        finally:
            server.stop()


async def run(owner_url: str, statement: str) -> None:
    async with connected(owner_url) as link:
        await link.execute(statement)


@asynccontextmanager
async def connected(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    link = await asyncpg.connect(owner_url)
    try:
        yield link
    finally:
        await link.close()


@asynccontextmanager
async def cloned(server_url: str, template: str) -> AsyncIterator[Database]:
    """A migrated database without rows, dropped afterwards whoever is still in it."""
    name = next(names)
    await run(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = url_of(server_url, name)
    one = Database(name, url, await upgrade(url, say=lambda _line: None), keeps=True)
    yield one
    await one.close()
    await drop(server_url, name)


async def drop(server_url: str, name: str) -> None:
    """Whoever is in it. A superuser's process (autovacuum is one) is not an owner's to end: it is waited for."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await run(server_url, f"DROP DATABASE {name} WITH (FORCE)")
            except asyncpg.InsufficientPrivilegeError:
                await asyncio.sleep(0.1)


def url_of(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)
