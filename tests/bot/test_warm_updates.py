"""Warm updates: a message asks PostgreSQL for no agent, chat or member, and access is decided there all the same."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest_asyncio
from aiogram import Bot
from aiogram.methods import SendMessage
from aiogram.types import Update

from bot.app import App, build
from bot.gate import Gate
from crm.agents import AgentSpec
from db.breaker import Breaker, connect
from db.storage import create_engine
from handlers.access import Defaults
from llm.models import ModelConfig
from tests.databases import Database
from tests.db.counting import counted
from tests.telegram import TOKEN, Session, a_group, a_message, an_update

ANNA, BORIS, GROUP = 101, 102, -7001
LOOKED_UP = re.compile(
    r"\b(agents|agent_bindings|chats|chat_links|people|members|workspaces)\b|\b(arrive|enter_and_look)\("
)


class Replica:
    """One process of the bot over rows that others share."""

    def __init__(self, app: App, session: Session) -> None:
        self.app, self.session = app, session

    async def hears(self, user: int, text: str, **more: Any) -> list[str]:
        """What is answered at once."""
        self.session.calls.clear()
        update = an_update(message=a_message(user, text=text, **more))
        await self.app.polling._handle(Update.model_validate(update))
        return [call.text for call in self.session.calls if isinstance(call, SendMessage)]

    async def asked(self, user: int, text: str, **more: Any) -> list[str]:
        """The statements that it took."""
        with counted(self.app.engine) as sent:
            await self.hears(user, text, **more)
        return sent


@asynccontextmanager
async def replica(rows: Database, redis_url: str | None = None) -> AsyncIterator[Replica]:
    engine, session = create_engine(rows.application), Session()
    redis = Breaker(connect(redis_url)) if redis_url else None
    app = build(
        Bot(TOKEN, session=session),
        Gate(),
        engine,
        open_to_all=True,
        defaults=Defaults("en", "UTC", frozenset({ANNA})),
        models=ModelConfig(),
        redis=redis,
    )
    try:
        yield Replica(app, session)
    finally:
        if redis is not None:
            await redis.close()
        await engine.dispose()


@pytest_asyncio.fixture
async def bot(database: Database) -> AsyncIterator[Replica]:
    async with replica(database) as one:
        await one.app.agent_doors.import_global(
            [AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "a"}, is_default=True)],
            only_if_empty=True,
        )
        yield one


async def test_a_warm_message_asks_for_no_agent_chat_or_member(bot: Replica) -> None:
    for text in ("what do you think?", "and what then?"):
        await bot.asked(ANNA, text)
    sent = await bot.asked(ANNA, "is that all?")
    assert [statement for statement in sent if LOOKED_UP.search(statement)] == []
    assert sum("INTO turns" in statement for statement in sent) == 1  # and it was taken up all the same
    assert len(sent) <= 8, sent


async def test_a_warm_message_in_a_group_asks_for_none_either(bot: Replica) -> None:
    for text in ("@Switchboard_bot what do you think?", "@Switchboard_bot and what then?"):
        await bot.asked(ANNA, text, chat=a_group(GROUP))
    sent = await bot.asked(ANNA, "@Switchboard_bot is that all?", chat=a_group(GROUP))
    assert [statement for statement in sent if LOOKED_UP.search(statement)] == []
    assert sum("INTO turns" in statement for statement in sent) == 1


async def test_whoever_was_removed_goes_on_as_who_they_are_now(bot: Replica, database: Database) -> None:
    await bot.hears(ANNA, "/start")
    await bot.hears(BORIS, "/start")
    await bot.hears(BORIS, "hello")
    own, team = await teams(database, BORIS, ANNA)
    seat = await database.fetch(
        "INSERT INTO members (workspace_id, person_id, role) SELECT $1, id, 'member' FROM people"
        " WHERE telegram_user_id = $2 RETURNING id",
        *(team, BORIS),
    )
    await database.fetch(
        "UPDATE people SET current_workspace_id = $1 WHERE telegram_user_id = $2", team, BORIS
    )
    await bot.app.changes.tell(f"user:{BORIS}")
    await bot.asked(BORIS, "in the team")
    assert "arrive(" not in " ".join(await bot.asked(BORIS, "in the team still"))
    # another process removes them, and nothing of it is heard here
    await database.fetch("UPDATE members SET removed_at = now() WHERE id = $1", seat[0][0])
    await database.fetch(
        "UPDATE people SET current_workspace_id = $1 WHERE telegram_user_id = $2", own, BORIS
    )
    await bot.hears(BORIS, "/task tomorrow water the plants")
    tasks = await database.fetch("SELECT workspace_id FROM crm_tasks")
    assert [row[0] for row in tasks] == [own]


async def teams(database: Database, *users: int) -> list[int]:
    query = "SELECT current_workspace_id FROM people WHERE telegram_user_id = $1"
    return [(await database.fetch(query, user))[0][0] for user in users]
