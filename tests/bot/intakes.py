"""Intake: processes over fake rows, with a Telegram and handlers that fail when told to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramNetworkError,
)
from aiogram.methods import SendMessage
from aiogram.types import Update
from aiohttp import ClientConnectorError
from aiohttp.client_reqrep import ConnectionKey

from bot.intake import Intake
from crm.answers import Answer
from crm.errors import AlreadyHandled
from tests.fakes import FakeJournal, FakeStorage

SAVED = Answer("saved")
Act = Callable[[], Awaitable[Answer | None]]


@dataclass
class Sent:
    message_id: int = 1


@dataclass
class Telegram:
    """A bot that notes what it says; `faults` come first."""

    id: int = 42
    faults: list[Exception] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    tries: int = 0

    async def send_message(self, _chat_id: int, text: str, **_more: Any) -> Sent:
        self.tries += 1
        if self.faults:
            raise self.faults.pop(0)
        self.said.append(text)
        return Sent()


class Handlers:
    """A dispatcher whose handler has an effect that is committed with its answer; `before` and `after` may fail."""

    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.effects: list[int] = []
        self.before: list[Exception] = []
        self.after: list[Exception] = []

    async def feed_update(self, bot: Telegram, update: Update) -> Answer:
        if self.before:
            raise self.before.pop(0)
        key = (bot.id, update.update_id)
        if key in self.storage.state.handled:
            raise AlreadyHandled
        self.effects.append(update.update_id)
        self.storage.state.handled[key] = SAVED
        if self.after:
            raise self.after.pop(0)
        return SAVED


@dataclass
class House:
    storage: FakeStorage
    journal: FakeJournal
    telegram: Telegram
    handlers: Handlers
    slept: list[float]

    def process(self) -> Intake:
        """A process over these rows; another one is what comes after a kill."""

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            if len(self.slept) == 8:  # by then PostgreSQL is back
                self.storage.away = False
            await asyncio.sleep(0)

        bot, dispatcher = cast(Bot, self.telegram), cast(Dispatcher, self.handlers)
        return Intake(bot, dispatcher, self.journal, sleep=sleep)


def said(update_id: int = 1, chat_id: int = 7) -> Update:
    body = {"message_id": 1, "date": 0, "chat": {"id": chat_id, "type": "private"}, "text": "x"}
    return Update.model_validate({"update_id": update_id, "message": body})


def unreachable() -> TelegramNetworkError:
    fault = TelegramNetworkError(SendMessage(chat_id=7, text="x"), "refused")
    key = ConnectionKey("api.telegram.org", 443, True, True, None, None, None)
    fault.__cause__ = ClientConnectorError(key, ConnectionRefusedError(111, "refused"))
    return fault
