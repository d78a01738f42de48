"""The scheduler: what is due is sent at its moment, once, and a stop gives back what only waited."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

from aiogram import Bot
from structlog.contextvars import get_contextvars

from bot.postponed import PostponedAnswers
from bot.reports import Reports
from bot.scheduler import ReminderClock
from crm.answers import Answer
from crm.deliveries import Deliveries, Delivery
from crm.grammar.dates import Due
from crm.people import People
from crm.presence import Presence
from crm.reminders import NewReminder
from crm.updates import Postponed
from tests.fakes import (
    MONDAY,
    FakeClock,
    FakeDeliveryDoors,
    FakeJournal,
    FakePeopleDoors,
    FakeStorage,
    an_actor,
    an_arrival,
    everybody_stays,
)
from tests.telegram import a_message

BOT = cast(Bot, None)  # nothing is sent here


def a_clock(storage: FakeStorage) -> ReminderClock:
    people = People(storage, FakePeopleDoors(storage), open_to_all=True)
    deliveries = Deliveries(storage, FakeDeliveryDoors(storage))
    presence = everybody_stays(people, FakeClock())
    return ReminderClock(BOT, deliveries, presence, FakeClock())


async def test_postgresql_away_is_no_fault_of_the_look() -> None:
    storage = FakeStorage()
    storage.away = True
    clock = a_clock(storage)
    clock._reports = cast(Reports, None)  # whatever is reported is a fault
    await clock.tick()


async def test_a_stop_gives_back_what_only_waited_for_its_moment() -> None:
    storage, clock = FakeStorage(), FakeClock()
    async with storage.transaction(an_actor()) as unit:
        moment = MONDAY + timedelta(seconds=1)
        soon = Due(moment.date(), moment.time(), "UTC")
        await unit.reminders.add(NewReminder("tea", soon), an_actor(), an_arrival())
    one = a_clock(storage)
    await one.tick()
    [row] = storage.state.reminders.values()
    assert row.state == "leased"
    await one.stop()
    [row] = storage.state.reminders.values()
    assert row.state == "pending"
    assert len(await Deliveries(storage, FakeDeliveryDoors(storage)).claim(clock())) == 1


async def test_none_goes_out_while_a_stop_gives_back_another() -> None:
    storage, telegram = FakeStorage(), SlowTelegram()
    async with storage.transaction(an_actor()) as unit:
        for part in (1, 2):
            moment = MONDAY + timedelta(milliseconds=20 * part)
            due = Due(moment.date(), moment.time(), "UTC")
            who = an_actor(person_id=part, member_id=part, chat_id=part, telegram_chat_id=1000 + part)
            await unit.reminders.add(NewReminder(f"tea {part}", due), who, an_arrival())
    one = a_clock(storage)
    one._post = replace(one._post, bot=cast(Bot, telegram))
    await one.tick()
    release = one._deliveries.release

    async def slowly(delivery: Delivery) -> None:
        cast(FakeClock, one._clock).move(seconds=1)  # the moment of the other has come
        await asyncio.wait([asyncio.create_task(telegram.asked.wait())], timeout=0.1)
        await release(delivery)

    one._deliveries.release = slowly  # type: ignore[method-assign]  # PostgreSQL takes its time
    await one.stop()
    assert not telegram.asked.is_set()
    assert [row.state for row in storage.state.reminders.values()] == ["pending", "pending"]


async def test_what_was_lost_while_it_waited_and_claimed_again_goes_by_the_new_lease() -> None:
    storage = FakeStorage()
    one = await a_clock_that_holds(storage, MONDAY + timedelta(seconds=1), BOT)
    lose_lease(storage)
    await one.tick()
    await one.stop()
    [row] = storage.state.reminders.values()
    assert row.state == "pending"  # given back, which only the holder of the lease can do


async def test_what_was_lost_on_its_way_and_claimed_again_is_sent_once_and_marked() -> None:
    storage, telegram = FakeStorage(), SlowTelegram()
    one = await a_clock_that_holds(storage, MONDAY, cast(Bot, telegram))
    await telegram.asked.wait()
    lose_lease(storage)
    await one.tick()
    telegram.go.set()
    while one._jobs:
        await asyncio.wait(one._jobs)
    [row] = storage.state.reminders.values()
    assert (row.state, telegram.said) == ("sent", ["⏰ tea"])


async def a_clock_that_holds(storage: FakeStorage, moment: datetime, bot: Bot) -> ReminderClock:
    async with storage.transaction(an_actor()) as unit:
        due = Due(moment.date(), moment.time(), "UTC")
        await unit.reminders.add(NewReminder("tea", due), an_actor(), an_arrival())
    one = a_clock(storage)
    one._post = replace(one._post, bot=bot)
    await one.tick()
    return one


def lose_lease(storage: FakeStorage) -> None:
    """Another process took it back to pending, as the lease had run out."""
    for key, row in storage.state.reminders.items():
        lost = replace(row.delivery, lease="")
        storage.state.reminders[key] = replace(row, delivery=lost, state="pending", look_at=MONDAY)


async def test_a_stop_waits_for_a_postponed_answer_that_is_on_its_way_and_begins_no_other() -> None:
    storage, now = FakeStorage(), datetime.now(UTC)
    journal, telegram = FakeJournal(storage), SlowTelegram()
    for update_id in (1, 2):
        address = {"update_id": update_id, "message": a_message(7)}
        await journal.postpone(42, Postponed(update_id, address, Answer(f"answer {update_id}")), now)
    clock = a_clock(storage)
    clock._postponed = PostponedAnswers(cast(Bot, telegram), journal, lambda: now)
    looking = asyncio.create_task(clock.answer())
    await telegram.asked.wait()
    looking.cancel()  # as the shutdown of APScheduler does
    stopping = asyncio.create_task(clock.stop())
    await asyncio.sleep(0)
    telegram.go.set()
    await stopping
    assert telegram.said == ["answer 1"]
    assert list(journal.postponed) == [2]


class SlowTelegram:
    """Takes what is sent once it may `go`."""

    id = 42

    def __init__(self) -> None:
        self.asked, self.go = asyncio.Event(), asyncio.Event()
        self.said: list[str] = []

    async def send_message(self, _chat_id: int, text: str, **_more: object) -> object:
        self.asked.set()
        await self.go.wait()
        self.said.append(text)
        return SimpleNamespace(message_id=1)


async def test_the_look_is_on_the_plan_each_second() -> None:
    clock = a_clock(FakeStorage())
    clock._clock = lambda: datetime.now(UTC)
    clock.start()
    [look] = [job for job in clock._scheduler.get_jobs() if job.name.endswith(".tick")]
    assert look.trigger.interval == timedelta(seconds=1)
    await clock.stop()


async def test_a_fault_while_sending_is_reported_with_its_kind_of_chat_and_ends_nothing() -> None:
    storage = FakeStorage()
    clock = a_clock(storage)
    reported: list[tuple[str, str, object]] = []

    def report(fault: BaseException, reference: str) -> None:
        reported.append((str(fault), reference, get_contextvars()["chat"]))

    clock._reports = cast(Reports, report)
    delivery = Delivery(1, "lease", 1, MONDAY, "text", replace(an_actor(), from_group=True), None, None)
    clock._post = replace(clock._post, presence=cast(Presence, None))  # whatever is asked of it is a fault
    await clock._fire([delivery])
    [(fault, reference, chat)] = reported
    assert "lasts" in fault
    assert len(reference) == 8
    assert chat == "private"


async def test_a_fault_of_the_look_itself_is_reported_and_the_next_look_comes() -> None:
    storage = FakeStorage()
    clock = a_clock(storage)
    reported: list[BaseException] = []
    clock._reports = cast(Reports, lambda fault, _reference: reported.append(fault))
    clock._deliveries, deliveries = cast(Deliveries, None), clock._deliveries
    await clock.tick()
    assert len(reported) == 1
    clock._deliveries = deliveries
    await clock.tick()
    assert len(reported) == 1
