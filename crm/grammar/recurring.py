"""Repetitions in time: the first hit of one, and where it ends."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from crm.grammar.clockwork import clocks_of, due_at, minutes_of, next_such, or_none
from crm.grammar.dates import Due, elapsed, months_later
from crm.grammar.days import Day
from crm.grammar.dials import Clock, Dial
from crm.grammar.repeats import WORKDAYS, Repeat
from crm.grammar.sayings import Reading, Said, Setting


def repeated(said: Said, repeat: Repeat, clocks: list[Clock], setting: Setting) -> list[Reading]:
    repeat, anchor = _fixed(said, repeat)
    if said.clock is None and said.part is None and repeat.part is not None:
        starts = setting.reader.part(repeat.part)
        clocks = [Clock(starts.hour, starts.minute)]
    elif said.clock is not None and repeat.part is not None and said.part is None:
        clocks = clocks_of(replace(said, part=repeat.part), setting)
    if said.clock is not None and said.clock.dial is Dial.MIDNIGHT:
        clocks = clocks[:1]
    found: list[Reading] = []
    if repeat.maybe_once == "span" and not clocks:
        return _once_or_weekly(repeat, anchor, setting)
    for each in repeat.readings():
        for clock in or_none(clocks):
            due = _first(each, anchor, clock, setting)
            if due is not None:
                rule = each.rule() + _limits(said, due, setting)
                found.append(Reading(due, rule, minutes=minutes_of(said, due)))
    if repeat.maybe_once == "list" and found and said.until is None and said.times is None:
        nearest = min(setting.dates(Day("weekday", weekday=day))[0] for day in repeat.weekdays)
        once = Reading(due_at(nearest, next(iter(clocks), None), setting), minutes=found[0].minutes)
        found = [*found, once] if len(repeat.weekdays) > _A_PAIR else [once, *found]
    return found


_A_PAIR = 2


def _once_or_weekly(repeat: Repeat, anchor: Day | None, setting: Setting) -> list[Reading]:
    """ "mon-wed": these days once, or each week; the working week is more often each week's."""
    weekly = Reading(_first(repeat, anchor, None, setting), repeat.rule())
    begins = setting.dates(Day("weekday", weekday=repeat.weekdays[0]))[0]
    ends = begins + timedelta(days=len(repeat.weekdays) - 1)
    once = Reading(setting.due(ends, None), start_date=begins)
    return [weekly, once] if repeat.weekdays == WORKDAYS else [once, weekly]


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
        return elapsed(step, setting.now, setting.zone) if clock is None else next_such(clock, setting)
    for day in repeat.hits(start):
        due = due_at(day, clock, setting)
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
