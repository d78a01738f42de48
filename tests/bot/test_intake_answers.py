"""Answers on their way: what Telegram does not take is tried again, left to its row, or given up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram.exceptions import (
    TelegramForbiddenError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import SendMessage

from bot.retries import ANSWER
from crm.answers import Answer
from crm.errors import AlreadyHandled, StorageAway
from tests.bot.intakes import SAVED, Handlers, House, Telegram, said, unreachable
from tests.fakes import FakeJournal, FakeStorage


@pytest.fixture
def house() -> House:
    storage = FakeStorage()
    return House(storage, FakeJournal(storage), Telegram(), Handlers(storage), [])


async def test_a_redelivery_sends_the_answer_that_is_owed_and_has_no_second_effect(house: House) -> None:
    house.storage.state.handled[42, 1] = Answer("owed")
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([], ["owed"])
    await house.process().handle(said())
    assert house.telegram.said == ["owed"]


async def test_an_answer_is_not_sent_again_because_its_mark_could_not_be_written(house: House) -> None:
    answered, failures = house.journal.answered, [StorageAway(), StorageAway()]

    async def flaky(bot_id: int, update_id: int) -> None:
        if failures:
            raise failures.pop()
        await answered(bot_id, update_id)

    house.journal.answered = flaky  # type: ignore[method-assign]  # a database that goes away just then
    await house.process().handle(said())
    assert house.telegram.said == ["saved"]
    assert house.storage.state.handled[42, 1] is None


async def test_a_repeat_through_another_process_sends_what_is_owed_once(house: House) -> None:
    house.handlers.before = [AlreadyHandled()]
    house.storage.state.handled.pop((42, 1), None)
    begin = house.journal.begin

    async def begin_then_other(bot_id: int, update_id: int) -> Any:
        begun = await begin(bot_id, update_id)
        house.storage.state.handled.setdefault((bot_id, update_id), Answer("owed"))
        return begun

    house.journal.begin = begin_then_other  # type: ignore[method-assign]  # the other process is quicker
    await house.process().handle(said())
    assert house.telegram.said == ["owed"]


async def test_an_unreachable_telegram_is_waited_for(house: House) -> None:
    house.telegram.faults = [unreachable() for _ in range((ANSWER.tries or 0) + 5)]
    await house.process().handle(said())
    assert house.telegram.said == ["saved"]
    assert max(house.slept) == 10


async def test_a_send_that_may_have_arrived_is_tried_a_few_times_only(house: House) -> None:
    house.telegram.faults = [
        TelegramServerError(SendMessage(chat_id=7, text="x"), "Bad Gateway")
        for _ in range((ANSWER.tries or 0) + 5)
    ]
    await house.process().handle(said())
    assert (house.telegram.said, house.telegram.tries) == ([], ANSWER.tries)
    assert house.storage.state.handled[42, 1] is None  # not owed any more


async def test_retry_after_is_waited_for(house: House) -> None:
    house.telegram.faults = [
        TelegramRetryAfter(SendMessage(chat_id=7, text="x"), "Too Many Requests", 50)
    ] * 9
    await house.process().handle(said())
    assert (house.telegram.said, house.slept) == (["saved"], [50] * 9)


async def test_a_long_retry_after_is_left_to_the_row_and_the_chat_goes_on(house: House) -> None:
    house.telegram.faults = [TelegramRetryAfter(SendMessage(chat_id=7, text="x"), "Too Many Requests", 3600)]
    await house.process().handle(said())
    await house.process().handle(said(2))
    assert (house.telegram.said, house.slept) == (["saved"], [])  # of the second
    [(postponed, until)] = house.journal.postponed.values()
    assert (postponed.update_id, postponed.answer, postponed.tries) == (1, SAVED, 0)
    assert timedelta(minutes=59) < until - datetime.now(UTC) <= timedelta(hours=1)
    assert "text" not in str(postponed.address)  # where to answer, and nobody's words


async def test_a_bug_in_making_the_message_is_reported_and_the_chat_goes_on(house: House) -> None:
    house.telegram.faults = [AttributeError("a bug")]
    reported: list[BaseException] = []
    intake = house.process()
    intake._report = lambda fault, _reference: reported.append(fault)
    await intake.handle(said())
    await intake.handle(said(2))
    assert [str(fault) for fault in reported] == ["a bug"]
    assert house.telegram.said == ["saved"]  # of the second


async def test_a_blocked_chat_is_tried_once(house: House) -> None:
    house.telegram.faults = [TelegramForbiddenError(SendMessage(chat_id=7, text="x"), "blocked")]
    await house.process().handle(said())
    assert (house.telegram.tries, house.slept) == (1, [])
    assert house.storage.state.handled[42, 1] is None
