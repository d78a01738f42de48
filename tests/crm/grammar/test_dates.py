"""Dates and times: what each form means, and that the clock on the wall and the moment never part."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.grammar.dates import FAR, Due, Moment, find_moment

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # Monday, 12:00 in Moscow


def read(text: str, now: datetime = NOON, zone: ZoneInfo = MOSCOW) -> Moment | None:
    return find_moment(text, now=now, zone=zone)


def shown(text: str, now: datetime = NOON, zone: ZoneInfo = MOSCOW) -> str:
    """The due as a clock on the wall: "03-02 12:20", "03-02", or "-" for none."""
    moment = read(text, now, zone)
    if moment is None:
        return "-"
    day = f"{moment.due.date:%m-%d}"
    return f"{day} {moment.due.time:%H:%M}" if moment.due.time else day


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("in 20 minutes", "03-02 12:20"),
        ("через 20 мин.", "03-02 12:20"),
        ("in an hour", "03-02 13:00"),
        ("через час", "03-02 13:00"),
        ("через  одну минуту", "03-02 12:01"),
        ("in 1h30m", "03-02 13:30"),
        ("через 2 часа 30 минут", "03-02 14:30"),
        ("через 1 час и 5 минут", "03-02 13:05"),
        ("IN 36 HOURS", "03-04 00:00"),
        ("in 0 minutes", "03-02 12:00"),
        ("in 3 days", "03-05"),
        ("через 30 дней", "04-01"),
        ("in 0 days", "03-02"),
        ("in 2 days at 10:00", "03-04 10:00"),
        ("через день в 5", "03-03 17:00"),
    ],
)
def test_after_so_much_time(text: str, due: str) -> None:
    assert shown(text) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("today", "03-02"),
        ("завтра", "03-03"),
        ("на послезавтра", "03-04"),
        ("day after  tomorrow", "03-04"),
        ("завтра в 10:00", "03-03 10:00"),
        ("10:00 завтра", "03-03 10:00"),
        ("tomorrow by 9:30 pm", "03-03 21:30"),
        ("tomorrow 9:30 p.m.", "03-03 21:30"),
        ("завтра в 5:30 вечера", "03-03 17:30"),
        ("завтра в 24:00", "03-04 00:00"),
        ("завтра в 24", "03-04 00:00"),
        ("завтра в 12 ночи", "03-03 00:00"),
    ],
)
def test_a_day_by_name(text: str, due: str) -> None:
    assert shown(text) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("в 5 вечера", "03-02 17:00"),
        ("в 5 часов вечера", "03-02 17:00"),
        ("в 5 утра", "03-03 05:00"),
        ("в 3 дня", "03-02 15:00"),
        ("в 5", "03-02 17:00"),  # the next one on a dial of twelve hours
        ("tomorrow at 5", "03-03 17:00"),  # with a date, the afternoon
        ("at 11", "03-03 11:00"),
        ("at 12", "03-03 12:00"),  # it is 12:00 now
        ("at 12 am", "03-03 00:00"),
        ("at 12 pm", "03-03 12:00"),
        ("в 12 вечера", "03-03 00:00"),
        ("в 24", "03-03 00:00"),
        ("at 0", "03-03 00:00"),
        ("at 13pm", "03-02 13:00"),
        ("at 10 o'clock", "03-03 10:00"),
        ("в 10 часов.", "03-03 10:00"),
    ],
)
def test_an_hour(text: str, due: str) -> None:
    assert shown(text) == due


def test_noon_is_today_while_it_is_ahead() -> None:
    assert shown("at 12", now=NOON - timedelta(hours=1)) == "03-02 12:00"


@pytest.mark.parametrize("text", ["10:00-11:00", "10:00 – 11:00", "с 10:00 до 11:00", "from 10:00 to 11:00"])
def test_of_a_stretch_the_start_is_the_due_and_all_of_it_is_read(text: str) -> None:
    moment = read(text)
    assert moment is not None
    assert moment.due == Due(date(2026, 3, 3), time(10), "Europe/Moscow")
    assert moment.spans == ((0, len(text)),)


@pytest.mark.parametrize(
    "text",
    [
        "в 10% случаев",
        "купить в 2 раза больше",
        "в 3 этаж",
        "в 5 классе",
        "в 5 минутах от дома",
        "в 15-ом доме",
        "at 7-11",
        "at 9th street",
        "at 5 percent",
        "в 8 999 123-45-67",
        "at 10.5",
        "в 2026 году",
        "в 1С",
        "2:1",
        "12:30:45",
        "25:00",
        "at 25",
        "in 5 apples",
        "in D minor",
        "in s",
        "through 5 minutes",
        "on today's list",
        "сегодня-завтра",
        "позавтракать",
        "in 99999 hours",
        "in 3 days 20 minutes",
        "",
        "🙂",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert shown(text) == "-"


def test_letters_that_only_equal_ours_when_case_is_ignored_do_no_harm() -> None:
    assert shown("за\u1c80тра") == "03-03"  # U+1C80, a rounded ve


def test_a_day_named_and_past_is_flagged_and_a_bare_time_is_the_next_one() -> None:
    today, bare = read("today 10:00"), read("10:00")
    assert today is not None
    assert bare is not None
    assert today.is_past
    assert not bare.is_past
    assert bare.due.date == date(2026, 3, 3)


def test_in_30_minutes_across_midnight() -> None:
    assert shown("in 30 minutes", now=datetime(2026, 3, 2, 20, 45, tzinfo=UTC)) == "03-03 00:15"


def test_in_30_minutes_across_the_spring_gap_is_half_an_hour_later() -> None:
    before = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)  # 01:45 in Berlin; at 02:00 it becomes 03:00
    assert shown("in 30 minutes", now=before, zone=BERLIN) == "03-29 03:15"


def test_in_30_minutes_within_the_autumn_fold_is_half_an_hour_later_too() -> None:
    before = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # the first 02:50 in Berlin
    moment = read("in 30 minutes", now=before, zone=BERLIN)
    assert moment is not None
    assert moment.due.time is not None
    assert moment.due.time.fold == 0  # a row keeps no fold
    assert moment.due.at == before + timedelta(minutes=30)
    assert moment.due.time == time(2, 20)  # as clocks in Berlin will show for the second time


def test_a_time_in_the_spring_gap_shifts_forward() -> None:
    gap = Due(date(2026, 3, 29), time(2, 30), "Europe/Berlin")
    assert gap.at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # clocks show 03:30


def test_a_time_in_the_autumn_fold_is_the_first_of_the_two() -> None:
    fold = Due(date(2026, 10, 25), time(2, 30), "Europe/Berlin")
    assert fold.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_tomorrow_is_the_persons_tomorrow_not_the_servers() -> None:
    late = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)  # already Tuesday in Moscow
    assert shown("tomorrow", now=late) == "03-04"
    assert shown("tomorrow", now=late, zone=ZoneInfo("America/New_York")) == "03-03"


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone and adds it
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Europe/Moscow", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"]
).map(ZoneInfo)


@given(now=MOMENTS, zone=ZONES, minutes=st.integers(0, 99_999))
@example(now=datetime(2026, 10, 25, 0, 50, tzinfo=UTC), zone=BERLIN, minutes=30)
@example(now=datetime(2026, 4, 4, 14, 50, tzinfo=UTC), zone=ZoneInfo("Australia/Lord_Howe"), minutes=20)
@example(now=datetime(2026, 11, 1, 4, 20, tzinfo=UTC), zone=ZoneInfo("America/St_Johns"), minutes=15)
def test_so_many_minutes_are_so_many_minutes_in_any_zone_at_any_moment(
    now: datetime, zone: ZoneInfo, minutes: int
) -> None:
    moment = read(f"in {minutes} minutes", now, zone)
    assert moment is not None
    assert moment.due.time is not None
    assert moment.due.time.fold == 0  # a row keeps no fold
    assert moment.due.at == (now + timedelta(minutes=minutes)).replace(microsecond=0)


@given(now=MOMENTS, zone=ZONES, clock=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)))
def test_a_bare_time_is_ahead_and_shows_what_was_typed(now: datetime, zone: ZoneInfo, clock: time) -> None:
    moment = read(f"{clock:%H:%M}", now, zone)
    assert moment is not None
    assert moment.due.time == clock
    assert moment.due.at is not None
    assert timedelta() < moment.due.at - now <= timedelta(hours=50)
    assert not moment.is_past


@given(now=MOMENTS, zone=ZONES, clock=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)))
def test_reading_what_was_read_changes_nothing(now: datetime, zone: ZoneInfo, clock: time) -> None:
    first = read(f"tomorrow at {clock:%H:%M}", now, zone)
    assert first is not None
    again = read(
        f"in {(first.due.date - now.astimezone(zone).date()).days} days {first.due.time:%H:%M}", now, zone
    )
    assert again is not None
    assert again.due == first.due


@given(days=st.integers(0, 99_999))
def test_further_than_ten_years_is_a_slip_of_the_finger(days: int) -> None:
    assert (read(f"in {days} days") is None) is (days > FAR.days)
