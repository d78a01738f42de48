"""Reminders: asked for in one line, claimed with a lease, sent once, and never dropped."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.answers import Answer
from crm.errors import BadInput, NotFound, ToConfirm
from crm.reminders import (
    LEASE,
    RETRY_STEPS,
    TEXT_LIMIT,
    Delivery,
    Reminder,
    ReminderDoors,
    Reminders,
    lateness,
)
from crm.tasks import Tasks
from tests.fakes import MONDAY, FakeClock, FakeReminderDoors, FakeStorage, ReminderRow, an_actor, an_arrival

ANNA = an_actor()


def say(reminder: Reminder) -> Answer:
    return Answer(reminder.text)


def say_done(_: None) -> Answer:
    return Answer(toast="OK")


@pytest.fixture
def storage() -> FakeStorage:
    return FakeStorage()


@pytest.fixture
def reminders(storage: FakeStorage) -> Reminders:
    doors: ReminderDoors = FakeReminderDoors(storage)
    return Reminders(storage, doors)


def the_row(storage: FakeStorage) -> ReminderRow:
    (row,) = storage.state.reminders.values()
    return row


async def claimed(reminders: Reminders, now: datetime) -> Delivery:
    (delivery,) = await reminders.claim(now)
    return delivery


async def test_a_reminder_comes_at_its_time_once(reminders: Reminders, storage: FakeStorage) -> None:
    clock = FakeClock()
    await reminders.create(ANNA, an_arrival(), "in 20 minutes call Anna", say)

    assert not await reminders.claim(clock.move(minutes=19))
    delivery = await claimed(reminders, clock.move(minutes=1))
    assert (delivery.text, delivery.attempts, delivery.actor) == ("call Anna", 1, ANNA)
    assert await reminders.still_ours(delivery)
    assert await reminders.sent(delivery, 555, clock.move(seconds=2))

    assert not await reminders.claim(clock.move(days=1))
    row = the_row(storage)
    assert (row.state, row.telegram_message_id, row.late_seconds) == ("sent", 555, 2)


async def test_what_one_process_claimed_is_hidden_until_its_lease_ends(reminders: Reminders) -> None:
    clock = FakeClock()
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    first = await claimed(reminders, clock.move(minutes=1))
    assert not await reminders.claim(clock.now)

    second = await claimed(reminders, clock.move(seconds=LEASE.total_seconds()))
    assert second.attempts == 2
    assert not await reminders.still_ours(first)
    assert not await reminders.sent(first, 555, clock.now)
    assert await reminders.sent(second, 556, clock.now)


async def test_a_reminder_for_a_day_comes_as_the_workday_starts(
    reminders: Reminders, storage: FakeStorage
) -> None:
    await reminders.create(ANNA, an_arrival(), "tomorrow water the plants", say)
    assert the_row(storage).delivery.due_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)  # 9:00 in Moscow


async def test_the_phone_a_reminder_is_about_is_in_it(reminders: Reminders) -> None:
    answer = await reminders.create(ANNA, an_arrival(), "in 5 minutes call Anna +7 999 123-45-67", say)
    assert answer == Answer("call Anna +79991234567")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "When shall I remind you"),
        ("call Anna", "When shall I remind you"),
        ("in 20 minutes", "What shall I remind you of"),
        (f"in 5 minutes {'x' * 10_000}", f"A reminder fits in {TEXT_LIMIT}"),
    ],
)
async def test_what_cannot_be_a_reminder_is_refused_politely(
    reminders: Reminders, storage: FakeStorage, line: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        await reminders.create(ANNA, an_arrival(), line, say)
    assert not storage.state.reminders
    assert not storage.state.handled


async def test_a_moment_that_has_passed_is_asked_about(reminders: Reminders, storage: FakeStorage) -> None:
    with pytest.raises(ToConfirm, match="already passed"):
        await reminders.create(ANNA, an_arrival(), "today 10:00 call Anna", say)
    assert not storage.state.reminders
    await reminders.create(ANNA, an_arrival(), "today 10:00 call Anna", say, confirmed=True)
    assert storage.state.reminders


async def test_a_failed_sending_is_tried_again_after_longer_and_longer_pauses(reminders: Reminders) -> None:
    clock = FakeClock()
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    clock.move(minutes=1)
    for step in (*RETRY_STEPS, RETRY_STEPS[-1], RETRY_STEPS[-1]):
        delivery = await claimed(reminders, clock.now)
        await reminders.failed(delivery, "502", clock.now, for_good=False)
        assert not await reminders.claim(clock.now + step - timedelta(seconds=2))
        clock.move(seconds=step.total_seconds())
    assert (await claimed(reminders, clock.now)).attempts == len(RETRY_STEPS) + 3


async def test_to_someone_who_blocked_the_bot_nothing_is_tried_again(
    reminders: Reminders, storage: FakeStorage
) -> None:
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    delivery = await claimed(reminders, MONDAY + timedelta(minutes=1))
    await reminders.failed(delivery, "blocked", MONDAY, for_good=True)
    assert (the_row(storage).state, the_row(storage).reason) == ("failed", "blocked")
    assert not await reminders.claim(MONDAY + timedelta(days=1))


async def test_a_task_done_in_the_last_second_reminds_of_nothing(
    reminders: Reminders, storage: FakeStorage
) -> None:
    tasks = Tasks(storage)

    await tasks.create(ANNA, an_arrival(1), "in 1 minute tea", lambda saved: Answer(saved[0].title))
    delivery = await claimed(reminders, MONDAY + timedelta(minutes=1))
    await tasks.complete(
        ANNA, an_arrival(2), storage.task_id(1), MONDAY, lambda done: Answer(done.task.title)
    )
    assert not await reminders.still_ours(delivery)


async def test_whoever_was_removed_meanwhile_is_not_reminded(
    reminders: Reminders, storage: FakeStorage
) -> None:
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    delivery = await claimed(reminders, MONDAY + timedelta(minutes=1))
    storage.remove_member(ANNA)
    assert not await reminders.still_ours(delivery)


async def test_a_skipped_delivery_says_why(reminders: Reminders, storage: FakeStorage) -> None:
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    delivery = await claimed(reminders, MONDAY + timedelta(minutes=1))
    await reminders.skipped(delivery, "task completed")
    assert (the_row(storage).state, the_row(storage).reason) == ("skipped", "task completed")


async def test_got_it_is_written_down(reminders: Reminders, storage: FakeStorage) -> None:
    await reminders.create(ANNA, an_arrival(1), "in 1 minute tea", say)
    delivery_id = the_row(storage).delivery.id
    await reminders.acknowledge(ANNA, an_arrival(2), delivery_id, MONDAY, say_done)
    assert the_row(storage).acknowledged_at == MONDAY


async def test_another_teams_reminder_is_not_there_to_acknowledge(
    reminders: Reminders, storage: FakeStorage
) -> None:
    await reminders.create(ANNA, an_arrival(1), "in 1 minute tea", say)
    stranger = an_actor(workspace_id=2, member_id=2)
    with pytest.raises(NotFound):
        await reminders.acknowledge(stranger, an_arrival(2), the_row(storage).delivery.id, MONDAY, say_done)
    assert the_row(storage).acknowledged_at is None


async def test_lateness_is_said_from_a_minute_on(reminders: Reminders) -> None:
    await reminders.create(ANNA, an_arrival(), "in 1 minute tea", say)
    delivery = await claimed(reminders, MONDAY + timedelta(minutes=1))
    assert lateness(delivery, delivery.due_at + timedelta(seconds=59)) is None
    assert lateness(delivery, delivery.due_at + timedelta(hours=3)) == timedelta(hours=3)
