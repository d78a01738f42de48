"""What a person chooses for themselves, whatever team they are in: the settings and what a button names of them."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

Span = tuple[time, time]  # from, until; wall clock of the person
Parts = tuple[time, time, time]  # when the morning, the afternoon and the evening begin


class DateOrder(StrEnum):
    """How 3/4 is read and dates are written: 31.12.2026, 12/31/2026, 2026-12-31."""

    DAY_FIRST = "DMY"
    MONTH_FIRST = "MDY"
    YEAR_FIRST = "YMD"


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """`date_order` None: not chosen yet. `quiet` None: never quiet; it may pass midnight. `workdays` are ISO
    weekdays, Monday 1. `morning` and `evening` are when digests come, None for none; `daily` is on days off too.
    `timed`, `meetings` and `days` are when tasks remind unless they say otherwise: minutes before the time, of a
    meeting as well, and before the start of the working day where a task has no time. `country` is whose holidays
    count, None for that of the zone; `holidays` whether any do. `weekly`: the digest of the teams one manages."""

    language: str
    timezone: str
    date_order: DateOrder | None = None
    quiet: Span | None = None
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    hours: Span = (time(9), time(18))
    morning: time | None = None
    evening: time | None = None
    timed: tuple[int, ...] = (0,)
    meetings: tuple[int, ...] = (15,)
    days: tuple[int, ...] = (0,)
    parts: Parts = (time(9), time(14), time(19))
    holidays: bool = True
    country: str | None = None
    daily: bool = False
    weekly: bool = True


class Section(StrEnum):
    """One setting, as it is named in buttons."""

    LANGUAGE = "language"
    ZONE = "zone"
    DATES = "dates"
    QUIET = "quiet"
    DAYS = "days"
    HOLIDAYS = "holidays"
    HOURS = "hours"
    MORNING = "morning"
    EVENING = "evening"
    TIMED = "timed"
    MEETINGS = "meetings"
    WHOLE_DAYS = "wholedays"
    PARTS = "parts"
    WEEKLY = "weekly"
