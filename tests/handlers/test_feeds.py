"""Calendars: what icalendar and another program's library (vobject) read of them, and the card of the address."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from crm.feeds import FeedTask, events, feed_hash, rest_of
from crm.grammar.dates import Due
from handlers.feeds.calendars import calendar_of
from tests.handlers.desk import Desk

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def a_task(due: Due, **more: Any) -> FeedTask:
    usual = FeedTask(
        id=7, number=42, title="Счёт; для «Ромашки», срочно", description="line\nline", status="not_started", due=due,
        updated_at=AT,
    )  # fmt: skip
    return replace(usual, **more)


def a_series(rule: str, due: Due, first: Due | None = None, **more: Any) -> FeedTask:
    return a_task(due, rrule=rule, series_id=3, first=first or due, **more)


def entries(*tasks: FeedTask) -> list[Any]:
    return list(Calendar.from_ical(calendar_of(events(tasks))).walk("VEVENT"))


def starts(*tasks: FeedTask, count: int = 6) -> list[str]:
    """The days on which vobject's own reckoning puts the entries, in order."""
    calendar = vobject.readOne(calendar_of(events(tasks)).decode())
    found = []
    for entry in calendar.vevent_list:
        rule = entry.getrruleset(addRDate=True)
        found += [hit for hit, _ in zip(rule, range(count), strict=False)] if rule else [entry.dtstart.value]
    return sorted(
        f"{hit:%Y-%m-%d %H:%M}" if isinstance(hit, datetime) else f"{hit:%Y-%m-%d}" for hit in found
    )


def test_a_timed_task_is_an_event_on_the_wall_of_its_zone() -> None:
    (entry,) = entries(
        a_task(Due(date(2026, 7, 1), time(9), BERLIN), reminders=(timedelta(hours=1), timedelta(0)))
    )
    assert entry["UID"] == "task-7@switchboard"
    assert entry["SUMMARY"] == "Счёт; для «Ромашки», срочно"
    assert entry.decoded("DTSTART") == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert entry["DTSTART"].params["TZID"] == BERLIN
    assert entry.decoded("DURATION") == timedelta(minutes=30)
    assert [alarm.decoded("TRIGGER") for alarm in entry.walk("VALARM")] == [timedelta(0), -timedelta(hours=1)]
    content = calendar_of(events([a_task(Due(date(2026, 7, 1), time(9), BERLIN))])).decode()
    assert "BEGIN:VTIMEZONE" in content
    assert "TZID:Europe/Berlin" in content
    read = vobject.readOne(content).vevent.dtstart.value
    assert read.astimezone(UTC) == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_a_task_of_a_day_is_all_day_and_reminds_before_its_working_day() -> None:
    (entry,) = entries(a_task(Due(date(2026, 11, 25), None, BERLIN), reminders=(timedelta(hours=15),)))
    assert entry.decoded("DTSTART") == date(2026, 11, 25)
    assert entry.decoded("DTEND") == date(2026, 11, 26)
    assert [alarm.decoded("TRIGGER") for alarm in entry.walk("VALARM")] == [-timedelta(hours=15)]


@pytest.mark.parametrize(
    ("status", "told", "title"),
    [("not_started", "CONFIRMED", "tea"), ("deferred", "TENTATIVE", "tea"), ("canceled", "CANCELLED", "tea"),
     ("completed", "CONFIRMED", "✓ tea")],
)  # fmt: skip
def test_the_status_is_said(status: str, told: str, title: str) -> None:
    reminders = (timedelta(0),)
    (entry,) = entries(
        a_task(Due(date(2026, 11, 25), time(9), BERLIN), status=status, title="tea", reminders=reminders)
    )
    assert (entry["STATUS"], entry["SUMMARY"]) == (told, title)
    assert bool(entry.walk("VALARM")) is (status in ("not_started", "deferred"))


def test_a_series_is_one_entry_beside_those_that_are_done() -> None:
    first = Due(date(2026, 11, 9), time(9), BERLIN)
    done = a_series("FREQ=WEEKLY", first, status="completed", id=5)
    open_one = a_series("FREQ=WEEKLY", Due(date(2026, 11, 16), time(9), BERLIN), first, id=6)
    assert [entry["UID"] for entry in entries(done, open_one)] == [
        "task-5@switchboard",
        "series-3@switchboard",
    ]
    assert starts(done, open_one, count=2) == ["2026-11-09 09:00", "2026-11-16 09:00", "2026-11-23 09:00"]


def test_a_series_keeps_the_clock_on_the_wall_over_a_change_of_the_clocks() -> None:
    days = starts(a_series("FREQ=WEEKLY", Due(date(2026, 10, 19), time(9), BERLIN)), count=2)
    assert days == ["2026-10-19 09:00", "2026-10-26 09:00"]


def test_what_is_counted_off_is_not_counted_again() -> None:
    first = Due(date(2026, 11, 1), None, BERLIN)
    assert starts(a_series("FREQ=DAILY;COUNT=5", Due(date(2026, 11, 4), None, BERLIN), first)) == [
        "2026-11-04 00:00", "2026-11-05 00:00",
    ]  # fmt: skip


def test_the_thirty_first_is_clamped_and_comes_back() -> None:
    first = Due(date(2026, 1, 31), time(9), BERLIN)
    open_one = a_series("FREQ=MONTHLY;BYMONTHDAY=-1", Due(date(2026, 2, 28), time(9), BERLIN), first)
    assert starts(open_one, count=2) == ["2026-02-28 09:00", "2026-03-31 09:00"]


def test_one_moved_off_its_rule_is_an_entry_of_its_own_and_the_series_goes_on() -> None:
    first = Due(date(2026, 11, 6), time(9), BERLIN)  # a Friday
    moved = a_series("FREQ=WEEKLY;BYDAY=FR", Due(date(2026, 11, 14), time(9), BERLIN), first)
    assert starts(moved, count=2) == ["2026-11-14 09:00", "2026-11-20 09:00", "2026-11-27 09:00"]


def test_one_that_counts_from_completion_shows_only_itself() -> None:
    (entry,) = entries(
        a_series("FREQ=DAILY", Due(date(2026, 11, 14), None, BERLIN), repeats_from_schedule=False)
    )
    assert "RRULE" not in entry


@pytest.mark.parametrize(
    ("rule", "clock", "told"),
    [("FREQ=DAILY;UNTIL=20261218", time(9), "FREQ=DAILY;UNTIL=20261218T225959Z"),
     ("FREQ=DAILY;UNTIL=20261218", None, "FREQ=DAILY;UNTIL=20261218"),
     ("FREQ=DAILY;UNTIL=20261217T230000Z", None, "FREQ=DAILY;UNTIL=20261218"),
     ("FREQ=DAILY;UNTIL=20261217T230000Z", time(9), "FREQ=DAILY;UNTIL=20261217T230000Z")],
)  # fmt: skip
def test_the_end_of_a_rule_is_of_the_kind_of_its_start(rule: str, clock: time | None, told: str) -> None:
    due = Due(date(2026, 11, 25), clock, BERLIN)
    assert rest_of(rule, due, due) == told


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Europe/Moscow", "Asia/Kolkata"]
)
@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 7, 15), date(2027, 3, 29), date(2027, 11, 2)])
def test_zones_are_read_right_by_a_program_that_knows_only_rules(name: str, day: date) -> None:
    due = Due(day, time(9), name)
    content = calendar_of(events([a_task(due)])).decode()
    assert vobject.readOne(content).vevent.dtstart.value.astimezone(UTC) == due.at
    (entry,) = entries(a_task(due))
    assert entry.decoded("DTSTART") == due.at


def test_a_zone_without_a_yearly_rule_is_told_by_its_dates() -> None:
    content = calendar_of(events([a_task(Due(date(2026, 7, 1), time(9), "Africa/Casablanca"))])).decode()
    assert "RDATE" in content


def test_the_same_tasks_make_the_same_bytes() -> None:
    task = a_series("FREQ=WEEKLY", Due(date(2026, 10, 19), time(9), BERLIN))
    assert calendar_of(events([task])) == calendar_of(events([task]))


async def test_the_address_is_shown_once_renewed_and_ended(desk: Desk) -> None:
    card = await desk.says("/calendar")
    make = str(card.buttons[0][0].data)
    shown = await desk.presses(make)
    assert "https://bot.example.org/feeds/secret-1.ics" in shown.text
    (kept,) = desk.storage.state.feeds.values()
    assert kept == feed_hash("secret-1")
    card = await desk.says("/calendar")
    assert "secret-1" not in card.text
    assert "secret-2" in (await desk.presses(make)).text
    assert list(desk.storage.state.feeds.values()) == [feed_hash("secret-2")]
    ended = await desk.presses(make.replace("new", "end"))
    assert ended.text.startswith("Ended")
    assert desk.storage.state.feeds == {}


async def test_the_file_is_sent_and_an_empty_calendar_is_said(desk: Desk) -> None:
    make = str((await desk.says("/календарь")).buttons[0][1].data)
    assert "no tasks with a date" in (await desk.presses(make)).text
    await desk.says("/task tomorrow 10:00 tea")
    sent = await desk.presses(make)
    assert [entry["SUMMARY"] for entry in Calendar.from_ical(sent.file.content).walk("VEVENT")] == ["tea"]


async def test_a_card_of_another_team_does_nothing(desk: Desk) -> None:
    await desk.says("/calendar")
    assert "another team" in (await desk.presses("feed:999:new")).toast
    assert desk.storage.state.feeds == {}
