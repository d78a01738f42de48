"""Raw updates, in thousands: no fault, and no row in a wrong team. `make fuzz` feeds ten times as many."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest_asyncio
from aiogram import Bot
from aiogram.types import Update
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from structlog.testing import capture_logs

from bot.app import build
from bot.gate import Gate
from bot.intake import Intake
from crm.agents import AgentSpec
from db.storage import create_engine
from db.updates import SqlUpdateJournal
from handlers.access import Defaults
from llm.models import ModelConfig
from tests.databases import Database
from tests.fuzz.updates import updates
from tests.telegram import TOKEN, Session

FEW = 25  # updates in one example: enough to stand on each other, few enough to be read
ALL = int(os.environ.get("FUZZ_UPDATES", "2000"))
WRONG_TEAM = """
SELECT 'task of a private chat by somebody else' FROM crm_tasks t JOIN chats c ON c.id = t.source_chat_id
    JOIN members m ON m.id = t.created_by JOIN people p ON p.id = m.person_id
    WHERE c.kind = 'private' AND c.telegram_chat_id <> p.telegram_user_id
UNION ALL SELECT 'reminder of a private chat to somebody else' FROM reminders r JOIN chats c ON c.id = r.source_chat_id
    JOIN members m ON m.id = r.recipient_id JOIN people p ON p.id = m.person_id
    WHERE c.kind = 'private' AND c.telegram_chat_id <> p.telegram_user_id
UNION ALL SELECT 'turn in a private chat of somebody else' FROM turns t JOIN conversations v ON v.id = t.conversation_id
    JOIN chats c ON c.id = v.chat_id JOIN members m ON m.id = t.member_id JOIN people p ON p.id = m.person_id
    WHERE c.kind = 'private' AND c.telegram_chat_id <> p.telegram_user_id
UNION ALL SELECT 'a group in a team it is not linked to' FROM chats c JOIN chat_links l USING (telegram_chat_id)
    JOIN crm_tasks t ON t.source_chat_id = c.id WHERE l.workspace_id <> t.workspace_id
UNION ALL SELECT 'history by a member of another team' FROM activity_logs a JOIN members m ON m.id = a.actor_member_id
    WHERE m.workspace_id <> a.workspace_id
UNION ALL SELECT 'a member whom nobody let into the team of somebody else' FROM members m
    WHERE m.role <> 'guest' AND m.id <> (SELECT min(f.id) FROM members f WHERE f.workspace_id = m.workspace_id)
    AND NOT EXISTS (SELECT FROM activity_logs a WHERE a.workspace_id = m.workspace_id AND a.entity = 'member'
        AND a.entity_id = m.id AND a.action IN ('approved', 'joined', 'taken_over'))
"""


class Listener:
    """The whole bot, without Telegram; every fault it reports is kept."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.engine = create_engine(database.application)
        self.now = datetime(2026, 11, 24, tzinfo=UTC)
        self.faults: list[BaseException] = []
        self.fed = self.unreadable = 0
        self._updates = count(1)
        self._bot = Bot(TOKEN, session=Session())
        self.app = build(
            self._bot, Gate(), self.engine, open_to_all=True, defaults=Defaults("en", "UTC"), models=ModelConfig(),
            clock=lambda: self.now,
        )  # fmt: skip
        self.app.dispatcher["report"] = lambda error, _reference: self.faults.append(error)
        self._intake = Intake(
            self._bot,
            self.app.dispatcher,
            SqlUpdateJournal(self.engine),
            report=self.app.dispatcher["report"],
        )

    async def hear(self, raw: dict[str, Any]) -> None:
        """An update that can't be read is the poll's to pass (tests/bot)."""
        self.now += timedelta(minutes=5)  # nobody is too fast
        try:
            update = Update.model_validate(
                {"update_id": next(self._updates), **raw}, context={"bot": self._bot}
            )
        except ValidationError:
            self.unreadable += 1
            return
        self.fed += 1
        await self._intake.handle(update)


@pytest_asyncio.fixture
async def listener(database: Database) -> AsyncIterator[Listener]:
    one = Listener(database)
    await one.app.agent_doors.import_global(
        [AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "a"}, is_default=True)], only_if_empty=True
    )
    yield one
    await one.engine.dispose()


@settings(
    max_examples=ALL // FEW,
    deadline=None,
    database=None,
    derandomize="FUZZ_UPDATES"
    not in os.environ,  # the suite's are the same each time, so that a red one is news
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # shrinking costs minutes against a database that remembers
    print_blob=True,
)
@given(raws=st.lists(updates(), min_size=FEW, max_size=FEW))
async def test_no_update_makes_a_fault_or_a_row_in_a_wrong_team(
    listener: Listener, raws: list[dict[str, Any]]
) -> None:
    listener.faults.clear()
    with capture_logs():
        for raw in raws:
            await listener.hear(raw)
            assert listener.faults == [], raw
    assert listener.fed > 10 * listener.unreadable  # what can't be read tries nothing
    wrong = [row[0] for row in await listener.database.fetch(WRONG_TEAM)]
    assert wrong == []
