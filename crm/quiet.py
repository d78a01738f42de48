"""Quiet hours and days off: until when a message that is not urgent waits."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.grammar.dates import UTC
from crm.holidays import NOWHERE, Calendar, is_day_off, next_working_day
from crm.reasons import Why

Span = tuple[time, time]  # from, until; wall clock of the person


@dataclass(frozen=True, slots=True)
class Habits:
    """When a person is to be left in peace. `quiet` may pass midnight; `workdays` are ISO weekdays."""

    zone: ZoneInfo
    quiet: Span | None = None
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    calendar: Calendar = NOWHERE


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when a message waits (aware, UTC), and why."""

    until: datetime
    why: Why


def held_until(habits: Habits, moment: datetime, *, patient: bool = False) -> Wait | None:
    """Until when a message due at an aware moment waits; None when it may go. One that is `patient` waits for a
    working day too, and then comes at the same clock, or after the quiet hours of that day."""
    until, why = moment.astimezone(UTC), None
    if patient and (working := _working(habits, until)) is not None:
        until, why = working, Why.DAY_OFF
    if (ends := _quiet_ends(habits, until)) is not None:
        until, why = ends, why or Why.QUIET
        if (
            patient and (working := _working(habits, until)) is not None
        ):  # it ends in the morning of a day off
            until, why = working, Why.DAY_OFF
    return None if why is None else Wait(until, why)


def _quiet_ends(habits: Habits, moment: datetime) -> datetime | None:
    """When the quiet hours that a moment is in are over; in an hour that a clock shows twice perhaps twice."""
    if habits.quiet is None:
        return None
    begins, ends = habits.quiet
    here = moment.astimezone(habits.zone)
    clock = here.time()
    over_midnight = begins > ends
    is_quiet = (clock >= begins or clock < ends) if over_midnight else begins <= clock < ends
    if not is_quiet:
        return None
    day = here.date() + timedelta(days=1 if over_midnight and clock >= begins else 0)
    over = datetime.combine(day, ends, habits.zone)
    return next(one for one in (over.astimezone(UTC), over.replace(fold=1).astimezone(UTC)) if one > moment)


def _working(habits: Habits, moment: datetime) -> datetime | None:
    """The same clock on the next working day, when a moment's day is none."""
    here = moment.astimezone(habits.zone)
    if not is_day_off(here.date(), habits.workdays, habits.calendar):
        return None
    day = next_working_day(here.date(), habits.workdays, habits.calendar)
    if day == here.date():
        return None
    return datetime.combine(day, here.time().replace(fold=0), habits.zone).astimezone(UTC)
