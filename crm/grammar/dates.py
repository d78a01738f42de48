"""Dates and times: the clock on the wall, and the moment it means."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WORKDAY_STARTS = time(9, 0)
FAR = timedelta(days=3660)  # ten years: more is a slip of the finger
UTC = ZoneInfo("UTC")


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class Due:
    """A wall clock: date, time (None for a date only) and IANA zone; the truth from which `at` is derived."""

    date: date
    time: time | None
    tz: str

    @property
    def zone(self) -> ZoneInfo:
        return _zone(self.tz)

    @property
    def at(self) -> datetime | None:
        """The moment in UTC; None for a date only. A DST gap shifts forward, a fold takes the first (PEP 495)."""
        if self.time is None:
            return None
        return datetime.combine(self.date, self.time, self.zone).astimezone(UTC)

    @property
    def dst(self) -> str | None:
        """What the zone does to this clock: "gap_shifted" for one it skips, "fold_first" for one it shows twice."""
        if self.time is None:
            return None
        first = datetime.combine(self.date, self.time.replace(fold=0), self.zone).utcoffset()
        second = datetime.combine(self.date, self.time.replace(fold=1), self.zone).utcoffset()
        if first == second or first is None or second is None:
            return None
        return "gap_shifted" if first < second else "fold_first"

    def at_start_of_workday(self) -> "Due":
        return Due(self.date, WORKDAY_STARTS, self.tz)


def elapsed(step: timedelta, now: datetime, zone: ZoneInfo) -> Due:
    """The clock after so much time has truly passed, across a DST change too."""
    then = (now.astimezone(UTC) + step).replace(microsecond=0)
    shown = then.astimezone(zone)
    clock = shown.time().replace(fold=0)  # a row keeps no fold
    due = Due(shown.date(), clock, zone.key)
    if due.at == then:
        return due
    # The second pass of a fold: with the zone's name the same clock means the first.
    hours, rest = divmod(shown.utcoffset() or timedelta(), timedelta(hours=1))
    if rest:
        return Due(then.date(), then.time(), "UTC")
    posix = f"Etc/GMT{-hours:+d}"  # counts westward (tzdata, "etcetera")
    return Due(shown.date(), clock, posix)


def months_later(start: date, months: int) -> date:
    """The same day so many months on, the month's last where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, last_day(year, month + 1)))


def last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def is_valid(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= year <= 9999 and 1 <= day <= last_day(year, month)
