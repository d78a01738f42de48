"""Reminders: asked for in one line, taken back, and read."""

from datetime import UTC, datetime

import pytest

from crm.answers import Answer
from crm.errors import BadInput, ToConfirm
from crm.reminders import (
    TEXT_LIMIT,
    Reminder,
    Reminders,
)
from tests.fakes import FakeStorage, ReminderRow, an_actor, an_arrival

ANNA = an_actor()


def say(reminder: Reminder) -> Answer:
    return Answer(reminder.text)


@pytest.fixture
def reminders(storage: FakeStorage) -> Reminders:
    return Reminders(storage)


def the_row(storage: FakeStorage) -> ReminderRow:
    (row,) = storage.state.reminders.values()
    return row


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
