"""The gate's order: who goes first when not everything may, whom a pause concerns, and how much may wait."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.methods import AnswerCallbackQuery, SendMessage, SendMessageDraft, TelegramMethod

from bot.gate import Gate, Priority, never_left, sending
from bot.gate import line as line_module
from crm.sends import BURST, SECOND

BOT = cast(Bot, None)  # the gate only passes it on
Method = TelegramMethod[Any]


class Time:
    """Seconds that pass when all who can go on have gone as far as they can: the next sleeper is woken then."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self.now + seconds, woken))
        await woken.wait()

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    async def pass_until(self, done: Callable[[], bool]) -> None:
        await self.settle()
        while not done():
            assert self._sleepers, "nobody sleeps, and it is not done"
            self._sleepers.sort(key=lambda one: one[0])
            self.now, woken = self._sleepers.pop(0)
            woken.set()
            await self.settle()


class House:
    """A gate, a Telegram that notes what comes and when, and callers who come at once."""

    def __init__(self) -> None:
        self.time = Time()
        self.gate = Gate(clock=self.time, sleep=self.time.sleep)
        self.sent: list[tuple[str, float]] = []
        self.told: dict[object, int] = {}  # chats (or methods) that are told to wait, once each
        self.tasks: list[asyncio.Task[Any]] = []

    async def telegram(self, _bot: Bot, method: Method) -> Any:
        key = getattr(method, "chat_id", None) or method.__api_method__
        if key in self.told:
            raise TelegramRetryAfter(method, "Too Many Requests", self.told.pop(key))
        self.sent.append((getattr(method, "text", None) or method.__api_method__, self.time.now))
        return "sent"

    def comes(self, method: Method, priority: Priority = Priority.ANSWER) -> None:
        _call = self.called(method, priority)

    def called(self, method: Method, priority: Priority = Priority.ANSWER) -> "asyncio.Task[Any]":
        async def call() -> Any:
            with sending(priority):
                return await self.gate(self.telegram, BOT, method)

        task = asyncio.create_task(call())
        self.tasks.append(task)
        return task

    async def all_done(self) -> None:
        await self.time.pass_until(lambda: all(task.done() for task in self.tasks))

    async def fill(self, chat_id: int, texts: int = BURST) -> None:
        for _ in range(texts):
            self.comes(said("before", chat_id))
        await self.all_done()
        self.sent.clear()

    @property
    def order(self) -> list[str]:
        return [text for text, _at in self.sent]


def said(text: str, chat_id: int = 7) -> SendMessage:
    return SendMessage(chat_id=chat_id, text=text)


@pytest.fixture
def house() -> House:
    return House()


async def test_a_button_goes_before_an_answer_and_that_before_a_reminder(house: House) -> None:
    await house.fill(7)
    for priority in (Priority.REMINDER, Priority.ANSWER, Priority.BUTTON):
        house.comes(said(priority.name), priority)
        await house.time.settle()
    await house.all_done()
    assert house.sent == [("BUTTON", 1), ("ANSWER", 2), ("REMINDER", 3)]


async def test_of_the_same_kind_whoever_came_first_goes_first(house: House) -> None:
    await house.fill(7)
    for number in range(5):
        house.comes(said(str(number)))
    await house.all_done()
    assert house.order == list("01234")


async def test_answers_go_before_reminders_of_other_chats_when_the_bot_as_a_whole_is_full(
    house: House,
) -> None:
    for chat in range(1, 31):
        house.comes(said("before", chat))
    await house.all_done()
    house.sent.clear()
    for chat in range(101, 141):
        house.comes(said("reminder", chat), Priority.REMINDER)
    await house.time.settle()
    for chat in range(201, 221):
        house.comes(said("answer", chat))
    await house.all_done()
    answered = [at for text, at in house.sent if text == "answer"]
    reminded = [at for text, at in house.sent if text == "reminder"]
    assert answered == [SECOND] * 20
    assert reminded == pytest.approx([SECOND] * 10 + [2 * SECOND] * 30)


async def test_a_chat_that_must_wait_holds_up_no_other_whatever_its_priority(house: House) -> None:
    house.told[7] = 40
    house.comes(said("late"), Priority.BUTTON)
    await house.time.settle()
    house.comes(said("other", 8), Priority.REMINDER)
    await house.all_done()
    assert house.sent == [("other", 0), ("late", 40)]


async def test_drafts_and_typing_do_not_overtake_whoever_waits(house: House) -> None:
    await house.fill(7)
    house.comes(said("answer"))
    await house.time.settle()
    draft = house.called(SendMessageDraft(chat_id=7, draft_id=1, text="draft"))
    await house.all_done()
    assert house.order == ["answer"]
    assert draft.result() is True
    assert house.gate.outcomes["draft", "dropped"] == 1


async def test_two_chats_told_to_wait_are_two_chats(house: House) -> None:
    house.told |= {1: 30, 2: 30}
    for chat in (1, 2, 3):
        house.comes(said(str(chat), chat))
    await house.all_done()
    assert house.sent == [("3", 0), ("1", 30), ("2", 30)]


async def test_three_chats_told_to_wait_at_once_are_the_whole_bot(house: House) -> None:
    house.told |= {1: 30, 2: 30, 3: 30}
    for chat in (1, 2, 3):
        house.comes(said(str(chat), chat))
    await house.time.settle()
    house.comes(said("another chat", 4))
    house.comes(AnswerCallbackQuery(callback_query_id="1"))
    await house.all_done()
    assert {at for _text, at in house.sent} == {30}


async def test_three_pauses_far_apart_are_three_chats(house: House) -> None:
    for chat in (1, 2, 3):
        house.told[chat] = 30
        house.comes(said(str(chat), chat))
        await house.time.settle()
        house.time.now += 10
    house.comes(said("another chat", 4))
    await house.time.settle()
    assert house.sent == [("another chat", 30)]
    await house.all_done()


async def test_the_line_is_bounded_and_keeps_half_for_people(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "LENGTH", 4)
    monkeypatch.setattr(line_module, "FOR_REMINDERS", 2)
    await house.fill(7)
    reminders = [house.called(said("reminder"), Priority.REMINDER) for _ in range(3)]
    await house.time.settle()
    answers = [house.called(said("answer")) for _ in range(3)]
    await house.time.settle()
    assert house.gate.waiting == 4
    for turned_away in (reminders[2], answers[2]):
        with pytest.raises(TelegramRetryAfter, match="too much is waiting"):
            turned_away.result()
    await house.all_done()
    assert house.order == ["answer", "answer", "reminder", "reminder"]
    assert house.gate.waiting == 0
    assert house.gate.outcomes["reminder", "told to come later"] == 1


async def test_whoever_is_canceled_while_waiting_leaves_the_line(house: House) -> None:
    await house.fill(7)
    waiting = house.called(said("canceled"))
    await house.time.settle()
    assert house.gate.waiting == 1
    waiting.cancel()
    await house.time.settle()
    assert house.gate.waiting == 0


def test_a_refused_token_means_that_nothing_was_sent() -> None:
    assert never_left(TelegramUnauthorizedError(said("x"), "Unauthorized"))
