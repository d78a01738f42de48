"""Reminders under way: few are with Telegram and not written down, so that a kill sends few of them again."""

import asyncio
from typing import Any, cast

from aiogram import Bot
from aiogram.methods import SendMessage, TelegramMethod

from bot.gate import Gate, Priority, sending
from bot.gate.underway import LATELY, MOST, Underway

BOT = cast(Bot, None)  # the gate only passes it on


def said(chat_id: int) -> TelegramMethod[Any]:
    return SendMessage(chat_id=chat_id, text="tea")


class Scene:
    """A gate, and a Telegram that takes everything at once."""

    def __init__(self) -> None:
        self.gate, self.taken = Gate(), list[Any]()

    async def telegram(self, _bot: Bot, method: TelegramMethod[Any]) -> Any:
        self.taken.append(cast(SendMessage, method).chat_id)
        return "sent"

    async def remind(self, chat_id: int, written_down: asyncio.Event) -> None:
        with sending(Priority.REMINDER):
            await self.gate(self.telegram, BOT, said(chat_id))
            await written_down.wait()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_next_reminder_goes_once_the_one_before_is_written_down() -> None:
    scene, first, second = Scene(), asyncio.Event(), asyncio.Event()
    second.set()
    tasks = [asyncio.create_task(scene.remind(1, first)), asyncio.create_task(scene.remind(2, second))]
    await settle()
    assert scene.taken == [1]
    first.set()
    await asyncio.gather(*tasks)
    assert scene.taken == [1, 2]


async def test_an_answer_does_not_wait_for_what_is_written_down() -> None:
    scene, first = Scene(), asyncio.Event()
    task = asyncio.create_task(scene.remind(1, first))
    await settle()
    await scene.gate(scene.telegram, BOT, said(3))
    assert scene.taken == [1, 3]
    first.set()
    await task


async def test_one_that_is_given_up_while_it_waits_keeps_nobody() -> None:
    scene, first, done = Scene(), asyncio.Event(), asyncio.Event()
    done.set()
    one, given_up, last = (
        asyncio.create_task(scene.remind(chat_id, event))
        for chat_id, event in ((1, first), (2, done), (3, done))
    )
    await settle()
    given_up.cancel()
    await settle()
    first.set()
    await asyncio.gather(one, last)
    assert scene.taken == [1, 3]


async def test_the_further_away_telegram_is_the_more_are_under_way_to_keep_the_pace() -> None:
    underway = Underway(30)
    for seconds, most in ((0.010, 1), (0.050, 3), (5.0, MOST)):
        await taken(underway, seconds, times=LATELY)
        assert underway.most == most
    await taken(underway, 0.010)  # the quickest lately says how far away it is
    assert underway.most == 1


async def test_a_young_process_has_one_under_way() -> None:
    underway = Underway(30)
    await taken(underway, 5.0, times=LATELY - 1)
    assert underway.most == 1


async def taken(underway: Underway, seconds: float, *, times: int = 1) -> None:
    for _ in range(times):
        await underway.begin()
        underway.answered(seconds)
        underway.end(taken=True)


async def test_none_begins_while_one_that_telegram_took_is_written_down() -> None:
    underway = Underway(30)
    await taken(underway, 0.050, times=LATELY)
    await underway.begin()
    underway.answered(0.050)
    waiting = asyncio.create_task(underway.begin())
    await settle()
    assert not waiting.done()
    underway.end(taken=True)
    await waiting
