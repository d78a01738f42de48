"""Recurrence: what repeats comes again on the wall clock of its zone, never in the past and never twice."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.grammar.dates import Due
from crm.recurrence import next_due

BERLIN = (
    "Europe/Berlin"  # its clocks went forward on 29 March 2026 at 02:00 and go back on 25 October at 03:00
)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # a moment at which nothing was missed
MONTHLY_31ST = "FREQ=MONTHLY;BYMONTHDAY=-1"
LEAP_DAY = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"


def on(day: str, clock: str | None = None, tz: str = BERLIN) -> Due:
    return Due(date.fromisoformat(day), time.fromisoformat(clock) if clock else None, tz)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def series(rule: str, first: Due, limit: int = 10) -> list[str]:
    """The occurrences from the first on, as they are told on the wall clock."""
    dues: list[Due] = [first]
    while len(dues) < limit:
        following = next_due(rule, dues[-1], first, now=LONG_AGO)
        if following is None:
            break
        dues.append(following)
    return [f"{due.date}{f' {due.time:%H:%M}' if due.time else ''}" for due in dues]


def test_every_week_is_the_same_day_and_clock() -> None:
    weeks = series("FREQ=WEEKLY", on("2026-03-20", "10:00"), 3)
    assert weeks == ["2026-03-20 10:00", "2026-03-27 10:00", "2026-04-03 10:00"]


def test_several_days_of_every_second_week() -> None:
    days = series("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", on("2026-03-02"), 4)
    assert days == ["2026-03-02", "2026-03-06", "2026-03-16", "2026-03-20"]


def test_a_clamped_31st_comes_back() -> None:
    months = series(MONTHLY_31ST, on("2026-01-31", "09:00"), 5)
    assert [day[5:10] for day in months] == ["01-31", "02-28", "03-31", "04-30", "05-31"]


def test_the_30th_is_the_last_of_february_only() -> None:
    months = series("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", on("2026-01-30"), 4)
    assert months == ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30"]


def test_the_29th_of_february_is_the_28th_in_other_years_and_comes_back() -> None:
    assert series(LEAP_DAY, on("2024-02-29"), 5) == [
        "2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29",
    ]  # fmt: skip


def test_a_count_ends_it() -> None:
    assert series("FREQ=DAILY;COUNT=3", on("2026-03-02", "10:00")) == [
        "2026-03-02 10:00", "2026-03-03 10:00", "2026-03-04 10:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260304T225959Z", "2026-03-04"),  # 4 March to its end in Berlin
        ("20260304T230000Z", "2026-03-05"),  # midnight of the 5th there, while the 4th by UTC
        ("20260304", "2026-03-04"),
    ],
)
def test_an_end_is_the_day_it_is_in_the_zone(until: str, last: str) -> None:
    assert series(f"FREQ=DAILY;UNTIL={until}", on("2026-03-02", "00:00"))[-1] == f"{last} 00:00"


def test_the_day_of_an_end_is_the_last_even_late_in_it() -> None:
    assert series("FREQ=DAILY;UNTIL=20260303", on("2026-03-02", "23:30"))[-1] == "2026-03-03 23:30"


def test_every_five_hours_counts_from_the_first_across_midnight() -> None:
    assert series("FREQ=HOURLY;INTERVAL=5", on("2026-03-02", "10:00"), 6) == [
        "2026-03-02 10:00", "2026-03-02 15:00", "2026-03-02 20:00",
        "2026-03-03 01:00", "2026-03-03 06:00", "2026-03-03 11:00",
    ]  # fmt: skip


def test_a_count_of_hours_ends_too() -> None:
    assert series("FREQ=HOURLY;COUNT=3", on("2026-03-02", "10:00"))[-1] == "2026-03-02 12:00"


def test_a_clock_that_was_changed_stays_changed() -> None:
    moved = next_due("FREQ=DAILY", on("2026-03-03", "17:30"), on("2026-03-02", "10:00"), now=LONG_AGO)
    assert moved == on("2026-03-04", "17:30")


def test_the_wall_clock_is_kept_over_a_gap_and_shifts_on_its_day_alone() -> None:
    first = on("2026-03-28", "02:30")
    gap = next_due("FREQ=DAILY", first, first, now=LONG_AGO)
    assert gap == on("2026-03-29", "02:30")
    assert gap.at == at("2026-03-29T01:30")  # the clocks show 03:30
    after = next_due("FREQ=DAILY", gap, first, now=LONG_AGO)
    assert after == on("2026-03-30", "02:30")
    assert after.at == at("2026-03-30T00:30")


def test_the_wall_clock_is_kept_over_a_fold_and_the_first_pass_is_meant() -> None:
    first = on("2026-10-24", "02:30")
    fold = next_due("FREQ=DAILY", first, first, now=LONG_AGO)
    assert fold == on("2026-10-25", "02:30")
    assert fold.at == at("2026-10-25T00:30")
    after = next_due("FREQ=DAILY", fold, first, now=LONG_AGO)
    assert after is not None
    assert after.at == at("2026-10-26T01:30")


def test_missed_ones_are_skipped_to_the_next_still_ahead() -> None:
    first, now = on("2026-03-02", "10:00"), at("2026-03-20T12:00")  # a Friday
    assert next_due("FREQ=WEEKLY", first, first, now=now) == on("2026-03-23", "10:00")


def test_today_is_still_ahead_for_one_without_a_time_and_past_when_its_minute_has_come() -> None:
    now = at("2026-03-09T09:00")  # 10:00 in Berlin, a Monday
    untimed, timed = on("2026-03-02"), on("2026-03-02", "10:00")
    assert next_due("FREQ=WEEKLY", untimed, untimed, now=now) == on("2026-03-09")
    assert next_due("FREQ=WEEKLY", timed, timed, now=now) == on("2026-03-16", "10:00")
    sooner = now - timedelta(seconds=1)
    assert next_due("FREQ=WEEKLY", timed, timed, now=sooner) == on("2026-03-09", "10:00")


def test_what_was_missed_counts() -> None:
    first = on("2026-03-02", "10:00")
    assert next_due("FREQ=DAILY;COUNT=3", first, first, now=at("2026-03-20T12:00")) is None


def test_from_completion_counts_from_the_day_it_was_done() -> None:
    due, late = on("2026-03-02", "10:00"), at("2026-03-05T23:30")  # the 6th in Berlin
    following = next_due("FREQ=DAILY;INTERVAL=3", due, due, now=late, from_completion=True)
    assert following == on("2026-03-09", "10:00")


def test_from_completion_one_done_early_is_not_asked_for_on_its_own_day_again() -> None:
    due = on("2026-03-10")
    early = next_due("FREQ=WEEKLY", due, due, now=at("2026-03-03T09:00"), from_completion=True)
    assert early == on("2026-03-17")


FREQUENCIES = ("HOURLY", "DAILY", "WEEKLY", "MONTHLY;BYMONTHDAY=-1", "YEARLY;BYMONTH=2;BYMONTHDAY=-1")


@given(
    frequency=st.sampled_from(FREQUENCIES),
    interval=st.integers(1, 30),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    clock=st.one_of(st.none(), st.times().map(lambda clock: clock.replace(second=0, microsecond=0))),
    tz=st.sampled_from([BERLIN, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
    passed=st.timedeltas(timedelta(days=-30), timedelta(days=60)),
    from_completion=st.booleans(),
)
def test_the_next_one_is_always_after_this_one_and_not_in_the_past(
    frequency: str,
    interval: int,
    day: date,
    clock: time | None,
    tz: str,
    passed: timedelta,
    from_completion: bool,
) -> None:
    if frequency == "HOURLY" and clock is None:
        clock = time(9)  # what repeats by the hour has a time
    first = due = Due(day, clock, tz)
    now = datetime.combine(day, clock or time(), UTC) + passed
    told = [datetime.combine(day, clock or time())]
    for _ in range(3):
        following = next_due(
            f"FREQ={frequency};INTERVAL={interval}", due, first, now=now, from_completion=from_completion
        )
        assert following is not None
        if following.at is None:
            assert following.date >= now.astimezone(due.zone).date()
        else:
            assert following.at > now
        told.append(datetime.combine(following.date, following.time or time()))
        due = following
    assert all(earlier < later for earlier, later in pairwise(told))
    if frequency != "HOURLY":
        assert due.time == clock
