"""Databases for tests: a migrated template, cloned for whoever asks."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from db.server import Server, start_server
from db.urls import Connection

TEMPLATE = f"switchboard_template_{os.getpid()}"


@dataclass(slots=True)
class Database:
    """One database: the owner's URL, and the application role's connection."""

    name: str
    owner_url: str
    application: Connection

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """As the owner, who sees every row."""
        link = await asyncpg.connect(self.owner_url)
        try:
            return list(await link.fetch(query, *arguments))
        finally:
            await link.close()

    async def count(self, table: str) -> int:
        return int((await self.fetch(f"SELECT count(*) FROM {table}"))[0][0])  # noqa: S608 - a name of ours

    async def task_id(self, number: int) -> int:
        """The id of the only team's task, which its buttons carry."""
        return int((await self.fetch("SELECT id FROM crm_tasks WHERE number = $1", number))[0][0])

    async def empty(self) -> None:
        """DELETE beats TRUNCATE by far on small tables."""
        tables = await self.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [row[0] for row in tables if row[0] != "alembic_version"]
        link = await asyncpg.connect(self.owner_url)
        try:
            async with link.transaction():
                await link.execute("SET CONSTRAINTS ALL DEFERRED")
                for _ in range(4):  # foreign keys point up and down; what is left goes with the next round
                    left = []
                    for name in names:
                        try:
                            async with link.transaction():
                                await link.execute(f"DELETE FROM {name}")  # noqa: S608 - a name of ours
                        except asyncpg.ForeignKeyViolationError:
                            left.append(name)
                    names = left
        finally:
            await link.close()
        assert not names, f"could not empty {names}"


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
    link = await asyncpg.connect(owner_url)
    try:
        await link.execute(statement)
    finally:
        await link.close()


def url_of(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)
