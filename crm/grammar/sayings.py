"""Sayings: what a line said of time, one way to understand it, and the moment against which it is read."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.grammar.dates import Due
from crm.grammar.days import Day, dates_of
from crm.grammar.dials import Clock
from crm.grammar.lengths import Length
from crm.grammar.readers import Reader, region_of
from crm.grammar.repeats import Repeat

FAR_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Said:
    """What a line said of time. At most one of `day`, `elapsed` counts; `part` is a part of the day."""

    day: Day | None = None
    day_end: Day | None = None
    clock: Clock | None = None
    clock_end: Clock | None = None
    part: str | None = None
    elapsed: Length | None = None
    is_tonight: bool = False
    is_end_of_day: bool = False
    repeat: Repeat | None = None
    until: Day | None = None
    times: int | None = None
    lasts: Length | None = None
    anchor: Day | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand it. `rule` is an RRULE."""

    due: Due | None = None
    rule: str | None = None
    start_date: date | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """Against what it is read: the moment of writing in the zone that counts."""

    now: datetime
    zone: ZoneInfo
    reader: Reader

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def due(self, day: date, clock: time | None) -> Due:
        return Due(day, clock, self.zone.key)

    def is_past(self, due: Due) -> bool:
        return due.date < self.today if due.at is None else due.at < self.now

    def dates(self, day: Day) -> tuple[date, ...]:
        region = self.reader.region or region_of(self.reader.zone.key)
        return dates_of(day, self.today, self.reader.date_order, region)
