"""Quiet hours and days off: what waits, until when, and what does not."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holidays import Calendar
from crm.quiet import Habits, Wait, held_until
from crm.reasons import Why

MOSCOW, BERLIN, NEW_YORK = (ZoneInfo(name) for name in ("Europe/Moscow", "Europe/Berlin", "America/New_York"))
NIGHT = (time(22), time(8))


def at(said: str, zone: ZoneInfo = MOSCOW, fold: int = 0) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("due", "until"),
    [
        ("2026-03-02 21:59:59", None),
        ("2026-03-02 22:00", "2026-03-03 08:00"),
        ("2026-03-03 00:00", "2026-03-03 08:00"),
        ("2026-03-03 07:59", "2026-03-03 08:00"),
        ("2026-03-03 08:00", None),
    ],
)
def test_a_night_over_midnight_is_quiet_to_its_end(due: str, until: str | None) -> None:
    wait = held_until(Habits(MOSCOW, NIGHT), at(due))
    assert wait == (None if until is None else Wait(at(until), Why.QUIET))


def test_quiet_hours_within_a_day_end_that_day() -> None:
    nap = Habits(MOSCOW, (time(13), time(15)))
    assert held_until(nap, at("2026-03-02 14:00")) == Wait(at("2026-03-02 15:00"), Why.QUIET)
    assert held_until(nap, at("2026-03-02 15:00")) is None


def test_they_are_the_clock_of_the_person_not_of_the_server() -> None:
    due = at("2026-03-02 20:00", NEW_YORK)  # four in the morning in Moscow
    assert held_until(Habits(MOSCOW, NIGHT), due) == Wait(at("2026-03-03 08:00"), Why.QUIET)
    assert held_until(Habits(NEW_YORK, NIGHT), due) is None


def test_a_night_that_ends_in_a_gap_ends_when_the_clock_jumps_over_it() -> None:
    night = Habits(BERLIN, (time(22), time(2, 30)))  # 29 March 2026: 02:00 is 03:00
    assert held_until(night, at("2026-03-29 01:00", BERLIN)) == Wait(
        at("2026-03-29 03:30", BERLIN), Why.QUIET
    )


def test_an_hour_that_comes_twice_never_makes_a_wait_into_the_past() -> None:
    night = Habits(BERLIN, (time(22), time(2, 30)))  # 25 October 2026: 02:00–03:00 comes twice
    assert held_until(night, at("2026-10-25 02:10", BERLIN)) == Wait(
        at("2026-10-25 02:30", BERLIN), Why.QUIET
    )
    again = at("2026-10-25 02:10", BERLIN, fold=1)
    assert held_until(night, again) == Wait(at("2026-10-25 02:30", BERLIN, fold=1), Why.QUIET)


def test_only_what_is_patient_waits_for_a_working_day() -> None:
    saturday = at("2026-03-07 09:00")
    assert held_until(Habits(MOSCOW), saturday) is None
    assert held_until(Habits(MOSCOW), saturday, patient=True) == Wait(at("2026-03-09 09:00"), Why.DAY_OFF)
    assert held_until(Habits(MOSCOW, workdays=(6,)), saturday, patient=True) is None


def test_holidays_and_worked_saturdays_of_the_calendar_come_before_the_week() -> None:
    women, saturday = date(2026, 3, 9), date(2026, 3, 14)
    habits = Habits(MOSCOW, calendar=Calendar({women: "8 March"}, frozenset({saturday})))
    assert held_until(habits, at("2026-03-07 09:00"), patient=True) == Wait(
        at("2026-03-10 09:00"), Why.DAY_OFF
    )
    assert held_until(habits, at("2026-03-14 09:00"), patient=True) is None


def test_a_friday_night_waits_through_the_weekend_and_says_why() -> None:
    friday = at("2026-03-06 23:00")
    habits = Habits(MOSCOW, NIGHT)
    assert held_until(habits, friday, patient=True) == Wait(at("2026-03-09 08:00"), Why.DAY_OFF)
    assert held_until(habits, friday) == Wait(at("2026-03-07 08:00"), Why.QUIET)


CLOCKS = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@given(
    due=st.integers(0, 366 * 24 * 60).map(lambda passed: at("2026-01-01") + timedelta(minutes=passed)),
    span=st.tuples(CLOCKS, CLOCKS).filter(lambda one: one[0] != one[1]),
    zone=st.sampled_from((MOSCOW, BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"))),
    patient=st.booleans(),
)
def test_what_has_waited_goes_and_never_waits_into_the_past(
    due: datetime, span: tuple[time, time], zone: ZoneInfo, patient: bool
) -> None:
    habits = Habits(zone, span)
    steps = [due]
    while (wait := held_until(habits, steps[-1], patient=patient)) is not None and len(steps) < 5:
        steps.append(wait.until)
    assert len(steps) < 5
    assert all(one < other for one, other in pairwise(steps))
