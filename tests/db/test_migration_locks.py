"""Migrations newer than the baseline lock no table that people are using."""

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import create_async_engine

from db.migrate import _FOLDER, migrate_to, revisions
from db.urls import connection
from scripts.migration_locks import faults

BASELINE = "0014"  # the last migration not held to these rules


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX ix ON tasks (title)",
        "CREATE UNIQUE INDEX ix ON tasks (title)",
        "ALTER TABLE tasks ADD COLUMN colour text NOT NULL",
        "ALTER TABLE tasks ADD COLUMN mark uuid DEFAULT gen_random_uuid()",
        "ALTER TABLE tasks ALTER COLUMN title TYPE varchar(9)",
        "ALTER TABLE tasks ALTER COLUMN title SET NOT NULL",
        "ALTER TABLE tasks ADD CONSTRAINT c CHECK (id > 0)",
        "ALTER TABLE tasks ADD FOREIGN KEY (team_id) REFERENCES teams (id)",
        "UPDATE tasks SET title = ''",
        "DELETE FROM tasks",
    ],
)
def test_a_planted_lock_is_refused(sql: str) -> None:
    assert len(faults(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX CONCURRENTLY ix ON tasks (title)",
        "ALTER TABLE tasks ADD COLUMN colour text NOT NULL DEFAULT 'red'",
        "ALTER TABLE tasks ADD COLUMN colour text DEFAULT 'red' NOT NULL",
        "ALTER TABLE tasks ADD CONSTRAINT c CHECK (id > 0) NOT VALID",
        "ALTER TABLE tasks ADD CONSTRAINT c CHECK (title IS NOT NULL) NOT VALID",
        "UPDATE tasks SET title = '' WHERE id = 1",
        "CREATE TABLE news (id int NOT NULL); CREATE INDEX ix ON news (id)",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ UPDATE tasks SET title = '' $$",
    ],
)
def test_what_locks_nothing_for_long_passes(sql: str) -> None:
    assert faults(sql) == []


async def test_the_new_migrations_lock_nothing(empty_database: str) -> None:
    said = list[str]()

    def climb(link: Connection) -> None:
        migrate_to(link, BASELINE)
        event.listen(link, "before_cursor_execute", lambda _c, _u, sql, *_: said.append(sql))
        migrate_to(link, "head")

    engine = create_async_engine(connection(empty_database).url)
    async with engine.begin() as link:
        await link.run_sync(climb)
    await engine.dispose()
    newer = revisions()[revisions().index(BASELINE) + 1 :]
    files = [file for file in (_FOLDER / "sql").glob("*.sql") if file.name[:4] in newer]
    said += [file.read_text(encoding="utf-8") for file in files]
    assert faults(";".join(said)) == []
