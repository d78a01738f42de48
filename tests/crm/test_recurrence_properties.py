"""Recurrences over ten years in six zones, beside dateutil: the wall clock is kept, never twice, never skipped.

dateutil draws the days of a rule on a calendar without zones; what its zones say of gaps and folds is compared apart.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from dateutil import tz as dateutil_tz
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.grammar.dates import Due
from crm.recurrence import next_due

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Santiago",  # changes at midnight
    "Asia/Kathmandu",
    "UTC",
)
FIRST, YEARS = date(2024, 1, 1), 10
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # a moment at which nothing was missed
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STEPS = 25  # of a series are walked one by one; then as many of its ten years, picked here and there

clocks = st.one_of(
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    st.builds(time, st.integers(0, 3), st.sampled_from([0, 15, 30, 59])),  # when clocks are changed
)
days = st.dates(FIRST, date(FIRST.year + 1, 12, 31))
zones = st.sampled_from(ZONES)


@st.composite
def rules(draw: st.DrawFn, day: date) -> str:
    """As the grammar makes them, from a first day."""
    every = draw(st.integers(1, 12))
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    rule = f"FREQ={frequency};INTERVAL={every}"
    if frequency == "WEEKLY":
        some = draw(st.sets(st.sampled_from(DAYS), max_size=4)) | {DAYS[day.weekday()]}
        rule += f";BYDAY={','.join(sorted(some, key=DAYS.index))}"
    if frequency == "MONTHLY" and day.day > 28:
        rule += f";BYMONTHDAY={','.join(str(n) for n in range(28, day.day + 1))};BYSETPOS=-1"
    if frequency == "YEARLY" and (day.month, day.day) == (2, 29):
        rule += ";BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"
    return rule


def walk(rule: str, first: Due, until: date, steps: int = STEPS) -> list[Due]:
    dues = [first]
    while len(dues) < steps:
        following = next_due(rule, dues[-1], first, now=LONG_AGO)
        if following is None or following.date >= until:
            break
        dues.append(following)
    return dues


@given(data=st.data(), day=days, clock=clocks, zone=zones)
@settings(max_examples=40, deadline=None)
def test_a_series_is_what_dateutil_draws_on_the_wall_clock_never_twice_and_never_skipped(
    data: st.DataObject, day: date, clock: time, zone: str
) -> None:
    rule, end, first = data.draw(rules(day)), date(day.year + YEARS, 1, 1), Due(day, clock, zone)
    hits = rrulestr(rule, dtstart=datetime.combine(day, clock)).between(
        datetime.combine(day, clock), datetime.combine(end, time()), inc=True
    )
    drawn = [Due(hit.date(), hit.time(), zone) for hit in hits]
    assert walk(rule, first, end) == drawn[:STEPS]
    for place in data.draw(st.lists(st.integers(0, len(drawn) - 2), max_size=10)) if len(drawn) > 1 else ():
        assert next_due(rule, drawn[place], first, now=LONG_AGO) == drawn[place + 1]
    moments = [due.at for due in drawn if due.at is not None]
    assert all(earlier < later for earlier, later in pairwise(moments))


@given(day=st.dates(FIRST, date(FIRST.year + YEARS, 12, 31)), clock=clocks, zone=zones)
@settings(max_examples=200, deadline=None)
def test_a_gap_shifts_forward_and_a_fold_takes_the_first_as_dateutil_has_it(
    day: date, clock: time, zone: str
) -> None:
    theirs = dateutil_tz.gettz(zone)
    assert theirs is not None
    shown = datetime.combine(day, clock, theirs)
    assert Due(day, clock, zone).at == dateutil_tz.resolve_imaginary(shown).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_each_change_of_clocks_in_ten_years_has_one_occurrence_of_a_daily_series_at_its_very_hour(
    zone: str,
) -> None:
    theirs = dateutil_tz.gettz(zone)
    assert theirs is not None
    changes = 0
    for change in changes_of(zone):
        for minutes in (-30, 0, 15, 30, 45):  # in the gap, in the fold, and beside both
            wall = (change + timedelta(minutes=minutes)).replace(second=0)
            start = Due(wall.date() - timedelta(days=1), wall.time(), zone)
            dues = walk("FREQ=DAILY", start, wall.date() + timedelta(days=2))
            assert [(due.date, due.time) for due in dues] == [
                (start.date + timedelta(days=n), wall.time()) for n in range(3)
            ]
            shown = datetime.combine(wall.date(), wall.time(), theirs)
            assert dues[1].at == dateutil_tz.resolve_imaginary(shown).astimezone(UTC)
            lived = [due.at.astimezone(due.zone) for due in dues if due.at is not None]
            assert [day.date() for day in lived] == [start.date + timedelta(days=n) for n in range(3)]
        changes += 1
    assert changes == (0 if zone in ("UTC", "Asia/Kathmandu") else 2 * YEARS)


def changes_of(zone: str) -> list[datetime]:
    """The wall clock at which clocks are changed, by either way, as it was shown until then."""
    here, found = Due(FIRST, time(), zone).zone, []
    hour = datetime(FIRST.year, 1, 1, tzinfo=UTC)
    while hour.year < FIRST.year + YEARS:
        before, after = hour.astimezone(here), (hour + timedelta(hours=1)).astimezone(here)
        if before.utcoffset() != after.utcoffset():
            found.append(before.replace(tzinfo=None, fold=0) + timedelta(hours=1))
        hour += timedelta(hours=1)
    return found


@given(day=days, clock=clocks, zone=zones, missed=st.integers(0, 3650))
@settings(max_examples=40, deadline=None)
def test_whenever_it_is_looked_at_the_next_one_is_the_first_still_ahead(
    day: date, clock: time, zone: str, missed: int
) -> None:
    first = Due(day, clock, zone)
    assert first.at is not None
    now = first.at + timedelta(days=missed, minutes=7)
    following = next_due("FREQ=DAILY", first, first, now=now)
    assert following is not None
    assert following.time == clock
    assert following.at is not None
    assert following.at > now
    before = Due(following.date - timedelta(days=1), clock, zone)
    assert before.at is not None
    assert before.at <= now


@pytest.mark.parametrize("zone", ZONES)
def test_the_31st_is_the_last_of_each_month_for_ten_years_and_comes_back(zone: str) -> None:
    first, months = date(FIRST.year, 1, 31), 12 * YEARS
    dues = walk("FREQ=MONTHLY;BYMONTHDAY=-1", Due(first, time(9), zone), date(2100, 1, 1), months)
    assert [due.date for due in dues] == [first + relativedelta(months=n, day=31) for n in range(months)]
