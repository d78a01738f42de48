"""Time zones for calendars: yearly rules, which every program reads; lists of dates some of them pass over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from crm.grammar.dates import last_day

AHEAD = 5  # years in which a zone must keep its rule to have one
Part = TimezoneDaylight | TimezoneStandard
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Change:
    """The clocks change: at which wall clock (of before), from and to which offset, and the new name."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool

    @property
    def weeks(self) -> set[int]:
        """Which of its weekdays of the month it may be: the second, the fourth and the last (-1)."""
        is_last = self.at.day > last_day(self.at.year, self.at.month) - 7
        return {(self.at.day - 1) // 7 + 1} | ({-1} if is_last else set())

    @property
    def shape(self) -> tuple[object, ...]:
        """All of it that must be the same each year."""
        return self.at.month, self.at.weekday(), self.at.time(), self.before, self.after


@lru_cache(maxsize=128)
def timezone_of(name: str, year: int) -> Timezone:
    """The zone from that year on."""
    zone = ZoneInfo(name)
    years = [list(_changes(zone, one)) for one in range(year, year + AHEAD)]
    if not any(years):
        return _made(name, [_fixed(zone, year)])
    rules: list[Part] = []
    for together in zip(*years, strict=False):
        weeks = set.intersection(*(change.weeks for change in together))
        if len({change.shape for change in together}) != 1 or not weeks:
            rules.clear()
            break
        rules.append(_observance(together[0], max(weeks) if -1 not in weeks else -1))
    if len({len(one) for one in years}) != 1 or len(rules) != len(years[0]):
        return Timezone.from_tzinfo(zone, name, date(year, 1, 1), date(year + AHEAD + 1, 1, 1))
    return _made(name, rules)


def _changes(zone: ZoneInfo, year: int) -> Iterator[Change]:
    step, moment = timedelta(minutes=30), datetime(year, 1, 1, tzinfo=UTC)
    before = moment.astimezone(zone).utcoffset() or timedelta()
    while (moment := moment + step).year == year:
        here = moment.astimezone(zone)
        after = here.utcoffset() or timedelta()
        if after != before:
            wall = (moment + before).replace(tzinfo=None)
            yield Change(wall, before, after, here.tzname() or "", after > before)
            before = after


def _observance(change: Change, week: int) -> Part:
    part = TimezoneDaylight() if change.is_summer else TimezoneStandard()
    part.add("dtstart", change.at)
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    part.add("tzname", change.name)
    rule = f"FREQ=YEARLY;BYMONTH={change.at.month};BYDAY={week}{_DAYS[change.at.weekday()]}"
    part.add("rrule", vRecur.from_ical(rule))
    return part


def _fixed(zone: ZoneInfo, year: int) -> TimezoneStandard:
    here = datetime(year, 1, 1, tzinfo=zone)
    part = TimezoneStandard()
    part.add("dtstart", here.replace(tzinfo=None))
    part.add("tzoffsetfrom", here.utcoffset())
    part.add("tzoffsetto", here.utcoffset())
    part.add("tzname", here.tzname())
    return part


def _made(name: str, parts: Sequence[Part]) -> Timezone:
    zone = Timezone()
    zone.add("tzid", name)
    for part in parts:
        zone.add_component(part)
    return zone
