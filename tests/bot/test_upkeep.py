"""Upkeep: each hour what is kept for a while only is forgotten, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import cast

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.upkeep import SETTLING, Upkeep
from crm.agents import AgentDoors
from crm.updates import KEPT
from db.storage import create_engine
from db.updates import SqlUpdateJournal
from tests.bot.test_warm_updates import ANNA, replica
from tests.databases import Database
from tests.fakes import MONDAY, FakeClock, FakeJournal, FakeStorage


class Doors:
    """Of memories or agents: until when they were asked to forget."""

    def __init__(self) -> None:
        self.forgotten: list[datetime] = []

    async def purge(self, before: datetime) -> int:
        self.forgotten.append(before)
        return 0


async def test_updates_go_after_seven_days_and_deleted_assistants_after_thirty() -> None:
    journal, memories, agents = FakeJournal(FakeStorage()), Doors(), Doors()
    await Upkeep(journal, memories, cast(AgentDoors, agents), FakeClock()).tidy()
    assert journal.purged == [MONDAY - timedelta(days=7)]
    assert memories.forgotten == [MONDAY]
    assert agents.forgotten == [MONDAY - timedelta(days=30)]


async def test_postgresql_away_is_no_fault_of_the_upkeep() -> None:
    storage = FakeStorage()
    storage.away = True
    faults: list[Exception] = []
    upkeep = Upkeep(FakeJournal(storage), Doors(), cast(AgentDoors, Doors()), FakeClock())
    upkeep.schedule(AsyncIOScheduler(timezone="UTC"), faults.append)
    await upkeep.tidy()
    assert faults == []


def test_it_is_on_the_plan_each_hour_and_soon_after_a_start() -> None:
    scheduler = AsyncIOScheduler(timezone="UTC")
    upkeep = Upkeep(FakeJournal(FakeStorage()), Doors(), cast(AgentDoors, Doors()), lambda: datetime.now(UTC))
    upkeep.schedule(scheduler, print)
    [job] = scheduler.get_jobs()
    assert job.trigger.interval == timedelta(hours=1)
    assert job.next_run_time - datetime.now(UTC) <= SETTLING


async def test_only_what_is_old_goes_from_the_database(database: Database) -> None:
    engine = create_engine(database.application, pool_size=1)
    journal, now = SqlUpdateJournal(engine), datetime.now(UTC)
    await journal.begin(1, 1)
    await journal.begin(1, 2)
    await database.fetch(
        "UPDATE handled_updates SET begun_at = $1 WHERE update_id = 1", now - KEPT - timedelta(minutes=1)
    )
    await database.fetch(
        "INSERT INTO dialogs (bot_id, chat_id, thread_id, user_id, state, data, expires_at) VALUES"
        " (1, 1, 0, 1, 'ask:task', '{}', $1), (1, 2, 0, 2, 'ask:task', '{}', $2)",
        now - KEPT - timedelta(minutes=1),
        now,
    )
    await journal.purge(now - KEPT)
    await engine.dispose()
    assert [row[0] for row in await database.fetch("SELECT update_id FROM handled_updates")] == [2]
    assert [row[0] for row in await database.fetch("SELECT chat_id FROM dialogs")] == [2]


async def test_what_a_chat_keeps_for_a_while_only_is_erased_by_the_running_bot(database: Database) -> None:
    async with replica(database) as bot:
        await bot.hears(ANNA, "/start")
        await database.fetch("INSERT INTO agents (slug, spec) VALUES ('a', '{}')")
        [chat] = await database.fetch(
            """UPDATE chats SET settings = '{"keep_days": 7}' WHERE kind = 'private' RETURNING id, workspace_id"""
        )
        await database.fetch(
            "WITH talk AS (INSERT INTO conversations (workspace_id, chat_id, agent_id)"
            " SELECT $1::bigint, $2::bigint, id FROM agents WHERE slug = 'a' RETURNING id)"
            " INSERT INTO turns (workspace_id, conversation_id, member_id, user_text, asked_at, reason, state)"
            " SELECT $1::bigint, talk.id, m.id, 'hello', now() - days * interval '1 day', 'default', 'done'"
            " FROM talk, members m, unnest('{6, 8}'::integer[]) days WHERE m.workspace_id = $1",
            *(chat["workspace_id"], chat["id"]),
        )
        upkeep = bot.app.reminder_clock.upkeep
        assert upkeep is not None
        await upkeep.tidy()
        kept = await database.fetch("SELECT user_text FROM turns ORDER BY asked_at")
        assert [row[0] for row in kept] == ["", "hello"]
