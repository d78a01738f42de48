"""Moments: what day, time and repetition mean together now; every reading, the likeliest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from crm.grammar.clocks import Clock, Dial, with_part
from crm.grammar.dates import FAR, Due, elapsed, months_later
from crm.grammar.days import Day, dates_of
from crm.grammar.lengths import Length
from crm.grammar.readers import Reader, region_of
from crm.grammar.repeats import Repeat

FAR_AHEAD = timedelta(days=366)
_IN_AN_HOUR = timedelta(hours=1)


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


def readings(said: Said, setting: Setting) -> list[Reading]:
    """Every way to read it that is not past, the default first; the default alone may be past."""
    if said.elapsed is not None:
        return _elapsed(said.elapsed, setting)
    clocks = _clocks(said, setting)
    if said.repeat is not None:
        return _repeated(said, said.repeat, clocks, setting)
    if said.day is not None and said.day.kind == "every other":
        return _every_other(said, clocks, setting)
    if said.day is not None and said.day.kind == "end of day":
        return _end_of_day(setting, setting.today)
    if said.day is None:
        dues = _next_dues(said, clocks, setting)
    else:
        dues = _dated_dues(said, said.day, clocks, setting)
    found = [Reading(due, minutes=_minutes(said, due)) for due in dues]
    if said.day_end is not None and said.day is not None:
        return _ranged(said.day, said.day_end, found, setting)
    return found


def _elapsed(length: Length, setting: Setting) -> list[Reading]:
    step = timedelta(seconds=length.seconds, days=length.days)
    return [Reading(elapsed(step, setting.now, setting.zone))] if step <= FAR else []


def _clocks(said: Said, setting: Setting) -> list[Clock]:
    """The clocks the time may mean on a named day; empty for no time."""
    clock, part = said.clock, said.part
    if said.is_tonight and clock is not None:
        part = "evening"
    if clock is None:
        if part is None or part == "night":
            return []
        starts = setting.reader.part(part)
        return [Clock(starts.hour, starts.minute)]
    if clock.part is not None:
        starts = setting.reader.part(clock.part)
        return [Clock(starts.hour, starts.minute)]
    if (part is not None and clock.dial is not Dial.EXACT) or (
        part in ("afternoon", "evening") and clock.hour < 12 and clock.dial is Dial.EXACT and clock.hour
    ):
        clock = with_part(clock, part) or clock
    if clock.alternative is not None:
        return [clock, Clock(clock.alternative, clock.minute)]
    if clock.dial is Dial.EITHER:
        return [Clock(clock.hour + 12, clock.minute), Clock(clock.hour, clock.minute)]
    if clock.dial is Dial.MIDNIGHT:
        return [Clock(0, clock.minute), Clock(0, clock.minute, day_later=1)]
    return [clock]


def _or_none(clocks: list[Clock]) -> Sequence[Clock | None]:
    return clocks or (None,)


def _at(day: date, clock: Clock | None, setting: Setting) -> Due:
    if clock is None:
        return setting.due(day, None)
    return setting.due(day + timedelta(days=clock.day_later), time(clock.hour, clock.minute))


def _next_dues(said: Said, clocks: list[Clock], setting: Setting) -> list[Due]:
    """Without a date: the next time the clock shows this."""
    if said.is_tonight and said.clock is None:
        tonight = setting.due(setting.today, setting.reader.evening)
        return [tonight if not setting.is_past(tonight) else elapsed(_IN_AN_HOUR, setting.now, setting.zone)]
    if not clocks:
        return []
    if said.is_tonight:
        return _dated_dues(said, Day("after", length=Length()), clocks, setting)
    dial = said.clock.dial if said.clock is not None and said.part is None else Dial.EXACT
    if dial is Dial.MIDNIGHT:
        return [_next_such(clocks[0], setting)]
    dues = [_next_such(clock, setting) for clock in clocks]
    if dial is Dial.EITHER:
        return sorted(dues, key=lambda due: (due.date, due.time))
    if dial is Dial.MORNING and dues[0].date > setting.today and said.clock_end is None:
        evening = _at(setting.today, Clock(clocks[0].hour + 12, clocks[0].minute), setting)
        if not setting.is_past(evening):
            dues.append(evening)
    if said.clock is not None and said.clock.maybe_date is not None:
        day, month = said.clock.maybe_date
        dues += [setting.due(found, None) for found in setting.dates(Day("date", day=day, month=month))]
    return dues


def _next_such(clock: Clock, setting: Setting) -> Due:
    for later in range(4):  # a DST gap may swallow one
        due = setting.due(setting.today + timedelta(days=later), time(clock.hour, clock.minute))
        if due.at is not None and due.at > setting.now:
            return due
    return due


def _dated_dues(said: Said, day: Day, clocks: list[Clock], setting: Setting) -> list[Due]:
    dates = list(setting.dates(day))
    if not dates:
        return []
    today = setting.today
    if day.kind == "weekday" and day.weekday == today.weekday():
        dates.append(today)
    if said.is_tonight or (said.part == "evening" and said.clock is None and dates == [today]):
        tonight = setting.due(today, setting.reader.evening)
        if said.clock is None and dates == [today]:
            return [
                tonight if not setting.is_past(tonight) else elapsed(_IN_AN_HOUR, setting.now, setting.zone)
            ]
    dues = [_at(found, clock, setting) for found, clock in product(dates, _or_none(clocks))]
    return ahead_of_now(dues, setting)


def ahead_of_now(dues: list[Due], setting: Setting) -> list[Due]:
    """Without the ones that are past; when all are, the default stays."""
    distinct = list(dict.fromkeys(dues))
    return [due for due in distinct if not setting.is_past(due)] or distinct[:1]


def _minutes(said: Said, due: Due) -> int | None:
    """How long a range of clocks lasts, from the start that was chosen."""
    if said.clock_end is None or due.time is None or said.clock is None:
        return None
    end = said.clock_end
    start = due.time.hour * 60 + due.time.minute
    until = (end.hour + 24 * end.day_later) * 60 + end.minute
    dial = 720 if end.dial in (Dial.EITHER, Dial.MORNING) and said.clock.dial is not Dial.EXACT else 1440
    if end.dial is Dial.EITHER:
        dial = 720
    return (until - start) % dial or None


def _ranged(day: Day, end: Day, found: list[Reading], setting: Setting) -> list[Reading]:
    """A range of days: due on the last, begun on the first."""
    lasts = setting.dates(end)
    if not lasts or not found or found[0].due is None:
        return found
    first, last = found[0].due.date, lasts[0]
    if day.kind == "date" and day.year is None:
        first = _same_year(day, last)
    elif last < first:
        last += timedelta(days=7) if end.kind == "weekday" else timedelta()
    return [Reading(setting.due(last, None), start_date=min(first, last))]


def _same_year(day: Day, last: date) -> date:
    for year in (last.year, last.year - 1):
        try:
            first = date(year, day.month, day.day)
        except ValueError:
            continue
        if first <= last:
            return first
    return last


def _end_of_day(setting: Setting, day: date) -> list[Reading]:
    works = [setting.due(day, setting.reader.workday_ends), setting.due(day, time(23, 59))]
    return [Reading(due) for due in ahead_of_now(works, setting)]


def _every_other(said: Said, clocks: list[Clock], setting: Setting) -> list[Reading]:
    """ "через день": tomorrow, or every other day."""
    once = replace(said, day=Day("after", length=Length(days=1)))
    every = replace(said, day=None, repeat=Repeat("DAILY", 2))
    return readings(once, setting) + readings(every, setting)


def _repeated(said: Said, repeat: Repeat, clocks: list[Clock], setting: Setting) -> list[Reading]:
    repeat, anchor = _fixed(said, repeat)
    if said.clock is None and said.part is None and repeat.part is not None:
        starts = setting.reader.part(repeat.part)
        clocks = [Clock(starts.hour, starts.minute)]
    elif said.clock is not None and repeat.part is not None and said.part is None:
        clocks = _clocks(replace(said, part=repeat.part), setting)
    if said.clock is not None and said.clock.dial is Dial.MIDNIGHT:
        clocks = clocks[:1]
    found: list[Reading] = []
    for each in repeat.readings():
        for clock in _or_none(clocks):
            due = _first(each, anchor, clock, setting)
            if due is not None:
                rule = each.rule() + _limits(said, due, setting)
                found.append(Reading(due, rule, minutes=_minutes(said, due)))
    return found


def _fixed(said: Said, repeat: Repeat) -> tuple[Repeat, Day | None]:
    """The repetition with the day said beside it: that fixes which days, or else where it begins."""
    day = said.day
    if day is None or repeat.is_fixed:
        return repeat, said.anchor or (
            day if day is not None and not (repeat.weekdays and day.kind == "weekday") else None
        )
    if day.kind == "weekday" and repeat.freq == "WEEKLY":
        return replace(repeat, weekdays=(day.weekday,)), said.anchor
    if day.is_monthly and day.kind == "day of month" and repeat.freq == "MONTHLY":
        return replace(repeat, month_day=day.day), said.anchor
    if day.kind == "date" and repeat.freq == "MONTHLY":
        return replace(repeat, month_day=day.day), said.anchor or day
    if day.kind == "date" and repeat.freq == "YEARLY":
        return replace(repeat, month=day.month, month_day=day.day), said.anchor or (day if day.year else None)
    return repeat, said.anchor or day


def _first(repeat: Repeat, anchor: Day | None, clock: Clock | None, setting: Setting) -> Due | None:
    """The first time it falls on after now; one of a date only may be today."""
    start = setting.today
    if anchor is not None:
        dates = setting.dates(anchor)
        if dates:
            start = max(start, dates[0])
    if repeat.freq in ("HOURLY", "MINUTELY"):
        step = (
            timedelta(hours=repeat.interval)
            if repeat.freq == "HOURLY"
            else timedelta(minutes=repeat.interval)
        )
        return elapsed(step, setting.now, setting.zone) if clock is None else _next_such(clock, setting)
    for day in repeat.hits(start):
        due = _at(day, clock, setting)
        if due.at is None or due.at > setting.now:
            return due
    return None


def _limits(said: Said, due: Due, setting: Setting) -> str:
    if said.times is not None:
        return f";COUNT={said.times}"
    if said.lasts is not None:
        last = months_later(due.date, said.lasts.months) + timedelta(days=said.lasts.days - 1)
    elif said.until is None or not (dates := setting.dates(said.until)):
        return ""
    else:
        last = dates[0]
    if due.time is None:
        return f";UNTIL={last:%Y%m%d}"
    ends = datetime.combine(last, time(23, 59, 59), setting.zone).astimezone(UTC)
    return f";UNTIL={ends:%Y%m%dT%H%M%SZ}"
