"""Moments: what day, time and repetition mean together now; every reading, the likeliest first."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from crm.grammar.clockwork import clocks_of, due_at, minutes_of, next_such, or_none
from crm.grammar.dates import FAR, Due, elapsed
from crm.grammar.days import Day
from crm.grammar.dials import Clock, Dial
from crm.grammar.lengths import Length
from crm.grammar.recurring import repeated
from crm.grammar.repeats import Repeat
from crm.grammar.sayings import Reading, Said, Setting

_DAWN = 5  # hours before this belong to the night that began the evening before
_IN_AN_HOUR = timedelta(hours=1)


def readings(said: Said, setting: Setting) -> list[Reading]:
    """Every way to read it that is not past, the default first; the default alone may be past."""
    if said.elapsed is not None:
        return _elapsed(said.elapsed, setting)
    if said.is_end_of_day and said.day is None and said.repeat is None:
        said = replace(said, day=Day("after", length=Length()))
    clocks = clocks_of(said, setting)
    if said.repeat is not None:
        return repeated(said, said.repeat, clocks, setting)
    if said.day is not None and said.day.kind == "every other":
        return _every_other(said, setting)
    day = said.day
    dues = _next_dues(said, clocks, setting) if day is None else _dated_dues(said, day, clocks, setting)
    found = [Reading(due, minutes=minutes_of(said, due)) for due in dues]
    if said.day_end is not None and said.day is not None:
        return _ranged(said.day, said.day_end, found, setting)
    return found


def _elapsed(length: Length, setting: Setting) -> list[Reading]:
    step = timedelta(seconds=length.seconds, days=length.days)
    return [Reading(elapsed(step, setting.now, setting.zone))] if step <= FAR else []


def _next_dues(said: Said, clocks: list[Clock], setting: Setting) -> list[Due]:
    """Without a date: the next time the clock shows this."""
    if said.is_tonight and said.clock is None:
        tonight = setting.due(setting.today, setting.reader.evening)
        return [tonight if not setting.is_past(tonight) else elapsed(_IN_AN_HOUR, setting.now, setting.zone)]
    if not clocks:
        return []
    if said.is_tonight and clocks[0].hour < _DAWN and not clocks[0].day_later:
        return [next_such(clocks[0], setting)]  # "tonight at 1"
    if said.is_tonight:
        return _dated_dues(said, Day("after", length=Length()), clocks, setting)
    dial = said.clock.dial if said.clock is not None and said.part is None else Dial.EXACT
    if dial is Dial.MIDNIGHT:
        return [next_such(clocks[0], setting)]
    dues = [next_such(clock, setting) for clock in clocks]
    if dial is Dial.EITHER:
        return sorted(dues, key=lambda due: (due.date, due.time))
    if dial is Dial.MORNING and dues[0].date > setting.today and said.clock_end is None:
        evening = due_at(setting.today, Clock(clocks[0].hour + 12, clocks[0].minute), setting)
        if not setting.is_past(evening):
            dues.append(evening)
    if said.clock is not None and said.clock.maybe_date is not None:
        day, month = said.clock.maybe_date
        dues += [setting.due(found, None) for found in setting.dates(Day("date", day=day, month=month))]
    return dues


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
    if said.part == "night" and clocks and clocks[0].hour < _DAWN and not clocks[0].day_later:
        dates += [found + timedelta(days=1) for found in dates]  # the night that begins that day, or ends
    dues = [due_at(found, clock, setting) for found, clock in product(dates, or_none(clocks))]
    return ahead_of_now(dues, setting)


def ahead_of_now(dues: list[Due], setting: Setting) -> list[Due]:
    """Without the ones that are past; when all are, the default stays."""
    distinct = list(dict.fromkeys(dues))
    return [due for due in distinct if not setting.is_past(due)] or distinct[:1]


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


def _every_other(said: Said, setting: Setting) -> list[Reading]:
    """ "через день": tomorrow, or every other day."""
    once = replace(said, day=Day("after", length=Length(days=1)))
    every = replace(said, day=None, repeat=Repeat("DAILY", 2))
    return readings(once, setting) + readings(every, setting)
