"""The gate among replicas: it asks them before it sends, goes on alone without them, and hears Telegram answer."""

from contextlib import suppress
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import AnswerCallbackQuery, GetUpdates, SendMessage, SendMessageDraft, TelegramMethod

from bot.gate import Gate
from crm.sends import BURST, SECOND
from tests.bot.test_gate import Telegram, Time

BOT = cast(Bot, None)


class Replicas:
    """See bot.gate.admission.Shared; says the waits it is given, then that there is room."""

    def __init__(self, *waits: float | None) -> None:
        self.waits = list(waits)
        self.asked: list[tuple[object, bool, bool]] = []
        self.paused: list[tuple[object, float]] = []

    async def take(self, chat_id: object, *, group: bool, only_all: bool) -> float | None:
        self.asked.append((chat_id, group, only_all))
        return self.waits.pop(0) if self.waits else 0

    async def pause(self, chat_id: object, seconds: float) -> None:
        self.paused.append((chat_id, seconds))


def a_gate(replicas: Replicas) -> tuple[Gate, Telegram, Time]:
    time = Time()
    gate = Gate(clock=time, sleep=time.sleep)
    gate.admission.shared = replicas
    return gate, Telegram(time), time


def said(chat_id: int = 7) -> SendMessage:
    return SendMessage(chat_id=chat_id, text="x")


async def test_what_others_have_sent_is_waited_for() -> None:
    replicas = Replicas(2.5, 1)
    gate, telegram, time = a_gate(replicas)
    await gate(telegram, BOT, said(-7))
    assert (telegram.moments, time.slept) == ([3.5], [2.5, 1])
    assert replicas.asked == [(-7, True, False)] * 3


async def test_room_that_others_had_taken_is_not_counted_here() -> None:
    gate, telegram, _time = a_gate(Replicas(*[0.01] * 20))
    for _ in range(BURST):
        await gate(telegram, BOT, said())
    assert max(telegram.moments) == pytest.approx(0.2)  # the others' waits, and none of its own


async def test_without_the_others_it_keeps_its_own_limits() -> None:
    gate, telegram, _time = a_gate(Replicas(*[None] * 99))
    for _ in range(BURST + 1):
        await gate(telegram, BOT, said())
    assert telegram.moments == [*[0] * BURST, 1]


async def test_what_is_known_to_be_full_is_not_asked_about() -> None:
    replicas = Replicas()
    gate, telegram, _time = a_gate(replicas)
    for _ in range(BURST + 1):
        await gate(telegram, BOT, said())
    assert len(replicas.asked) == BURST + 1


async def test_a_draft_asks_for_room_of_the_bot_only_and_is_dropped_without() -> None:
    replicas = Replicas(1.0)
    gate, telegram, time = a_gate(replicas)
    assert await gate(telegram, BOT, SendMessageDraft(chat_id=7, draft_id=1, text="x")) is True
    assert (replicas.asked, telegram.calls, time.slept) == ([(7, False, True)], [], [])


async def test_a_pause_is_told_to_the_others() -> None:
    replicas = Replicas()
    gate, _telegram, time = a_gate(replicas)
    telegram = Telegram(time, lambda method: TelegramRetryAfter(method, "Too Many Requests", 9))
    await gate(telegram, BOT, said())
    assert replicas.paused == [(7, 9)]


async def test_the_answer_to_a_button_asks_nobody() -> None:
    replicas = Replicas()
    gate, telegram, _time = a_gate(replicas)
    await gate(telegram, BOT, AnswerCallbackQuery(callback_query_id="1"))
    assert replicas.asked == []


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        (None, True),
        (TelegramBadRequest(said(), "chat not found"), True),
        (TelegramUnauthorizedError(said(), "Unauthorized"), False),
        (TelegramNetworkError(said(), "lost"), False),
    ],
)
async def test_telegram_is_heard_when_it_answers_and_knows_who_asks(
    fault: Exception | None, heard: bool
) -> None:
    gate, _telegram, time = a_gate(Replicas())
    time.now = 100

    async def telegram(_bot: Bot, _method: TelegramMethod[Any]) -> Any:
        if fault is not None:
            raise fault
        return "answered"

    methods: tuple[TelegramMethod[Any], ...] = (GetUpdates(), said())
    for method in methods:
        gate.heard_at = 0
        with suppress(TelegramAPIError):
            await gate(telegram, BOT, method)
        assert (gate.heard_at == 100) is heard


async def test_room_that_was_taken_so_long_ago_that_it_is_free_again_is_given_back_to_nobody() -> None:
    replicas = Replicas(2.0)  # seconds to wait, which it says after a while
    gate, telegram, time = a_gate(replicas)
    take = replicas.take

    async def slowly(chat_id: object, *, group: bool, only_all: bool) -> float | None:
        if len(replicas.asked) == 0:
            time.now += 2 * SECOND
            gate.admission._rooms.all_wait(time.now)  # somebody else asks
        return await take(chat_id, group=group, only_all=only_all)

    replicas.take = slowly  # type: ignore[method-assign]
    await gate(telegram, BOT, said(-7))
    assert len(telegram.calls) == 1
