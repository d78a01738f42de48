"""Intake: an effect once, the answer that is owed, and what happens to an update that ends its process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast

import pytest
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import SendMessage
from aiogram.types import Update
from aiohttp import ClientConnectorError
from aiohttp.client_reqrep import ConnectionKey

from bot.intake import ATTEMPTS, Intake
from bot.retries import ANSWER, EFFECT
from crm.answers import Answer
from crm.errors import AlreadyHandled, StorageAway
from tests.fakes import FakeJournal, FakeStorage

SAVED = Answer("saved")
Act = Callable[[], Awaitable[Answer | None]]


@dataclass
class Sent:
    message_id: int = 1


@dataclass
class Telegram:
    """A bot that notes what it says; `faults` come first."""

    id: int = 42
    faults: list[Exception] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    tries: int = 0

    async def send_message(self, _chat_id: int, text: str, **_more: Any) -> Sent:
        self.tries += 1
        if self.faults:
            raise self.faults.pop(0)
        self.said.append(text)
        return Sent()


class Handlers:
    """A dispatcher whose handler has an effect that is committed with its answer; `before` and `after` may fail."""

    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.effects: list[int] = []
        self.before: list[Exception] = []
        self.after: list[Exception] = []

    async def feed_update(self, bot: Telegram, update: Update) -> Answer:
        if self.before:
            raise self.before.pop(0)
        key = (bot.id, update.update_id)
        if key in self.storage.state.handled:
            raise AlreadyHandled
        self.effects.append(update.update_id)
        self.storage.state.handled[key] = SAVED
        if self.after:
            raise self.after.pop(0)
        return SAVED


@dataclass
class House:
    storage: FakeStorage
    journal: FakeJournal
    telegram: Telegram
    handlers: Handlers
    slept: list[float]

    def process(self) -> Intake:
        """A process over these rows; another one is what comes after a kill."""

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            if len(self.slept) == 8:  # by then PostgreSQL is back
                self.storage.away = False
            await asyncio.sleep(0)

        bot, dispatcher = cast(Bot, self.telegram), cast(Dispatcher, self.handlers)
        return Intake(bot, dispatcher, self.journal, sleep=sleep)


@pytest.fixture
def house() -> House:
    storage = FakeStorage()
    return House(storage, FakeJournal(storage), Telegram(), Handlers(storage), [])


def said(update_id: int = 1, chat_id: int = 7) -> Update:
    body = {"message_id": 1, "date": 0, "chat": {"id": chat_id, "type": "private"}, "text": "x"}
    return Update.model_validate({"update_id": update_id, "message": body})


def unreachable() -> TelegramNetworkError:
    fault = TelegramNetworkError(SendMessage(chat_id=7, text="x"), "refused")
    key = ConnectionKey("api.telegram.org", 443, True, True, None, None, None)
    fault.__cause__ = ClientConnectorError(key, ConnectionRefusedError(111, "refused"))
    return fault


async def test_an_update_has_its_effect_and_its_answer(house: House) -> None:
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_a_redelivery_of_what_was_answered_says_nothing(house: House) -> None:
    await house.process().handle(said())
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_a_redelivery_sends_the_answer_that_is_owed_and_has_no_second_effect(house: House) -> None:
    house.storage.state.handled[42, 1] = Answer("owed")
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([], ["owed"])
    await house.process().handle(said())
    assert house.telegram.said == ["owed"]


async def test_five_ended_processes_and_the_update_is_recorded_and_passed(house: House) -> None:
    await house.journal.begin(42, 1)  # and the process ends
    for _ in range(ATTEMPTS - 1):
        await house.journal.count_attempt(42, 1)  # and again
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([], [])
    assert (await house.journal.begin(42, 1)).handled


async def test_one_ended_process_less_and_it_is_tried(house: House) -> None:
    await house.journal.begin(42, 1)
    for _ in range(ATTEMPTS - 2):
        await house.journal.count_attempt(42, 1)
    await house.process().handle(said())
    assert house.telegram.said == ["saved"]


async def test_what_only_waited_while_another_ended_the_process_is_not_passed_with_it(house: House) -> None:
    effects: list[int] = []

    async def feed_update(bot: Telegram, update: Update) -> Answer:
        if update.update_id == 1:
            await asyncio.Event().wait()  # until the process ends
        effects.append(update.update_id)
        house.storage.state.handled[bot.id, update.update_id] = SAVED
        return SAVED

    house.handlers.feed_update = feed_update  # type: ignore[method-assign]  # one that ends processes
    for number in (1, 2, 3):
        await house.journal.begin(42, number)  # all were under way as it ended the process first
    for _ in range(ATTEMPTS):
        intake = house.process()
        tasks = [asyncio.create_task(intake.handle(said(number, chat_id=number))) for number in (1, 2, 3)]
        for _turn in range(30):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(effects) == [2, 3]
    assert (await house.journal.begin(42, 1)).handled  # passed


async def test_a_second_attempt_runs_alone(house: House) -> None:
    running: set[int] = set()
    together: list[set[int]] = []
    gates = {number: asyncio.Event() for number in (1, 2, 3)}

    async def feed_update(_bot: Telegram, update: Update) -> None:
        running.add(update.update_id)
        together.append(set(running))
        await gates[update.update_id].wait()
        running.discard(update.update_id)

    house.handlers.feed_update = feed_update  # type: ignore[assignment, method-assign]  # one that can be held
    await house.journal.begin(42, 2)  # ended its process once
    intake = house.process()
    tasks = [asyncio.create_task(intake.handle(said(number, chat_id=number))) for number in (1, 2, 3)]
    for number in (1, 2, 3):
        for _ in range(20):
            await asyncio.sleep(0)
        gates[number].set()
    await asyncio.gather(*tasks)
    assert {2} in together
    assert all(group == {2} for group in together if 2 in group)


async def test_first_attempts_run_side_by_side(house: House) -> None:
    both = asyncio.Barrier(2)

    async def feed_update(_bot: Telegram, _update: Update) -> None:
        await both.wait()

    house.handlers.feed_update = feed_update  # type: ignore[assignment, method-assign]  # ends only with company
    intake = house.process()
    async with asyncio.timeout(5):
        await asyncio.gather(intake.handle(said(1)), intake.handle(said(2, chat_id=8)))


async def test_while_postgresql_is_away_an_update_waits_and_is_handled_once(house: House) -> None:
    house.storage.away = True
    await house.process().handle(said())
    assert house.slept[:6] == [0.5, 1, 2, 4, 8, 10]
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_postgresql_gone_again_and_again_in_one_process_loses_no_update(house: House) -> None:
    """What is counted are ends of the process, not the times a database went away under an update."""
    house.handlers.before = [StorageAway() for _ in range(ATTEMPTS + 2)]
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_a_commit_whose_reply_was_lost_is_answered_and_not_repeated(house: House) -> None:
    house.handlers.after = [StorageAway()]
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


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


async def test_a_fault_that_nobody_answers_is_tried_a_few_times_and_then_passed(house: House) -> None:
    house.handlers.before = [ValueError() for _ in range(EFFECT.tries or 0)]
    await house.process().handle(said())
    assert house.handlers.effects == []
    assert (await house.journal.begin(42, 1)).handled


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


async def test_an_update_of_a_kind_that_is_not_known_is_passed_like_any_other(house: House) -> None:
    update = Update.model_validate({"update_id": 1, "something_new": {"id": 1}})
    await house.process().handle(update)
    assert house.handlers.effects == [1]


async def test_whoever_writes_while_postgresql_is_away_is_told_and_its_return_is_noticed(
    house: House,
) -> None:
    class Outage:
        told: ClassVar[list[int]] = []
        over = 0

        async def tell(self, _bot: Bot, update: Update) -> None:
            self.told.append(update.update_id)

        def is_over(self) -> None:
            self.over += 1

    house.storage.away = True
    process, outage = house.process(), Outage()
    process._outage = cast("Any", outage)
    await process.handle(said(1))
    assert set(outage.told) == {1}  # at each try: whom was told is the outage's to know
    assert outage.over == 1
    assert house.telegram.said == ["saved"]
