"""An update that can't be read is passed and logged; it neither ends the polling nor takes others along."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramNetworkError
from aiogram.methods import GetUpdates, TelegramMethod
from aiogram.types import Update
from structlog.testing import capture_logs

from bot.gate import Gate
from bot.polling import Handle, Polling, RawUpdates
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
        self.instead: list[str] = []  # what somebody between us and Telegram says
        self.faults: list[Exception] = []  # of looks at what can't be read

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if not isinstance(method, GetUpdates | RawUpdates):
            return await super().make_request(bot, method, timeout)
        self.calls.append(method)
        if self.instead:
            asked: TelegramMethod[Any] = method
            self.check_response(bot, asked, 200, self.instead.pop(0))
        if self.faults and isinstance(method, RawUpdates):
            raise self.faults.pop(0)
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


async def poll(session: Telegram, handle: Handle) -> list[MutableMapping[str, Any]]:
    """Until all has passed, through the gate as in the bot; what was logged."""
    session.middleware(Gate())
    polling = Polling(Bot(TOKEN, session=session), handle, sleep=at_once)
    with capture_logs() as lines:
        running = asyncio.create_task(polling.run())
        async with asyncio.timeout(10):
            await asyncio.wait(
                {running, asyncio.create_task(session.all_passed.wait())}, return_when=asyncio.FIRST_COMPLETED
            )
        polling.stop()
        await running
    return lines


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize("instead", ["<html>Bad gateway</html>", '{"error": "overloaded"}'])
async def test_a_page_in_telegrams_place_is_a_network_that_is_away(instead: str) -> None:
    session = Telegram()
    session.instead = [instead] * 3  # the first is asked for once more, as it might be an update
    handled: list[int] = []

    async def handle(update: Update) -> None:
        handled.append(update.update_id)

    lines = await poll(session, handle)
    assert handled == [7, 9]
    assert [line["event"] for line in lines if line["event"].startswith("telegram")] == [
        "telegram_unreachable", "telegram_answers_again",
    ]  # fmt: skip


async def test_a_network_that_fails_while_an_update_is_looked_at_ends_nothing() -> None:
    session = Telegram()
    session.faults = [TelegramNetworkError(GetUpdates(), "reset")]
    handled: list[int] = []

    async def handle(update: Update) -> None:
        handled.append(update.update_id)

    await poll(session, handle)
    assert handled == [7, 9]


async def test_what_can_be_read_is_handled_once_and_the_rest_is_passed() -> None:
    handled: list[int] = []

    async def handle(update: Update) -> None:
        handled.append(update.update_id)

    session = Telegram()
    lines = await poll(session, handle)
    assert handled == [7, 9]
    assert [line["update_id"] for line in lines if line["event"] == "update_unreadable"] == [8, 10]
    assert "secret" not in str(lines)
