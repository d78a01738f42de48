"""Backups: every row comes back, in another server too; what is there is never overwritten."""

import json
import zipfile
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.backups import ABOUT, BackupError, back_up, restore
from db.migrate import upgrade
from db.models import metadata
from tests.databases import Database, run
from tests.rows import make_scene


async def rows_of(owner_url: str) -> dict[str, list[Any]]:
    """Every row of every table, as PostgreSQL writes it."""
    link = await asyncpg.connect(owner_url)
    try:
        return {
            table.name: sorted(row[0] for row in await link.fetch(f"SELECT t::text FROM {table.name} t"))  # noqa: S608
            for table in metadata.sorted_tables
        }
    finally:
        await link.close()


async def lively(database: Database) -> dict[str, list[Any]]:
    """A row in every table at least, words in Russian, with tabs, backslashes and line breaks among them."""
    link = await asyncpg.connect(database.owner_url)
    try:
        await make_scene(link)
        await link.execute("UPDATE crm_tasks SET title = $1", "Счёт \\N \t «ёлка»\nвторая строка 👋")
        await link.execute(
            "INSERT INTO handled_updates (bot_id, update_id, begun_at, answer) VALUES (1, 2, now(), '{}')"
        )
    finally:
        await link.close()
    return await rows_of(database.owner_url)


async def test_every_row_and_the_next_number_come_back(
    database: Database, empty_database: str, tmp_path: Path
) -> None:
    before = await lively(database)
    assert all(before[table] for table in before if table not in ("dialogs", "link_guesses"))
    about = await back_up(database.owner_url, tmp_path / "all.zip", release="1")
    assert about.rows == {name: len(rows) for name, rows in before.items()}
    assert (tmp_path / "all.zip").stat().st_mode & 0o077 == 0

    await restore(empty_database, tmp_path / "all.zip")
    await upgrade(empty_database, say=print)
    assert await rows_of(empty_database) == before
    link = await asyncpg.connect(empty_database)
    try:
        fresh = await link.fetchval("INSERT INTO workspaces (name) VALUES ('new') RETURNING id")
    finally:
        await link.close()
    assert fresh == about.sequences["workspaces"] + 1


async def test_references_and_triggers_work_again_after_a_restore(
    database: Database, empty_database: str, tmp_path: Path
) -> None:
    await lively(database)
    await back_up(database.owner_url, tmp_path / "all.zip", release="1")
    await restore(empty_database, tmp_path / "all.zip")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await run(empty_database, "DELETE FROM people")
    switched_off = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'"
    link = await asyncpg.connect(empty_database)
    try:
        assert await link.fetchval(switched_off) == 0
    finally:
        await link.close()


async def test_a_database_with_rows_is_never_overwritten(database: Database, tmp_path: Path) -> None:
    before = await lively(database)
    await back_up(database.owner_url, tmp_path / "all.zip", release="1")
    with pytest.raises(BackupError, match="not empty"):
        await restore(database.owner_url, tmp_path / "all.zip")
    assert await rows_of(database.owner_url) == before


async def test_an_older_schema_is_restored_and_brought_up_to_date(
    empty_database: str, database: Database, tmp_path: Path
) -> None:
    """An empty database of this version takes a backup of the first one."""
    from sqlalchemy.ext.asyncio import create_async_engine

    from db.migrate import migrate_to
    from db.urls import connection

    engine = create_async_engine(connection(empty_database).url)
    async with engine.begin() as link:
        await link.run_sync(migrate_to, "0001")
    await engine.dispose()
    await run(empty_database, "INSERT INTO workspaces (name) VALUES ('Ромашка')")
    about = await back_up(empty_database, tmp_path / "old.zip", release="1")
    assert about.revision == "0001"

    await restore(database.owner_url, tmp_path / "old.zip")
    await upgrade(database.owner_url, say=print)
    assert [row["name"] for row in await database.fetch("SELECT name FROM workspaces")] == ["Ромашка"]


async def test_a_newer_schema_is_refused_and_nothing_changes(
    database: Database, empty_database: str, tmp_path: Path
) -> None:
    await back_up(database.owner_url, tmp_path / "all.zip", release="1")
    retold(tmp_path / "all.zip", revision="9999")
    with pytest.raises(BackupError, match="newer version"):
        await restore(empty_database, tmp_path / "all.zip")
    link = await asyncpg.connect(empty_database)
    try:
        assert await link.fetchval("SELECT to_regclass('people')") is None
    finally:
        await link.close()


async def test_what_is_no_backup_is_said_in_one_line(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "b")
    for name, words in (("none.zip", "no such file"), ("text.zip", "no backup"), ("other.zip", "no backup")):
        with pytest.raises(BackupError, match=words):
            await restore(empty_database, tmp_path / name)


@pytest.mark.parametrize("harm", ["cut", "overwritten"])
async def test_a_damaged_file_is_refused(
    database: Database, empty_database: str, tmp_path: Path, harm: str
) -> None:
    await lively(database)
    whole = tmp_path / "all.zip"
    await back_up(database.owner_url, whole, release="1")
    content = bytearray(whole.read_bytes())
    half = len(content) // 2
    if harm == "cut":
        del content[half:]
    else:
        content[half : half + 500] = bytes(500)
    whole.write_bytes(content)
    with pytest.raises(BackupError, match=r"damaged|no backup"):
        await restore(empty_database, whole)


async def test_a_backup_that_fails_leaves_no_file(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="can't be written"):
        await back_up(database.owner_url, tmp_path / "not there" / "all.zip", release="1")
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240 - a test may wait for the disk


def retold(file: Path, **changed: object) -> None:
    """The same backup with something else said about it."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[ABOUT] = json.dumps(json.loads(members[ABOUT]) | changed).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
