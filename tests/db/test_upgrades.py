"""Upgrades: a team of the first schema is brought to this one with all it had, and works on."""

from datetime import UTC, datetime

import asyncpg
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from crm.grammar.contacts import words_of
from db.migrate import migrate_to, upgrade
from db.people import SqlPeopleDoors
from db.storage import SqlStorage, create_engine
from db.urls import connection
from tests.acting import a_visitor

FIRST = "0001"
# a team as the first schema could hold it: an owner, a member, a contact with a phone, tasks, a call, a reminder
ROWS = """
INSERT INTO workspaces (name, last_task_number) VALUES ('Ромашка', 2);
INSERT INTO people (telegram_user_id, display_name, private_chat_id, language, timezone, current_workspace_id)
VALUES (501, 'Анна', 501, 'ru', 'Europe/Moscow', (SELECT id FROM workspaces)),
       (502, 'Boris', 502, 'en', 'Europe/Berlin', (SELECT id FROM workspaces));
INSERT INTO members (workspace_id, person_id, role)
SELECT w.id, p.id, CASE p.telegram_user_id WHEN 501 THEN 'owner' ELSE 'member' END FROM workspaces w, people p;
INSERT INTO chats (workspace_id, telegram_chat_id, kind) SELECT id, 501, 'private' FROM workspaces;
INSERT INTO crm_contacts (workspace_id, full_name) SELECT id, 'Мария Петрова' FROM workspaces;
INSERT INTO crm_contact_phones (workspace_id, contact_id, e164)
SELECT workspace_id, id, '+79991234567' FROM crm_contacts;
INSERT INTO crm_tasks (workspace_id, number, title, due_date, due_time, due_tz, due_at, assignee_id, created_by,
                       contact_id, source_chat_id, source_message_id, source_line, raw_input)
SELECT w.id, 1, 'Позвонить Марии', '2026-12-01', '10:00', 'Europe/Moscow', '2026-12-01 07:00+00', m.id, m.id, c.id,
       h.id, 11, 0, 'позвонить Марии 1 декабря в 10'
FROM workspaces w, crm_contacts c, chats h, members m WHERE m.role = 'owner';
INSERT INTO crm_tasks (workspace_id, number, title, status, completed_at)
SELECT id, 2, 'Отправить счёт', 'completed', now() FROM workspaces;
INSERT INTO crm_calls (workspace_id, direction, outcome, started_at, contact_id, member_id, notes)
SELECT w.id, 'outbound', 'connected', now(), c.id, m.id, 'ждёт цену'
FROM workspaces w, crm_contacts c, members m WHERE m.role = 'owner';
INSERT INTO reminders (workspace_id, kind, task_id, recipient_id, text)
SELECT t.workspace_id, 'relative', t.id, t.assignee_id, t.title FROM crm_tasks t WHERE t.number = 1;
INSERT INTO reminder_deliveries (workspace_id, reminder_id, recipient_id, due_at)
SELECT workspace_id, id, recipient_id, '2026-12-01 07:00+00' FROM reminders;
INSERT INTO activity_logs (workspace_id, actor_kind, actor_member_id, action, entity, entity_id)
SELECT t.workspace_id, 'member', t.created_by, 'created', 'task', t.id FROM crm_tasks t WHERE t.number = 1;
"""
TABLES = (
    "workspaces", "people", "members", "chats", "crm_contacts", "crm_contact_phones", "crm_tasks", "crm_calls",
    "reminders", "reminder_deliveries", "activity_logs",
)  # fmt: skip


@pytest_asyncio.fixture
async def first_release(empty_database: str) -> str:
    engine = create_async_engine(connection(empty_database).url)
    async with engine.begin() as link:
        await link.run_sync(migrate_to, FIRST)
        for statement in ROWS.split(";\n"):
            if statement.strip():
                await link.execute(text(statement))
    await engine.dispose()
    return empty_database


async def counted(owner_url: str) -> dict[str, int]:
    link = await asyncpg.connect(owner_url)
    try:
        return {name: await link.fetchval(f"SELECT count(*) FROM {name}") for name in TABLES}  # noqa: S608 - ours
    finally:
        await link.close()


async def test_a_team_of_the_first_schema_keeps_all_it_had_and_works_on(first_release: str) -> None:
    before = await counted(first_release)
    assert min(before.values()) > 0
    application = await upgrade(first_release, say=print)
    assert await counted(first_release) == before
    engine = create_engine(application)
    try:
        visitor = a_visitor(501, display_name="Анна", language="ru", timezone="Europe/Moscow")
        owner = await SqlPeopleDoors(engine).arrive(visitor, open_to_all=False)
        async with SqlStorage(engine).transaction(owner) as unit:
            task = await unit.tasks.by_number(1)
            assert task is not None
            assert (task.title, task.contact_name, task.assignee_name) == (
                "Позвонить Марии",
                "Мария Петрова",
                "Анна",
            )
            assert task.due is not None
            assert task.due.at == datetime(2026, 12, 1, 7, tzinfo=UTC)
            known = await unit.contacts.called(words_of("позвонить Марии Петровой"))
            assert [one.name for one in known.matching("марии")] == ["Мария Петрова"]
    finally:
        await engine.dispose()
