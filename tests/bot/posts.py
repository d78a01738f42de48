"""A webhook over fakes, and a client that stands for Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.http import one_form
from bot.intake import Intake
from bot.webhook import SECRET, Webhook
from bot.webhook_secrets import Secrets
from crm.answers import Answer
from crm.errors import StorageAway
from db.webhooks import KeptWebhook, SqlWebhooks
from tests.fakes import FakeJournal, FakeStorage
from tests.fakes.lanes import FakeLanes

WORD = "a-long-random-word"
SAVED = Answer("saved")


class Kept:
    """SqlWebhooks that remembers nothing."""

    away = False

    async def kept(self) -> KeptWebhook:
        if self.away:
            raise StorageAway
        return KeptWebhook()


class Telegram:
    id = 42

    def __init__(self) -> None:
        self.said: list[str] = []

    async def send_message(self, _chat_id: int, text: str, **_more: Any) -> Any:
        self.said.append(text)
        return self

    message_id = 1


class Desk:
    """Handlers: `held` updates wait until they are let go; each has its effect and its answer."""

    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.held: dict[int, asyncio.Event] = {}
        self.begun: list[int] = []
        self.effects: list[int] = []

    def hold(self, *update_ids: int) -> None:
        self.held |= {update_id: asyncio.Event() for update_id in update_ids}

    async def feed_update(self, bot: Telegram, update: Update) -> Answer:
        self.begun.append(update.update_id)
        if update.update_id in self.held:
            await self.held[update.update_id].wait()
        self.storage.must_be_there()
        self.effects.append(update.update_id)
        self.storage.state.handled[bot.id, update.update_id] = SAVED
        return SAVED


class House:
    """A webhook over fakes, and a client that stands for Telegram."""

    client: TestClient[web.Request, web.Application]

    def __init__(self) -> None:
        self.storage = FakeStorage()
        self.lanes = FakeLanes(self.storage, FakeJournal(self.storage))
        self.telegram, self.desk, self.kept = Telegram(), Desk(self.storage), Kept()
        bot, secrets = cast(Bot, self.telegram), Secrets(cast(SqlWebhooks, self.kept), "1:token", WORD)
        secrets.remember(KeptWebhook())
        intake = Intake(bot, cast(Dispatcher, self.desk), self.lanes._journal, waits=False, sleep=no_time)
        self.webhook = Webhook(bot, intake, self.lanes, secrets, sleep=no_time)

    async def post(self, update_id: int, chat_id: int = 7, secret: str = WORD) -> Any:
        return await self.client.post("/telegram", json=said(update_id, chat_id), headers={SECRET: secret})

    def posting(self, update_id: int, chat_id: int = 7) -> "asyncio.Task[Any]":
        return asyncio.create_task(self.post(update_id, chat_id))

    async def until_begun(self, *update_ids: int) -> None:
        async with asyncio.timeout(5):
            while self.desk.begun != list(update_ids):  # noqa: ASYNC110 - what is looked at has no event
                await asyncio.sleep(0)


def unheard(fault: BaseException, _reference: str) -> None:
    raise AssertionError("a refusal is no fault") from fault


async def no_time(_seconds: float) -> None:
    await asyncio.sleep(0)


def said(update_id: int, chat_id: int = 7) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private"}
    return {
        "update_id": update_id,
        "message": {"message_id": update_id, "date": 0, "chat": chat, "text": "x"},
    }


@asynccontextmanager
async def opened() -> AsyncIterator[House]:
    house, app = House(), web.Application(middlewares=[one_form(unheard)])
    app.add_routes(house.webhook.routes("https://bot.example.org/telegram"))
    async with TestClient(TestServer(app)) as client:
        house.client = client
        yield house
