"""An update that can't be read is passed and logged; it neither ends the polling nor takes others along."""

import asyncio
import json
from typing import Any

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError
from aiogram.methods import GetUpdates, TelegramMethod
from aiogram.types import Update
from structlog.testing import capture_logs

from bot.polling import Polling, RawUpdates
from tests.telegram import TOKEN, Session, a_message

WAITING: list[dict[str, Any]] = [
    {"update_id": 7, "message": a_message(1, text="before")},
    {"update_id": 8, "message": {"message_id": "secret words"}},
    {"update_id": 9, "message": a_message(1, text="after")},
    {"update_id": 10, "callback_query": {}},
]


class Telegram(Session):
    """Answers getUpdates as Telegram does: from the offset on, and no more."""

    def __init__(self) -> None:
        super().__init__()
        self.all_passed = asyncio.Event()

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if not isinstance(method, GetUpdates | RawUpdates):
            return await super().make_request(bot, method, timeout)
        self.calls.append(method)
        left = [one for one in WAITING if one["update_id"] >= (method.offset or 0)]
        if isinstance(method, RawUpdates):
            return left
        if not left:
            self.all_passed.set()
            await asyncio.sleep(0)
        try:
            return [Update.model_validate(one) for one in left]
        except ValueError as fault:
            raise ClientDecodeError("Failed to deserialize object", fault, json.dumps(left)) from fault


async def test_what_can_be_read_is_handled_once_and_the_rest_is_passed() -> None:
    handled: list[int] = []

    async def handle(update: Update) -> None:
        handled.append(update.update_id)

    session = Telegram()
    polling = Polling(Bot(TOKEN, session=session), handle)
    with capture_logs() as lines:
        running = asyncio.create_task(polling.run())
        async with asyncio.timeout(10):
            await session.all_passed.wait()
        polling.stop()
        await running
    assert handled == [7, 9]
    assert [line["update_id"] for line in lines if line["event"] == "update_unreadable"] == [8, 10]
    assert "secret" not in str(lines)
