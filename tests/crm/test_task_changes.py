"""Changes of a task: what one press changes and what it leaves alone; what history tells leads back to the task."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.grammar.dates import Due
from crm.tasks import Priority, RepeatFrom, Status, Task, as_read, restored
from crm.tasks.changed import difference, reading
from crm.tasks.changes import (
    as_text,
    set_assignee,
    set_contact,
    set_date,
    set_priority,
    set_reminders_to,
    set_repeat,
    set_time,
    switch_reminder,
    take_reading,
)
from tests.fakes import MONDAY

MOSCOW, BERLIN = "Europe/Moscow", "Europe/Berlin"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo(MOSCOW))
DAY = date(2026, 3, 5)
BARE = Task(id=1, number=1, title="call Anna", status=Status.NOT_STARTED, created_at=MONDAY, assignee_id=1)
FULL = replace(
    BARE,
    due=Due(DAY, time(10), BERLIN),
    start_date=date(2026, 3, 4),
    priority=Priority.URGENT,
    task_type="call",
    contact_id=7,
    phone="+79991234567",
    labels=("sales",),
    rrule="FREQ=WEEKLY",
    repeat_from=RepeatFrom.COMPLETION,
    duration_minutes=30,
    reminders=(timedelta(hours=1),),
)


def changed(before: Task, after: Task) -> dict[str, Any]:
    names = Task.__dataclass_fields__
    return {name: getattr(after, name) for name in names if getattr(before, name) != getattr(after, name)}


def test_another_day_keeps_the_clock_and_its_zone() -> None:
    after = set_date(date(2026, 3, 9), MOSCOW)(FULL)
    assert changed(FULL, after) == {"due": Due(date(2026, 3, 9), time(10), BERLIN)}
    assert changed(BARE, set_date(DAY, MOSCOW)(BARE)) == {"due": Due(DAY, None, MOSCOW)}


def test_no_day_takes_along_what_hangs_on_it() -> None:
    assert changed(FULL, set_date(None, MOSCOW)(FULL)) == {
        "due": None, "start_date": None, "rrule": None, "reminders": (),
    }  # fmt: skip


def test_another_clock_keeps_the_day_and_none_leaves_the_day_alone() -> None:
    assert changed(FULL, set_time(time(14), MOSCOW, NOON)(FULL)) == {"due": Due(DAY, time(14), BERLIN)}
    assert changed(FULL, set_time(None, MOSCOW, NOON)(FULL)) == {"due": Due(DAY, None, BERLIN)}
    assert set_time(None, MOSCOW, NOON)(BARE) == BARE


@pytest.mark.parametrize(("clock", "day"), [(time(12, 1), 2), (time(12), 3), (time(9), 3)])
def test_a_clock_without_a_day_is_the_next_time_it_shows(clock: time, day: int) -> None:
    assert changed(BARE, set_time(clock, MOSCOW, NOON)(BARE)) == {
        "due": Due(date(2026, 3, day), clock, MOSCOW)
    }


def test_each_plain_field_is_set_alone() -> None:
    assert changed(FULL, set_priority(Priority.LOW)(FULL)) == {"priority": Priority.LOW}
    assert changed(FULL, set_assignee(2)(FULL)) == {"assignee_id": 2}
    assert changed(FULL, set_contact(8)(FULL)) == {"contact_id": 8}
    assert changed(FULL, set_contact(None)(FULL)) == {"contact_id": None}


def test_reminders_are_chosen_one_by_one_from_those_there_are() -> None:
    at_the_time, hour, day = timedelta(0), timedelta(hours=1), timedelta(days=1)
    there = replace(FULL, reminders=(hour,), rings=(at_the_time, hour))
    also = switch_reminder(day)(there)
    assert (also.reminders, also.chosen_reminders) == ((at_the_time, hour, day), True)
    assert switch_reminder(at_the_time)(also).reminders == (hour, day)
    assert set_reminders_to(())(there).reminders == ()


def test_a_rule_counts_from_the_schedule_and_brings_a_day_where_there_was_none() -> None:
    assert changed(FULL, set_repeat("FREQ=DAILY", MOSCOW, NOON)(FULL)) == {
        "rrule": "FREQ=DAILY", "repeat_from": RepeatFrom.SCHEDULE,
    }  # fmt: skip
    today = Due(date(2026, 3, 2), None, MOSCOW)
    assert changed(BARE, set_repeat("FREQ=DAILY", MOSCOW, NOON)(BARE)) == {
        "rrule": "FREQ=DAILY",
        "due": today,
    }
    assert set_repeat(None, MOSCOW, NOON)(BARE) == BARE
    assert set_repeat(None, MOSCOW, NOON)(FULL).due == FULL.due


def test_as_text_all_that_was_typed_is_the_title_and_nothing_more_is_meant() -> None:
    assert as_text("tomorrow 10:00 call Anna !!")(FULL) == replace(
        BARE, title="tomorrow 10:00 call Anna !!", repeat_from=FULL.repeat_from
    )


def test_another_reading_is_taken_by_its_number_and_an_unknown_number_changes_nothing() -> None:
    morning, evening = {"due": f"2026-03-05 05:00 {BERLIN}"}, {"title": "Anna at 5", "due": None}
    task = replace(FULL, readings=(morning, evening))
    assert changed(task, take_reading(0)(task)) == {"due": Due(DAY, time(5), BERLIN)}
    assert changed(task, take_reading(1)(task)) == {"title": "Anna at 5", "due": None}
    assert take_reading(2)(task) == task
    assert take_reading(-1)(task) == task


def test_of_a_contact_history_tells_the_name_too() -> None:
    before, after = replace(FULL, contact_name="Anna"), replace(FULL, contact_id=8, contact_name="Boris")
    assert difference(before, after) == {"contact_id": [7, 8], "contact": ["Anna", "Boris"]}


minutes = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
dues = st.builds(Due, days, st.one_of(st.none(), minutes), st.sampled_from([MOSCOW, BERLIN, "UTC"]))
tasks = st.builds(
    Task,
    id=st.just(1),
    number=st.just(1),
    created_at=st.just(MONDAY),
    status=st.sampled_from(Status),
    title=st.text(max_size=20),
    due=st.one_of(st.none(), dues),
    priority=st.sampled_from(Priority),
    task_type=st.sampled_from(["todo", "call"]),
    assignee_id=st.one_of(st.none(), st.integers(1, 9)),
    contact_id=st.one_of(st.none(), st.integers(1, 9)),
    phone=st.sampled_from([None, "+79991234567"]),
    labels=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    rrule=st.sampled_from([None, "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO"]),
    repeat_from=st.sampled_from(RepeatFrom),
    start_date=st.one_of(st.none(), days),
    duration_minutes=st.one_of(st.none(), st.integers(1, 600)),
    reminders=st.lists(st.integers(1, 10_000).map(lambda n: timedelta(minutes=n)), max_size=3).map(tuple),
)


@given(before=tasks, after=tasks)
def test_what_history_tells_of_a_change_leads_back(before: Task, after: Task) -> None:
    told = difference(before, after)
    assert restored(after, told) == before
    assert (told == {}) == (before == after)


@given(default=tasks, other=tasks)
def test_a_reading_leads_from_the_default_to_the_other(default: Task, other: Task) -> None:
    other = replace(other, status=default.status)
    assert as_read(default, reading(default, other, {})) == other
