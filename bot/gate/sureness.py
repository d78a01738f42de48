"""Sureness: what a failed call says of whether anything was sent, and what may be repeated."""

from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import NextRequestMiddlewareType
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import AnswerCallbackQuery, EditMessageText, Response, SendMessage, TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientConnectorError

POSTING = ("send", "copy", "forward")
SENDING = (*POSTING, "edit")
# repeated for a group's new id; messages to edit have stayed at the old one
FOLLOWING = ("send", "get", "leave")


def never_left(fault: BaseException) -> bool:
    """Whether a fault means that nothing was sent: it was not the time, the token was refused, no connection made."""
    return isinstance(fault, TelegramRetryAfter | TelegramUnauthorizedError) or (
        isinstance(fault, TelegramNetworkError) and isinstance(fault.__cause__, ClientConnectorError)
    )


def may_be_repeated(fault: BaseException, method: TelegramMethod[Any]) -> bool:
    """A send whose answer was lost may have been made: its sender knows, from its own row, what to do."""
    return (
        isinstance(fault, TelegramServerError)
        or not method.__api_method__.startswith(POSTING)
        or never_left(fault)
    )


# What aiogram reads an answer by is made anew for each call, in some 7 ms, unless it is still there: pydantic holds it
# weakly, and the next collection of garbage takes it.
_FORMS: dict[type[TelegramMethod[Any]], object] = {}
FREQUENT = (SendMessage, EditMessageText, AnswerCallbackQuery)


def keep_form(method: type[TelegramMethod[Any]]) -> None:
    """Have answers to such calls read by one model from now on."""
    if method not in _FORMS:
        _FORMS[method] = Response[method.__returning__]  # type: ignore[name-defined]  # known when it is called


def in_telegrams_words(
    make_request: NextRequestMiddlewareType[TelegramType],
) -> NextRequestMiddlewareType[TelegramType]:
    """What a proxy says in Telegram's place (a page in HTML, say) is a fault of the network."""

    async def asked(bot: Bot, method: TelegramMethod[TelegramType]) -> Response[TelegramType] | TelegramType:
        try:
            return await make_request(bot, method)
        except ClientDecodeError as fault:
            raise TelegramNetworkError(method, "the answer was not Telegram's") from fault

    return asked


def moved(method: TelegramMethod[TelegramType], chat_id: int) -> TelegramMethod[TelegramType]:
    """The same call for the chat's new id; there what it replied to has another number."""
    changed: dict[str, Any] = {"chat_id": chat_id}
    if hasattr(method, "reply_parameters"):
        changed["reply_parameters"] = None
    return method.model_copy(update=changed)
