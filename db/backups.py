"""Backups: every row of a database in one file, and back into an empty one, over COPY.

The file is a zip: `about.json` (what it is of) and one member a table, in COPY's text format, which every
PostgreSQL from 15 on reads. The owner's connection does it, so no superuser and no client program is needed.
"""

import json
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from db.migrate import LOCK, migrate_to, revisions
from db.urls import connection

ABOUT = "about.json"
FORMAT = 1
CHUNK = 1 << 20  # bytes read from the file at a time


class BackupError(Exception):
    """The file can't be written, or not be restored; one line for the operator."""


@dataclass(frozen=True, slots=True)
class About:
    """What a file is a copy of. `revision` is the schema's; `rows` counts each table's, `sequences` says the last
    number given by each table's identity, so that no number is ever given twice."""

    format: int
    release: str
    made_at: str  # ISO 8601, UTC
    revision: str
    rows: Mapping[str, int]
    columns: Mapping[str, list[str]]
    sequences: Mapping[str, int]


async def back_up(owner_url: str, file: Path, *, release: str) -> About:
    """Copy every row as of one moment into `file`, which appears whole or not at all. Raises BackupError."""
    half = file.with_name(f".{file.name}.{datetime.now(UTC):%H%M%S%f}.half")
    try:
        async with _opened(owner_url) as link, link.transaction(isolation="repeatable_read", readonly=True):
            if not await link.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
                raise BackupError("the database is empty: there is nothing to back up")
            half.touch(mode=0o600)  # it holds everything there is
            with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as into:
                about = await _copy_out(link, into, release)
        half.replace(file)
    except OSError as fault:
        raise BackupError(f"{file}: can't be written ({fault.strerror or fault})") from None
    finally:
        half.unlink(missing_ok=True)
    return about


async def restore(owner_url: str, file: Path) -> About:
    """Put the rows of `file` into a database that has none, in one transaction. The schema is left as the file's:
    whoever starts the bot next brings it up to date. Raises BackupError, and then nothing has changed.
    """
    with _archive(file) as archive:
        about = read_about(archive, file)
        owner = connection(owner_url)
        engine = create_async_engine(owner.url, connect_args=owner.arguments, poolclass=NullPool)
        try:
            async with engine.begin() as link:
                await link.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                if about.revision not in revisions():
                    raise BackupError(
                        f"{file}: it is of a newer version ({about.revision}) than this program; use the newer one"
                    )
                await _refuse_rows(link)
                await link.run_sync(migrate_to, about.revision)
                await _copy_in(await _driver(link), archive, about)
        finally:
            await engine.dispose()
    return about


def read_about(archive: zipfile.ZipFile, file: Path) -> About:
    """Raises BackupError for a file that is no backup of ours."""
    try:
        about = About(**json.loads(archive.read(ABOUT)))
    except (KeyError, TypeError, ValueError):
        raise BackupError(f"{file}: this is no backup of Switchboard") from None
    if about.format != FORMAT:
        raise BackupError(f"{file}: it is of a newer version than this program; use the newer one")
    return about


def _archive(file: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(file)
        broken = archive.testzip()
    except FileNotFoundError:
        raise BackupError(f"{file}: there is no such file") from None
    except (OSError, zipfile.BadZipFile, zlib.error):
        raise BackupError(f"{file}: this is no backup of Switchboard, or it is damaged") from None
    if broken is not None:
        raise BackupError(f"{file}: it is damaged ({broken})")
    return archive


async def _copy_out(link: asyncpg.Connection, into: zipfile.ZipFile, release: str) -> About:
    columns, rows, sequences = await _columns(link), {}, {}
    for table, names in columns.items():
        with into.open(f"{table}.copy", "w", force_zip64=True) as member:
            told = await link.copy_from_table(table, columns=names, output=_chunks_into(member.write))
        rows[table] = int(told.split()[1])
        if (last := await _last_number(link, table)) is not None:
            sequences[table] = last
    about = About(
        format=FORMAT,
        release=release,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        revision=str(await link.fetchval("SELECT version_num FROM alembic_version")),
        rows=rows,
        columns=columns,
        sequences=sequences,
    )
    into.writestr(ABOUT, json.dumps(asdict(about), indent=1))
    return about


async def _copy_in(link: asyncpg.Connection, archive: zipfile.ZipFile, about: About) -> None:
    """References are put back, and so checked, when all rows are there; triggers don't fire for old rows."""
    references = await link.fetch(
        "SELECT conrelid::regclass::text AS owner, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS said"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )
    for one in references:
        await link.execute(f"ALTER TABLE {one['owner']} DROP CONSTRAINT {one['name']}")
    for table, columns in about.columns.items():
        await link.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        await link.execute(f'DELETE FROM "{table}"')  # noqa: S608 - what a migration itself put there
        with archive.open(f"{table}.copy") as member:
            await link.copy_to_table(table, columns=columns, source=_chunks_of(member.read))
        await link.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        if table in about.sequences:
            await link.execute(
                "SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", table, about.sequences[table]
            )
    for one in references:
        await link.execute(f"ALTER TABLE {one['owner']} ADD CONSTRAINT {one['name']} {one['said']}")


async def _columns(link: asyncpg.Connection) -> dict[str, list[str]]:
    """Every table's columns, without those PostgreSQL computes itself."""
    found = await link.fetch(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) AS names FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'"
        " GROUP BY c.relname ORDER BY c.relname"
    )
    return {row["relname"]: list(row["names"]) for row in found}


async def _last_number(link: asyncpg.Connection, table: str) -> int | None:
    """The last number its identity gave; None for a table without one, or that never gave any."""
    sequence = await link.fetchval(
        "SELECT pg_get_serial_sequence(quote_ident($1), 'id') WHERE EXISTS (SELECT FROM pg_attribute"
        " WHERE attrelid = to_regclass(quote_ident($1)) AND attname = 'id' AND attidentity <> '')",
        table,
    )
    if sequence is None:
        return None
    last: int | None = await link.fetchval(
        f"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}"  # noqa: S608 - PostgreSQL's own quoting
    )
    return last


async def _refuse_rows(link: AsyncConnection) -> None:
    """A database with anything in it is left alone."""
    driver = await _driver(link)
    for table in await _columns(driver):
        if await driver.fetchval(f'SELECT EXISTS (SELECT FROM "{table}")'):  # noqa: S608 - a name of the catalogue
            raise BackupError(
                "the database is not empty, and nothing in it is overwritten; restore into an empty one"
                " (a new DATABASE_URL, or a new DATA_DIR)"
            )


async def _driver(link: AsyncConnection) -> asyncpg.Connection:
    """COPY is asyncpg's; SQLAlchemy's transaction holds it all the same."""
    raw: Any = (await link.get_raw_connection()).driver_connection
    return raw


@asynccontextmanager
async def _opened(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    owner = connection(owner_url)
    engine = create_async_engine(owner.url, connect_args=owner.arguments, poolclass=NullPool)
    try:
        async with engine.connect() as link:
            yield await _driver(link)
    finally:
        await engine.dispose()


def _chunks_into(write: Callable[[bytes], int]) -> Callable[[bytes], Any]:
    async def take(chunk: bytes) -> None:
        write(chunk)

    return take


async def _chunks_of(read: Callable[[int], bytes]) -> AsyncIterator[bytes]:
    while chunk := read(CHUNK):
        yield chunk
