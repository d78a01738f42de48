"""Clockwork: which clocks a time may mean, and when one shows it next."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from crm.grammar.dates import Due
from crm.grammar.dials import Clock, Dial, with_part
from crm.grammar.sayings import Said, Setting


def clocks_of(said: Said, setting: Setting) -> list[Clock]:
    """The clocks the time may mean on a named day; empty for no time."""
    clock, part = said.clock, said.part
    if said.is_end_of_day:
        ends = setting.reader.workday_ends
        return [Clock(ends.hour, ends.minute), Clock(23, 59)]
    if said.is_tonight and clock is not None and clock.hour == 12 and clock.part is None:
        clock = with_part(clock, "evening") or clock
    elif said.is_tonight and clock is not None:
        part = "night" if 1 <= clock.hour < 5 else "evening"
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


def or_none(clocks: list[Clock]) -> Sequence[Clock | None]:
    return clocks or (None,)


def due_at(day: date, clock: Clock | None, setting: Setting) -> Due:
    if clock is None:
        return setting.due(day, None)
    return setting.due(day + timedelta(days=clock.day_later), time(clock.hour, clock.minute))


def next_such(clock: Clock, setting: Setting) -> Due:
    for later in range(4):  # a DST gap may swallow one
        due = setting.due(setting.today + timedelta(days=later), time(clock.hour, clock.minute))
        if due.at is not None and due.at > setting.now:
            return due
    return due


def minutes_of(said: Said, due: Due) -> int | None:
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
