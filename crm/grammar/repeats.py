"""Repetitions: what an RRULE says, how "every" is read, and the first time one falls on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from crm.grammar.dates import is_valid, last_day, months_later

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repetition as said. `nths` count weekdays within a month; `month_day` -1 is the last day, and one of
    29 to 31 clamps to it unless `is_literal`."""

    freq: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nths: tuple[int, ...] = ()
    month_day: int | None = None
    month: int | None = None
    is_literal: bool = False
    from_completion: bool = False
    maybe_nth: int | None = None  # "every second Friday": every other, or the second of the month
    part: str | None = None  # "every morning"
    maybe_once: str | None = None  # weekdays in a row without "every": a "list" or a "span"

    @property
    def is_clamped(self) -> bool:
        return (self.month_day or 0) > 28 and not self.is_literal

    @property
    def is_fixed(self) -> bool:
        """Whether the text named which days it falls on."""
        return bool(self.weekdays or self.month_day)

    def joined(self, other: "Repeat") -> "Repeat | None":
        """Both as one, where one names the days and the other how often: «по вторникам», «раз в две недели»."""
        for days, often in ((self, other), (other, self)):
            if days.freq == often.freq and days.interval == 1 and days.is_fixed and not often.is_fixed:
                return replace(
                    days,
                    interval=often.interval,
                    from_completion=days.from_completion or often.from_completion,
                    part=days.part or often.part,
                )
        return None

    def without(self, weekdays: tuple[int, ...]) -> "Repeat | None":
        """ "except Friday": the rule on the other days, None where that can't be said or leaves none."""
        if self.freq not in ("DAILY", "WEEKLY") or self.interval > 1 or self.maybe_nth is not None:
            return None
        left = tuple(day for day in (self.weekdays or range(7)) if day not in weekdays)
        is_known = self.freq == "DAILY" or self.weekdays
        return replace(self, freq="WEEKLY", weekdays=left) if left and is_known else None

    def readings(self) -> tuple["Repeat", ...]:
        """What it may mean, the likeliest first."""
        if self.maybe_nth is not None:
            monthly = Repeat(
                "MONTHLY",
                weekdays=self.weekdays,
                nths=(self.maybe_nth,),
                from_completion=self.from_completion,
            )
            return self, monthly
        if self.freq == "MONTHLY" and self.is_clamped:
            return self, replace(self, is_literal=True)
        return (self,)

    def rule(self) -> str:
        """As an RRULE (RFC 5545), BY-parts only for what was named."""
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.month is not None:
            parts.append(f"BYMONTH={self.month}")
        if self.weekdays:
            named = product(self.nths or ("",), sorted(self.weekdays))
            parts.append("BYDAY=" + ",".join(f"{nth}{CODES[day]}" for nth, day in named))
        if self.month_day is not None:
            parts += self._month_day()
        return ";".join(parts)

    def _month_day(self) -> list[str]:
        day = self.month_day or 0
        if not self.is_clamped or (self.freq == "YEARLY" and (self.month, day) != (2, 29)):
            return [f"BYMONTHDAY={day}"]
        if day == 31:
            return ["BYMONTHDAY=-1"]
        return ["BYMONTHDAY=" + ",".join(str(each) for each in range(28, day + 1)), "BYSETPOS=-1"]

    def hits(self, start: date) -> Iterator[date]:
        """The days it falls on from `start` on, counting intervals from there; twenty at most."""
        step = timedelta(days=1)
        if self.freq in ("DAILY", "WEEKLY"):
            days = (start + step * n for n in range(60))
            if self.weekdays:
                yield from (day for day in days if day.weekday() in self.weekdays)
            else:
                yield from days
        elif self.nths:
            for month in self._months(start):
                yield from (day for day in self._nths_of(month) if day >= start)
        elif self.month_day is not None:
            yield from (day for day in map(self._day_of, self._months(start)) if day and day >= start)
        else:
            yield from (start + step * n for n in range(20))

    def _months(self, start: date) -> Iterator[date]:
        first = start.replace(day=1)
        for later in range(20 if self.month is None else 12 * 9):
            month = months_later(first, later)
            if self.month in (None, month.month):
                yield month

    def _day_of(self, month: date) -> date | None:
        last = last_day(month.year, month.month)
        day = self.month_day or 0
        if day == -1:
            day = last
        if self.is_clamped:
            day = min(day, last)
        return month.replace(day=day) if is_valid(month.year, month.month, day) else None

    def _nths_of(self, month: date) -> list[date]:
        found: list[date] = []
        for weekday in self.weekdays:
            first = 1 + (weekday - month.weekday()) % 7
            days = range(first, last_day(month.year, month.month) + 1, 7)
            found += (
                month.replace(day=days[nth - 1 if nth > 0 else nth])
                for nth in self.nths
                if abs(nth) <= len(days)
            )
        return sorted(found)
