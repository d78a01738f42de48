"""Polling: a lane for each chat, an offset that passes only what is finished, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramConflictError,
    TelegramNetworkError,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetUpdates
from aiogram.types import Update
from structlog.testing import capture_logs

from bot import polling as polling_module
from bot.polling import CONFLICTS, Polling, PollingStopped

Fault = Callable[[], Exception]
CONFLICT: Fault = lambda: TelegramConflictError(GetUpdates(), "Conflict: terminated by other getUpdates")  # noqa: E731 - a row of faults reads better in a line each
AWAY: Fault = lambda: TelegramNetworkError(GetUpdates(), "refused")  # noqa: E731
BROKEN: Fault = lambda: TelegramServerError(GetUpdates(), "Bad Gateway")  # noqa: E731
REFUSED: Fault = lambda: TelegramUnauthorizedError(GetUpdates(), "Unauthorized")  # noqa: E731


class Telegram:
    """getUpdates over a queue: what is at or past the offset, at most a hundred, a wait when there is nothing."""

    def __init__(self, updates: Sequence[Update] = (), faults: Sequence[Fault] = ()) -> None:
        self.updates = list(updates)
        self.faults = list(faults)
        self.offsets: list[int] = []
        self.turns = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look again, for whoever waits."""
        self._woken.set()

    async def get_updates(self, *, offset: int, timeout: int, **_more: Any) -> list[Update]:
        self.offsets.append(offset)
        if self.turns and len(self.offsets) % 2:
            raise CONFLICT()
        if self.faults:
            raise self.faults.pop(0)()
        ready = [update for update in self.updates if update.update_id >= offset][: 1 if self.turns else 100]
        if not ready and timeout:
            await self._woken.wait()
            self._woken.clear()
        return ready


class Desk:
    """Where updates are handled: `held` ones wait until they are let go."""

    def __init__(self, *held: int) -> None:
        self.holding = {number: asyncio.Event() for number in held}
        self.begun: list[int] = []
        self.finished: list[int] = []

    async def handle(self, update: Update) -> None:
        self.begun.append(update.update_id)
        if update.update_id in self.holding:
            await self.holding[update.update_id].wait()
        self.finished.append(update.update_id)


def said(update_id: int, chat_id: int = 7) -> Update:
    chat = {"id": chat_id, "type": "private"}
    body = {"message_id": update_id, "date": 0, "chat": chat, "text": "x"}
    return Update.model_validate({"update_id": update_id, "message": body})


async def no_sleep(_seconds: float) -> None:
    await asyncio.sleep(0)


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop turn until it holds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - what is looked at has no event of its own
            await asyncio.sleep(0)


async def polled(
    telegram: Telegram, desk: Desk, then: Callable[[Polling], Awaitable[None]], **more: Any
) -> Polling:
    """Polling until `then` is through, and stopped."""
    polling = Polling(cast(Bot, telegram), desk.handle, sleep=no_sleep, **more)
    running = asyncio.create_task(polling.run())
    try:
        await then(polling)
    finally:
        polling.stop()
        with suppress(PollingStopped):
            await running
    return polling


async def test_a_chat_is_handled_in_order() -> None:
    desk = Desk(1)

    async def then(_polling: Polling) -> None:
        await until(lambda: desk.begun == [1])
        desk.holding[1].set()
        await until(lambda: len(desk.finished) == 3)

    await polled(Telegram([said(1), said(2), said(3)]), desk, then)
    assert desk.begun == desk.finished == [1, 2, 3]


async def test_a_slow_chat_does_not_hold_another() -> None:
    desk = Desk(1)

    async def then(_polling: Polling) -> None:
        await until(lambda: desk.finished == [3, 4])
        assert desk.begun == [1, 3, 4]  # 2 is of the slow chat
        desk.holding[1].set()
        await until(lambda: desk.finished == [3, 4, 1, 2])

    await polled(Telegram([said(1, 7), said(2, 7), said(3, 8), said(4, 9)]), desk, then)


async def test_a_stop_button_is_never_behind_what_it_should_stop() -> None:
    desk = Desk(1)
    pressed = {
        "update_id": 2,
        "stopped_message_generation": {"chat": {"id": 7, "type": "private"}, "draft_id": 5},
    }

    async def then(_polling: Polling) -> None:
        await until(lambda: desk.finished == [2])
        desk.holding[1].set()

    await polled(Telegram([said(1), Update.model_validate(pressed)]), desk, then)


async def test_the_offset_passes_only_what_is_finished() -> None:
    telegram, desk = Telegram([said(1, 7), said(2, 8), said(3, 9)]), Desk(2)

    async def then(polling: Polling) -> None:
        await until(lambda: desk.finished == [1, 3])
        assert polling.offset == 2
        await until(lambda: telegram.offsets[-1] == 2)
        desk.holding[2].set()
        await until(lambda: polling.offset == 4)
        await until(lambda: telegram.offsets[-1] == 4)

    await polled(telegram, desk, then)
    assert desk.begun == [1, 2, 3]  # fetched again meanwhile, taken up once


async def test_an_update_left_unfinished_holds_the_offset_and_only_its_chat() -> None:
    telegram, finished = Telegram([said(1, 7), said(2, 8)]), []

    async def handle(update: Update) -> None:
        if update.update_id == 1:
            raise OSError
        finished.append(update.update_id)

    desk = Desk()
    desk.handle = handle  # type: ignore[method-assign]  # a desk that fails

    async def then(polling: Polling) -> None:
        await until(lambda: finished == [2])
        assert polling.offset == 1

    await polled(telegram, desk, then)
    assert telegram.offsets[-1] == 1


async def test_beyond_the_window_the_loop_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling_module, "WINDOW", 3)
    telegram, desk = Telegram([said(n, chat_id=n) for n in range(1, 4)]), Desk(1, 2, 3)

    async def then(_polling: Polling) -> None:
        await until(lambda: len(desk.begun) == 3)
        asked = len(telegram.offsets)
        telegram.updates.append(said(4, 4))
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(telegram.offsets) == asked
        desk.holding[1].set()
        await until(lambda: 4 in desk.finished)
        desk.holding[2].set()
        desk.holding[3].set()

    await polled(telegram, desk, then)


async def test_a_stop_is_heard_with_the_window_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling_module, "WINDOW", 1)
    monkeypatch.setattr(polling_module, "DRAIN", 0.05)
    telegram, desk = Telegram([said(1)]), Desk(1)

    async def then(_polling: Polling) -> None:
        await until(lambda: desk.begun == [1])

    async with asyncio.timeout(5):
        polling = await polled(telegram, desk, then)
    assert polling.offset == 1  # not finished, so Telegram gives it again


async def test_a_stop_lets_what_is_under_way_finish_and_confirms_it() -> None:
    telegram, desk = Telegram([said(1, 7), said(2, 7), said(3, 8)]), Desk(1)

    async def then(polling: Polling) -> None:
        await until(lambda: desk.finished == [3])
        polling.stop()
        await asyncio.sleep(0)
        desk.holding[1].set()

    await polled(telegram, desk, then)
    assert desk.finished == [3, 1]  # 2 was not begun
    assert telegram.offsets[-1] == 2


async def test_three_conflicts_end_it_with_one_line() -> None:
    telegram = Telegram(faults=[CONFLICT] * 3)
    with pytest.raises(PollingStopped, match=r"^BOT_TOKEN: another process already answers.*$") as stopped:
        await Polling(cast(Bot, telegram), Desk().handle, sleep=no_sleep).run()
    assert "\n" not in str(stopped.value)


async def test_a_conflict_that_passes_is_no_end() -> None:
    """As in a restart where the old process is just ending."""
    telegram, desk = Telegram([said(1)], faults=[CONFLICT, CONFLICT]), Desk()

    async def then(_polling: Polling) -> None:
        await until(lambda: desk.finished == [1])

    await polled(telegram, desk, then)


async def test_whoever_was_there_first_holds_out_longer() -> None:
    telegram, desk = Telegram([said(1)]), Desk()

    async def then(_polling: Polling) -> None:
        await until(lambda: desk.finished == [1])
        telegram.faults += [CONFLICT] * CONFLICTS
        telegram.wake()
        await until(lambda: not telegram.faults)
        telegram.updates.append(said(2))
        telegram.wake()
        await until(lambda: desk.finished == [1, 2])

    await polled(telegram, desk, then)


async def test_conflicts_between_successes_of_a_busy_bot_end_it_too() -> None:
    desk, telegram = Desk(), Telegram()
    for number in range(1, 50):
        telegram.updates.append(said(number))
    telegram.turns = True  # a conflict, a success, a conflict, and so on
    with pytest.raises(PollingStopped, match="another process"):
        await Polling(cast(Bot, telegram), desk.handle, sleep=no_sleep).run()
    assert desk.finished


async def test_a_token_refused_before_the_first_answer_is_tried_again_too() -> None:
    """The start has met Telegram by it: whoever changed it since can make it good again."""
    telegram, desk = Telegram([said(1)], faults=[AWAY, REFUSED, REFUSED]), Desk()

    async def then(_polling: Polling) -> None:
        await until(lambda: desk.finished == [1])

    await polled(telegram, desk, then)


async def test_a_token_that_worked_and_is_refused_now_is_said_once_and_tried_again() -> None:
    telegram, desk, slept = Telegram([said(1)]), Desk(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async def then(polling: Polling) -> None:
        polling._sleep = sleep
        await until(lambda: desk.finished == [1])
        telegram.faults += [REFUSED] * 6
        telegram.wake()
        await until(lambda: not telegram.faults)
        telegram.updates.append(said(2))
        telegram.wake()
        await until(lambda: desk.finished == [1, 2])

    with capture_logs() as lines:
        await polled(telegram, desk, then)
    assert slept == [2, 4, 8, 16, 30, 30]
    assert [line["event"] for line in lines] == ["token_refused", "telegram_answers_again"]


@pytest.mark.parametrize("fault", [AWAY, BROKEN])
async def test_a_telegram_that_is_away_is_asked_again(fault: Fault) -> None:
    telegram, desk = Telegram([said(1)], faults=[fault] * 7), Desk()

    async def then(polling: Polling) -> None:
        await until(lambda: desk.finished == [1])
        assert polling.alive_at > 0

    await polled(telegram, desk, then)
