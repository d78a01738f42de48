"""Next steps: tries fall into the contact's own hours, on the contact's own clock."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.calls import Ask, Call, Direction, Outcome
from crm.calls.next_steps import asks_for_next, due_at, due_in, next_week, retries
from crm.contacts import Contact
from tests.fakes import an_actor

ANNA = an_actor(timezone="Europe/Moscow")
MISSED = Call(
    1,
    Direction.OUTBOUND,
    Outcome.NO_ANSWER,
    datetime(2026, 11, 23, tzinfo=UTC),
    None,
    Contact(7, "Bob"),
    None,
    "",
)


def tried(call: Call, now: str) -> list[str]:
    """`now` is on Moscow's clock; the tries are on the contact's."""
    at = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Europe/Moscow"))
    return [f"{one:%a %d %H:%M}" for one in retries(call, at, ANNA)]


@pytest.mark.parametrize(
    ("now", "tries"),
    [
        ("2026-11-23T13:05", ["Mon 23 15:15", "Tue 24 10:00"]),
        ("2026-11-23T13:00", ["Mon 23 15:00", "Tue 24 10:00"]),
        ("2026-11-23T15:59", ["Tue 24 09:00", "Wed 25 10:00"]),
        ("2026-11-23T05:00", ["Mon 23 09:00", "Tue 24 10:00"]),
        ("2026-11-27T17:30", ["Mon 30 09:00", "Tue 01 10:00"]),
        ("2026-11-28T12:00", ["Mon 30 09:00", "Tue 01 10:00"]),
        ("2026-11-27T10:00", ["Fri 27 12:00", "Mon 30 10:00"]),
    ],
)
def test_a_try_is_within_working_hours_of_weekdays(now: str, tries: list[str]) -> None:
    assert tried(MISSED, now) == tries


def test_whose_line_was_busy_is_tried_sooner() -> None:
    assert tried(replace(MISSED, outcome=Outcome.BUSY), "2026-11-23T13:05")[0] == "Mon 23 13:30"


@pytest.mark.parametrize(
    ("zone", "tries"),
    [
        ("Asia/Vladivostok", ["Tue 24 09:00", "Wed 25 10:00"]),  # seven hours ahead: their evening
        ("America/New_York", ["Mon 23 09:00", "Tue 24 10:00"]),  # eight hours behind: their night
    ],
)
def test_the_contacts_own_clock_decides(zone: str, tries: list[str]) -> None:
    assert tried(replace(MISSED, contact_zone=zone), "2026-11-23T13:05") == tries


@pytest.mark.parametrize(
    "outcome", [one for one in Outcome if one not in ("no_answer", "busy", "left_voicemail")]
)
def test_a_call_that_reached_somebody_is_not_tried_again(outcome: Outcome) -> None:
    assert not tried(replace(MISSED, outcome=outcome), "2026-11-23T13:05")


def test_whoever_asked_not_to_be_called_is_not_tried_again() -> None:
    assert not tried(replace(MISSED, do_not_call=True), "2026-11-23T13:05")


def test_a_next_step_is_asked_for_until_there_is_one_or_none_is_wanted() -> None:
    assert asks_for_next(replace(MISSED, asks=(Ask.NEXT,)))
    assert not asks_for_next(MISSED)


def test_days_ahead_are_those_of_whoever_calls() -> None:
    late = datetime(2026, 11, 23, 22, tzinfo=UTC)  # Tuesday in Moscow already
    assert due_in(1, late, ANNA).date.isoformat() == "2026-11-25"
    assert next_week(late, ANNA).date.isoformat() == "2026-11-30"
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert next_week(monday, ANNA).date.isoformat() == "2026-11-30"
    due = due_at(datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Asia/Vladivostok")), ANNA)
    assert (due.date.isoformat(), str(due.time), due.tz) == ("2026-11-24", "02:00:00", "Europe/Moscow")
