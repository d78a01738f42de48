"""Telegram for tests inside the process: a session that takes every call, and updates as Telegram writes them."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import (
    EditMessageText,
    GetMe,
    SendMessage,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import Chat, Message, User

BOT_ID = 4200000001
TOKEN = f"{BOT_ID}:{'A' * 35}"
ME = User(id=BOT_ID, is_bot=True, first_name="Switchboard", username="switchboard_bot")
_updates, _messages = count(1), count(1)


class Session(BaseSession):
    """Remembers what was called; messages get ids, all else is True."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[TelegramMethod[Any]] = []

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        self.calls.append(method)
        answer: Any = True
        if isinstance(method, GetMe):
            answer = ME
        elif isinstance(method, SendMessage | EditMessageText):
            chat = Chat(id=int(method.chat_id or 1), type="private")
            answer = Message(message_id=next(_messages), date=datetime.now(UTC), chat=chat)
        return answer  # type: ignore[no-any-return]  # Any stands for whichever answer the method has

    def stream_content(self, *_args: Any, **_kwargs: Any) -> AsyncGenerator[bytes, None]:
        raise AssertionError("no test fetches a file here")

    async def close(self) -> None:
        """Nothing is open."""


def a_user(user_id: int, **more: Any) -> dict[str, Any]:
    usual = {"id": user_id, "is_bot": False, "first_name": f"Person {user_id}", "language_code": "en"}
    return usual | more


def private(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "type": "private", "first_name": f"Person {user_id}"}


def a_message(user_id: int, **more: Any) -> dict[str, Any]:
    """A message of theirs in their private chat, unless `chat` says where."""
    usual = {
        "message_id": next(_messages),
        "date": int(datetime.now(UTC).timestamp()),
        "chat": private(user_id),
        "from": a_user(user_id),
    }
    return usual | more


def a_press(user_id: int, data: str) -> dict[str, Any]:
    shown = a_message(user_id, text="a card") | {"from": ME.model_dump()}
    return {
        "id": str(next(_updates)),
        "from": a_user(user_id),
        "chat_instance": "1",
        "data": data,
        "message": shown,
    }


def an_update(**what: Any) -> dict[str, Any]:
    return {"update_id": next(_updates), **what}
