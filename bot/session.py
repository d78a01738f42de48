"""The session: Telegram's answers are read by models that are built once; pydantic would forget them each time."""

from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType


class Session(AiohttpSession):
    """aiogram asks for `Response[…]` anew for each answer, and pydantic holds such a model only as long as somebody
    else does; to build one takes ten times as long as to read an answer by it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._forms: dict[type[TelegramMethod[Any]], object] = {}

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        kind = type(method)
        if kind not in self._forms:
            self._forms[kind] = Response.__class_getitem__(kind.__returning__)
        return super().check_response(bot, method, status_code, content)
