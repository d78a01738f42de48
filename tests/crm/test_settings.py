"""Settings: each read from a button or from what a person typed, each refused with what to type instead."""

from datetime import time

import pytest

from crm.answers import Answer
from crm.errors import AlreadyHandled, BadInput
from crm.settings import DateOrder, PersonSettings, Section, Settings, changed, differences
from tests.fakes import FakeStorage, an_actor, an_arrival

ANNA = an_actor()
USUAL = PersonSettings("en", "Europe/Moscow")


def say(after: PersonSettings) -> Answer:
    return Answer(after.timezone)


@pytest.mark.parametrize(
    ("value", "quiet"),
    [
        ("22-8", (time(22), time(8))),
        ("22:30–07:00", (time(22, 30), time(7))),
        ("с 23 до 7", (time(23), time(7))),
        ("from 10pm to 8 am", (time(22), time(8))),
        ("12am-6am", (time(0), time(6))),
        ("22.15-24", (time(22, 15), time(0))),
        ("off", None),
        ("ВЫКЛ", None),
    ],
)
def test_quiet_hours_are_read(value: str, quiet: tuple[time, time] | None) -> None:
    assert changed(USUAL, Section.QUIET, value).quiet == quiet


@pytest.mark.parametrize(
    ("section", "value"),
    [
        (Section.LANGUAGE, "de"),
        (Section.ZONE, "Атлантида"),
        (Section.DATES, "31.12"),
        (Section.QUIET, "22"),
        (Section.QUIET, "22-22"),
        (Section.QUIET, "25-8"),
        (Section.QUIET, "13pm-8am"),
        (Section.QUIET, "buy milk"),
        (Section.DAYS, "89"),
        (Section.DAYS, "-12345"),
        (Section.HOURS, "18-9"),
        (Section.HOURS, "9"),
        (Section.MORNING, "8-9"),
        (Section.EVENING, "20:75"),
        (Section.HOLIDAYS, "Нарния"),
        (Section.WEEKLY, "maybe"),
    ],
)
async def test_what_can_not_be_read_is_refused_and_changes_nothing(section: Section, value: str) -> None:
    storage = FakeStorage()
    with pytest.raises(BadInput):
        await Settings(storage).change(ANNA, an_arrival(), section, value, say)
    assert not storage.state.settings
    assert not storage.state.handled


def test_days_are_put_in_and_out() -> None:
    assert changed(USUAL, Section.DAYS, "+6").workdays == (1, 2, 3, 4, 5, 6)
    assert changed(USUAL, Section.DAYS, "-1").workdays == (2, 3, 4, 5)
    assert changed(USUAL, Section.DAYS, "+1") == USUAL


async def test_a_change_is_kept_answered_and_in_history_with_old_and_new() -> None:
    storage = FakeStorage()
    answer = await Settings(storage).change(ANNA, an_arrival(), Section.ZONE, "Tokyo", say)
    assert answer == Answer("Asia/Tokyo")
    assert (await Settings(storage).show(ANNA)).timezone == "Asia/Tokyo"
    (line,) = storage.state.activity
    assert (line.entity, line.action) == ("settings", "changed")
    assert line.changes == {"timezone": ["Europe/Moscow", "Asia/Tokyo"]}


async def test_choosing_what_was_chosen_is_answered_and_leaves_no_line() -> None:
    storage = FakeStorage()
    await Settings(storage).change(ANNA, an_arrival(), Section.ZONE, "Moscow", say)
    assert not storage.state.activity
    with pytest.raises(AlreadyHandled):
        await Settings(storage).change(ANNA, an_arrival(), Section.ZONE, "Tokyo", say)


def test_differences_are_plain_data() -> None:
    after = changed(changed(USUAL, Section.QUIET, "22-8"), Section.DATES, DateOrder.DAY_FIRST)
    assert differences(USUAL, after) == {"quiet": [None, ["22:00", "08:00"]], "date_order": [None, "DMY"]}
