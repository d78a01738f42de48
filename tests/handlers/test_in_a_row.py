"""In a row: all handlers in their order, and no filter in a thread."""

import threading
from typing import Any

import pytest
from aiogram import F, Router
from aiogram.dispatcher.event.bases import UNHANDLED, SkipHandler
from aiogram.types import Message, TelegramObject

from handlers import build_router
from handlers.in_a_row import filters_of, in_a_row


def a_message(text: str) -> Message:
    chat = {"id": 1, "type": "private", "first_name": "Anna"}
    return Message.model_validate({"message_id": 1, "date": 1, "chat": chat, "text": text})


async def asked(router: Router, text: str, **given: Any) -> Any:
    return await router.propagate_event("message", a_message(text), **given)


async def test_handlers_below_are_asked_in_the_order_of_their_routers() -> None:
    root, first, within, second = (Router() for _ in range(4))
    root.include_routers(first, second)
    first.include_router(within)

    async def skip(_message: Message) -> None:
        raise SkipHandler

    async def deep(_message: Message) -> str:
        return "deep"

    async def last(_message: Message) -> str:
        return "last"

    second.message.register(last)
    within.message.register(deep, F.text == "deep")
    first.message.register(skip, F.text == "deep")
    row = in_a_row(root)
    assert not row.sub_routers
    for router in (root, row):
        assert [await asked(router, text) for text in ("deep", "else")] == ["deep", "last"]
    second.message.handlers.clear()
    assert await asked(row, "else") == "last"
    assert await asked(root, "else") is UNHANDLED


async def test_filters_are_asked_in_the_thread_of_the_loop_and_given_what_they_name() -> None:
    asked_in: list[threading.Thread] = []

    def is_met(_message: Message, word: str) -> dict[str, Any]:
        asked_in.append(threading.current_thread())
        return {"words": word}

    async def answer(_message: Message, words: str) -> str:
        return words

    root, within = Router(), Router()
    root.include_router(within)
    within.message.register(answer, F.text == "hello", is_met)
    row = in_a_row(root)
    assert await asked(row, "good day", word="x") is UNHANDLED
    assert await asked(row, "hello", word="x", other="y") == "x"
    assert asked_in == [threading.main_thread()]


@pytest.mark.parametrize("kind", ["filter", "outer_middleware", "middleware"])
def test_what_would_get_lost_is_refused(kind: str) -> None:
    async def middleware(_handler: Any, _event: TelegramObject, _data: dict[str, Any]) -> None: ...

    root, within = Router(), Router()
    root.include_router(within)
    getattr(within.message, kind)(F.text if kind == "filter" else middleware)
    with pytest.raises(ValueError, match="before all of them"):
        in_a_row(root)


def test_none_of_the_bots_own_filters_is_handed_to_a_thread() -> None:
    filters = list(filters_of(build_router()))
    assert len(filters) > 300
    assert all(one.awaitable for one in filters)
