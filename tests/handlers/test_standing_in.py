"""What an absent member's reminder becomes on its way: to the substitute's chat, in their language, marked as sent."""

import asyncio
from datetime import time, timedelta
from typing import Any

from aiogram import Bot
from aiogram.methods import SendMessage
from aiogram.types import Chat, Message

from crm.answers import Answer
from crm.deliveries import Deliveries
from crm.people import People, Role
from crm.reasons import Why
from crm.settings import PersonSettings
from crm.tasks import Tasks
from handlers.deliveries import Post
from tests.fakes import (
    MONDAY,
    FakeClock,
    FakeDeliveryDoors,
    FakePeopleDoors,
    FakeStorage,
    an_actor,
    an_arrival,
    everybody_stays,
)
from tests.handlers.desk import TOKEN, Recorder

ANNA = an_actor()
BORIS = an_actor(
    person_id=2, telegram_user_id=1002, member_id=2, display_name="Boris", role=Role.MEMBER,
    telegram_chat_id=1002, language="ru",
)  # fmt: skip


class Telegram(Recorder):
    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        answer = await super().make_request(bot, method, timeout)
        is_message = isinstance(method, SendMessage)
        return Message(message_id=7, date=MONDAY, chat=Chat(id=1, type="private")) if is_message else answer


async def delivered(storage: FakeStorage, clock: FakeClock) -> list[SendMessage]:
    """What Telegram is asked to send of all that is due."""
    session = Telegram()
    deliveries = Deliveries(storage, FakeDeliveryDoors(storage))
    presence = everybody_stays(People(storage, FakePeopleDoors(storage), open_to_all=True), clock)
    post = Post(Bot(TOKEN, session=session), deliveries, presence, clock, asyncio.Semaphore(1))
    for delivery in await deliveries.claim(clock()):
        await post.deliver([delivery])
    return [call for call in session.calls if isinstance(call, SendMessage)]


async def a_task_of_annas(storage: FakeStorage, clock: FakeClock) -> None:
    storage.seat(ANNA, BORIS)
    await Tasks(storage).create(
        ANNA, an_arrival(), "in 20 minutes call the bank", lambda _saved: Answer("saved")
    )
    clock.move(minutes=20)


async def test_it_goes_to_the_substitute_in_their_language_and_says_for_whom() -> None:
    storage, clock = FakeStorage(), FakeClock()
    await a_task_of_annas(storage, clock)
    storage.state.absences[ANNA.person_id] = (MONDAY, MONDAY + timedelta(days=7), BORIS.member_id)
    (sent,) = await delivered(storage, clock)
    assert sent.chat_id == BORIS.telegram_chat_id
    assert "За Anna" in sent.text
    (row,) = storage.state.reminders.values()
    assert (row.state, row.telegram_message_id, row.reason) == ("sent", 7, Why.STOOD_IN)


async def test_without_a_substitute_it_waits_and_nothing_is_sent() -> None:
    storage, clock = FakeStorage(), FakeClock()
    await a_task_of_annas(storage, clock)
    back = MONDAY + timedelta(days=7)
    storage.state.absences[ANNA.person_id] = (MONDAY, back, None)
    assert await delivered(storage, clock) == []
    (row,) = storage.state.reminders.values()
    assert (row.state, row.look_at, row.reason) == ("pending", back, Why.AWAY)


async def test_quiet_hours_of_the_substitute_hold_it_too() -> None:
    storage, clock = FakeStorage(), FakeClock()
    await a_task_of_annas(storage, clock)
    storage.state.absences[ANNA.person_id] = (MONDAY, MONDAY + timedelta(days=7), BORIS.member_id)
    storage.state.settings[BORIS.person_id] = PersonSettings(
        "ru", "Europe/Moscow", quiet=(time(12), time(14))
    )
    assert await delivered(storage, clock) == []
    (row,) = storage.state.reminders.values()
    assert row.reason == Why.QUIET
