"""Sending what is due: no more at once than goes out soon, whatever the clocks do, and nothing twice."""

import asyncio
import time as time_module
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter, TelegramServerError
from aiogram.methods import SendMessage

from bot.scheduler import IN_FLIGHT, ReminderClock
from crm.grammar.dates import Due
from crm.lateness import Downtime
from crm.people import Actor
from crm.reminders import NewReminder
from tests.bot.test_scheduler import a_clock
from tests.fakes import MONDAY, FakeClock, FakeStorage, an_actor, an_arrival


class QuickTelegram:
    """Takes every message at once, and counts how many were under way together."""

    id = 42

    def __init__(self) -> None:
        self.said: list[str] = []
        self.fault: Exception | None = None
        self.under_way = self.most = 0
        self.took = asyncio.Event()

    async def send_message(self, _chat_id: int, text: str, **_more: object) -> object:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        if self.fault is not None:
            raise self.fault
        self.said.append(text)
        self.took.set()
        return SimpleNamespace(message_id=len(self.said))


async def with_reminders(storage: FakeStorage, moment: datetime, *people: Actor) -> None:
    for person in people:
        async with storage.transaction(person) as unit:
            due = Due(moment.date(), moment.time(), "UTC")
            await unit.reminders.add(NewReminder("tea", due), person, an_arrival())


async def settled(clock: ReminderClock) -> None:
    while clock._jobs:
        await asyncio.wait(set(clock._jobs))


def a_sender(storage: FakeStorage, telegram: QuickTelegram) -> tuple[ReminderClock, FakeClock]:
    clock = a_clock(storage)
    time = FakeClock()
    clock._clock = time
    clock._post = replace(clock._post, bot=cast(Bot, telegram), clock=time)
    return clock, time


async def test_no_more_is_claimed_than_can_be_sent_soon_and_in_the_end_all_is_sent() -> None:
    storage, telegram = FakeStorage(), QuickTelegram()
    crowd = [
        replace(an_actor(), member_id=number, telegram_user_id=number, telegram_chat_id=number)
        for number in range(1, 251)
    ]
    storage.seat(*crowd)
    await with_reminders(storage, MONDAY, *crowd)
    clock, _time = a_sender(storage, telegram)
    await clock.tick()
    states = Counter(row.state for row in storage.state.reminders.values())
    assert states == {"leased": IN_FLIGHT, "pending": 250 - IN_FLIGHT}
    while any(row.state != "sent" for row in storage.state.reminders.values()):
        await settled(clock)
        assert clock._woken.is_set() or len(telegram.said) == 250  # there is room again: it asks to be woken
        await clock.tick()
    assert len(telegram.said) == 250
    assert telegram.most <= IN_FLIGHT
    assert not clock._held


async def test_a_clock_set_back_sends_nothing_early_and_one_set_forward_nothing_twice() -> None:
    storage, telegram = FakeStorage(), QuickTelegram()
    await with_reminders(storage, MONDAY + timedelta(milliseconds=900), an_actor())
    clock, time = a_sender(storage, telegram)
    await clock.tick()  # claimed, its moment has not come
    time.move(hours=-1)
    await settled(clock)
    assert telegram.said == []
    [row] = storage.state.reminders.values()
    assert row.state == "pending"
    await clock.tick()
    assert [one.state for one in storage.state.reminders.values()] == ["pending"]
    time.move(hours=2)
    for _ in range(3):
        await clock.tick()
        await settled(clock)
    assert len(telegram.said) == 1


async def test_the_zone_of_the_machine_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        time_module.tzset()
        storage, telegram = FakeStorage(), QuickTelegram()
        await with_reminders(storage, MONDAY + timedelta(hours=5), an_actor())
        clock, time = a_sender(storage, telegram)
        time.move(hours=4)
        await clock.tick()
        assert [row.state for row in storage.state.reminders.values()] == ["pending"]
        time.move(hours=1)
        for _ in range(2):
            await clock.tick()
            await settled(clock)
        assert len(telegram.said) == 1
    monkeypatch.undo()
    time_module.tzset()


async def test_lateness_is_counted_of_what_was_sent_alone() -> None:
    storage, telegram = FakeStorage(), QuickTelegram()
    await with_reminders(storage, MONDAY, an_actor())
    clock, _time = a_sender(storage, telegram)
    telegram.fault = TelegramRetryAfter(SendMessage(chat_id=1, text="x"), "wait", 5)

    def counted() -> float:
        return clock._metrics.registry.get_sample_value("switchboard_reminder_lateness_seconds_count") or 0

    await clock.tick()
    await settled(clock)
    assert counted() == 0
    telegram.fault = None
    clock._clock.move(seconds=6)  # type: ignore[attr-defined]  # the test's own clock
    await clock.tick()
    await settled(clock)
    assert counted() == 1


async def test_while_telegram_is_silent_one_message_at_a_time_finds_out() -> None:
    storage, telegram = FakeStorage(), QuickTelegram()
    crowd = [
        replace(an_actor(), member_id=number, telegram_user_id=number, telegram_chat_id=number)
        for number in range(1, 150)
    ]
    storage.seat(*crowd)
    await with_reminders(storage, MONDAY, *crowd)
    clock, _time = a_sender(storage, telegram)
    telegram.fault = TelegramServerError(SendMessage(chat_id=1, text="x"), "Bad Gateway")
    await clock.tick()
    await settled(clock)
    assert sum(row.reason is not None for row in storage.state.reminders.values()) == IN_FLIGHT
    await clock.tick()
    await settled(clock)
    assert sum(row.reason is not None for row in storage.state.reminders.values()) == IN_FLIGHT + 1
    telegram.fault = None
    await clock.tick()
    await settled(clock)
    await clock.tick()
    await settled(clock)
    assert len(telegram.said) == 150 - 1 - IN_FLIGHT - 1


async def test_a_long_sleep_is_told_from_a_short_one() -> None:
    storage = FakeStorage()
    storage.state.alive_at = MONDAY - timedelta(hours=3)
    clock, _time = a_sender(storage, QuickTelegram())
    await clock.tick()
    assert clock._post.downtime == Downtime(MONDAY - timedelta(hours=3), MONDAY)
    again, _time = a_sender(storage, QuickTelegram())
    await again.tick()
    assert again._post.downtime is None


async def test_whoever_is_woken_looks_at_once() -> None:
    storage, telegram = FakeStorage(), QuickTelegram()
    clock, _time = a_sender(storage, telegram)
    watching = asyncio.create_task(clock._watch())
    await asyncio.sleep(0)
    await with_reminders(storage, MONDAY, an_actor())
    clock.wake()
    async with asyncio.timeout(1):  # well before the nap is over
        await telegram.took.wait()
    clock._stopping = True
    clock.wake()
    await watching


async def test_hearing_telegram_before_the_first_look_does_not_hide_a_long_sleep() -> None:
    storage = FakeStorage()
    storage.state.alive_at = MONDAY - timedelta(hours=3)
    clock, _time = a_sender(storage, QuickTelegram())
    await clock.signs.give()
    await clock.tick()
    assert clock._post.downtime == Downtime(MONDAY - timedelta(hours=3), MONDAY)
