"""Deliveries: claimed with a lease, sent once, and never dropped."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crm.answers import Answer
from crm.deliveries import LEASE, RETRY_STEPS, Deliveries, Delivery, DeliveryDoors
from crm.lateness import lateness
from crm.reminders import Reminder, Reminders
from crm.tasks import Tasks
from tests.fakes import (
    MONDAY,
    FakeClock,
    FakeDeliveryDoors,
    FakeStorage,
    ReminderRow,
    an_actor,
    an_arrival,
    is_ready,
)

ANNA = an_actor()


def say(reminder: Reminder) -> Answer:
    return Answer(reminder.text)


@pytest.fixture
def reminders(storage: FakeStorage) -> Reminders:
    return Reminders(storage)


@pytest.fixture
def deliveries(storage: FakeStorage) -> Deliveries:
    doors: DeliveryDoors = FakeDeliveryDoors(storage)
    return Deliveries(storage, doors)


def the_row(storage: FakeStorage) -> ReminderRow:
    (row,) = storage.state.reminders.values()
    return row


async def claimed(deliveries: Deliveries, now: datetime) -> Delivery:
    (delivery,) = await deliveries.claim(now)
    return delivery


async def test_a_reminder_comes_at_its_time_once(
    reminders: Reminders, deliveries: Deliveries, storage: FakeStorage
) -> None:
    clock = FakeClock()
    await reminders.create(ANNA, an_arrival(), "in 20 minutes call Anna", say)

    assert not await deliveries.claim(clock.move(minutes=19))
    delivery = await claimed(deliveries, clock.move(minutes=1))
    assert (delivery.text, delivery.attempts, delivery.actor) == ("call Anna", 1, ANNA)
    assert await is_ready(deliveries, delivery)
    assert await deliveries.sent(delivery, 555, clock.move(seconds=2))

    assert not await deliveries.claim(clock.move(days=1))
    row = the_row(storage)
    assert (row.state, row.telegram_message_id, row.late_seconds) == ("sent", 555, 2)


async def test_what_one_process_claimed_is_hidden_until_its_lease_ends(
    reminders: Reminders, deliveries: Deliveries
) -> None:
    clock = FakeClock()
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    first = await claimed(deliveries, clock.move(minutes=1))
    assert not await deliveries.claim(clock.now)

    second = await claimed(deliveries, clock.move(seconds=LEASE.total_seconds()))
    assert second.attempts == 2
    assert not await is_ready(deliveries, first)
    assert not await deliveries.sent(first, 555, clock.now)
    assert await deliveries.sent(second, 556, clock.now)


async def test_a_failed_sending_is_tried_again_after_longer_and_longer_pauses(
    reminders: Reminders, deliveries: Deliveries
) -> None:
    clock = FakeClock()
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    clock.move(minutes=1)
    for step in (*RETRY_STEPS, RETRY_STEPS[-1], RETRY_STEPS[-1]):
        delivery = await claimed(deliveries, clock.now)
        await deliveries.failed(delivery, "502", clock.now, for_good=False)
        assert not await deliveries.claim(clock.now + step - timedelta(seconds=2))
        clock.move(seconds=step.total_seconds())
    assert (await claimed(deliveries, clock.now)).attempts == len(RETRY_STEPS) + 3


async def test_to_someone_who_blocked_the_bot_nothing_is_tried_again(
    reminders: Reminders, deliveries: Deliveries, storage: FakeStorage
) -> None:
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    delivery = await claimed(deliveries, MONDAY + timedelta(minutes=1))
    await deliveries.failed(delivery, "blocked", MONDAY, for_good=True)
    assert (the_row(storage).state, the_row(storage).reason) == ("failed", "blocked")
    assert not await deliveries.claim(MONDAY + timedelta(days=1))


async def test_a_task_done_in_the_last_second_reminds_of_nothing(
    reminders: Reminders, deliveries: Deliveries, storage: FakeStorage
) -> None:
    tasks = Tasks(storage)

    await tasks.create(ANNA, an_arrival(1), "in 1 minute tea", lambda saved: Answer(saved[0].title))
    delivery = await claimed(deliveries, MONDAY + timedelta(minutes=1))
    await tasks.complete(
        ANNA, an_arrival(2), storage.task_id(1), MONDAY, lambda done: Answer(done.task.title)
    )
    assert not await is_ready(deliveries, delivery)


async def test_whoever_was_removed_meanwhile_is_not_reminded(
    reminders: Reminders, deliveries: Deliveries, storage: FakeStorage
) -> None:
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    delivery = await claimed(deliveries, MONDAY + timedelta(minutes=1))
    storage.remove_member(ANNA)
    assert not await is_ready(deliveries, delivery)


async def test_a_skipped_delivery_says_why(
    reminders: Reminders, deliveries: Deliveries, storage: FakeStorage
) -> None:
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    delivery = await claimed(deliveries, MONDAY + timedelta(minutes=1))
    await deliveries.skipped(delivery, "task completed")
    assert (the_row(storage).state, the_row(storage).reason) == ("skipped", "task completed")


async def test_lateness_is_said_from_a_minute_on(reminders: Reminders, deliveries: Deliveries) -> None:
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    delivery = await claimed(deliveries, MONDAY + timedelta(minutes=1))
    assert lateness(delivery, delivery.due_at + timedelta(seconds=59)) is None
    assert lateness(delivery, delivery.due_at + timedelta(hours=3)) == timedelta(hours=3)


async def test_who_lost_the_lease_tells_nobody_that_it_could_not_be_delivered(
    storage: FakeStorage, deliveries: Deliveries
) -> None:
    boss = an_actor(person_id=2, telegram_user_id=1002, member_id=2, display_name="Boss")
    storage.seat(ANNA, boss)
    await Tasks(storage).create(ANNA, an_arrival(), "in 5 minutes job", lambda _saved: Answer("ok"))
    delivery = await claimed(deliveries, MONDAY + timedelta(minutes=5))
    lost = replace(delivery, lease="lost", assigner_id=boss.member_id)
    await deliveries.undelivered(lost, "blocked", MONDAY)
    assert [row.state for row in storage.state.reminders.values()] == ["leased"]
