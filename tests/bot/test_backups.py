"""Backups that make themselves: one a night, a week of them, and one before the schema changes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.backups import back_up_into, forget_old, is_due
from bot.database import Database as Place
from bot.database import prepare_database
from db.migrate import migrate_to
from tests.databases import Database, run

NOW = datetime(2026, 7, 16, 3, 0, tzinfo=UTC)


def nights(folder: Path, *ages: float) -> None:
    for age in ages:
        (folder / f"nightly-{NOW - timedelta(days=age):%Y%m%d-%H%M%S}.zip").touch()


def test_one_is_due_when_the_last_is_a_day_old(tmp_path: Path) -> None:
    assert is_due(tmp_path, NOW)
    nights(tmp_path, 1.1)
    assert is_due(tmp_path, NOW)
    nights(tmp_path, 0.9)
    assert not is_due(tmp_path, NOW)


def test_a_week_of_them_is_kept_and_other_files_are_left_alone(tmp_path: Path) -> None:
    nights(tmp_path, 0.5, 6.5, 7.5, 30)
    for name in ("before-0004-20200101-000000.zip", "nightly-mine.zip", "nightly-notes.txt"):
        (tmp_path / name).touch()
    forget_old(tmp_path, NOW)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == [
        "before-0004-20200101-000000.zip",
        "nightly-20260709-150000.zip",
        "nightly-20260715-150000.zip",
        "nightly-mine.zip",
        "nightly-notes.txt",
    ]


def test_the_newest_stays_whatever_its_age(tmp_path: Path) -> None:
    nights(tmp_path, 40)
    forget_old(tmp_path, NOW)
    assert len(list(tmp_path.iterdir())) == 1


async def test_the_folder_is_its_owners_alone(database: Database, tmp_path: Path) -> None:
    file = await back_up_into(tmp_path / "backups" / "switchboard", database.owner_url, "nightly")
    assert file.parent.stat().st_mode & 0o077 == 0
    assert not is_due(file.parent, datetime.now(UTC))


async def test_before_the_schema_changes_its_rows_are_copied(empty_database: str, tmp_path: Path) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    from db.urls import connection

    engine = create_async_engine(connection(empty_database).url)
    async with engine.begin() as link:
        await link.run_sync(migrate_to, "0001")
    await engine.dispose()
    await run(empty_database, "INSERT INTO workspaces (name) VALUES ('Ромашка')")
    said: list[str] = []
    place = Place(empty_database, None, None, tmp_path / "backups")
    for _again in range(2):  # the second start has nothing to migrate
        await prepare_database(place, say=said.append)
    copies = list((tmp_path / "backups").iterdir())
    assert len(copies) == 1
    assert copies[0].name.startswith("before-0001-")
    assert [line for line in said if line.startswith("backup:")] == [f"backup: {copies[0]}"]
