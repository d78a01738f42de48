"""On the loop: no filter of ours is handed to a thread."""

import threading
from typing import Any

from aiogram import F, Router
from aiogram.types import Message

from handlers import build_router
from handlers.on_the_loop import ask_on_the_loop, filters_of


def a_message(text: str) -> Message:
    chat = {"id": 1, "type": "private", "first_name": "Anna"}
    return Message.model_validate({"message_id": 1, "date": 1, "chat": chat, "text": text})


async def answer(_message: Message) -> None: ...


async def test_filters_are_asked_in_the_thread_of_the_loop() -> None:
    asked_in: list[threading.Thread] = []

    def is_met(_message: Message, word: str) -> dict[str, Any]:
        asked_in.append(threading.current_thread())
        return {"words": word}

    root, within = Router(), Router()
    root.include_router(within)
    within.message.register(answer, F.text == "hello", is_met)
    ask_on_the_loop(root)
    (handler,) = within.message.handlers
    assert (await handler.check(a_message("good day"), word="x"))[0] is False
    assert await handler.check(a_message("hello"), word="x", other="y") == (
        True,
        {"word": "x", "other": "y", "words": "x"},
    )
    assert asked_in == [threading.main_thread()]


def test_none_of_the_bots_own_is_handed_to_a_thread() -> None:
    filters = list(filters_of(build_router()))
    assert len(filters) > 300
    assert all(one.awaitable for one in filters)
