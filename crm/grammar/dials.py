"""Dials: a time of day, and what an hour leaves open between morning and afternoon."""

from dataclasses import dataclass
from enum import Enum

from crm.grammar.tokens import Line


class Dial(Enum):
    """What an hour leaves open."""

    EXACT = "nothing"
    EITHER = "1 to 7 without am or pm: morning or afternoon"
    MORNING = "8 to 11 without am or pm: the morning, unless that is gone"
    MIDNIGHT = "which end of the day"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `hour` is as said (1–7 for an open dial); `day_later` is set by "24:00"."""

    hour: int
    minute: int = 0
    dial: Dial = Dial.EXACT
    day_later: int = 0
    part: str | None = None  # "morning" and so on: a part of the day alone, whose hour the member sets
    maybe_date: tuple[int, int] | None = None  # day and month, where "в 10.12" may be meant so
    alternative: int | None = None  # another hour that may be meant ("в обед")


Found = tuple[Clock, int]


_MERIDIEMS = {"am": "morning", "pm": "afternoon", "утра": "morning", "дня": "afternoon", "вечера": "evening",
              "ночи": "night", "пополудни": "afternoon", "a": "", "p": ""}  # fmt: skip


def half_of_day(line: Line, at: int) -> tuple[str, int] | None:
    """ "pm", "p.m.", "утра", "in the evening", "at night": which half of the day, and the place after it."""
    lows = line.lows
    low = lows[at]
    if low in ("am", "pm", "утра", "вечера", "ночи", "пополудни"):
        return _MERIDIEMS[low], at + 1
    if low == "дня":
        return "afternoon", at + 1
    if (
        low in ("a", "p")
        and lows[at + 1] == "."
        and lows[at + 2] == "m"
        and line.glued(at + 1)
        and line.glued(at + 2)
    ):
        after = at + 3
        return ("morning" if low == "a" else "afternoon"), after + (lows[after] == "." and line.glued(after))
    if (
        low in ("a", "p")
        and lows[at + 1] == "m"
        and line.glued(at) is False
        and line.number(at - 1, 2) is not None
    ):
        return ("morning" if low == "a" else "afternoon"), at + 2
    if low == "in" and lows[at + 1] == "the" and lows[at + 2] in ("morning", "afternoon", "evening"):
        return lows[at + 2], at + 3
    if low == "at" and lows[at + 1] == "night":
        return "night", at + 2
    return None


def halved(hour: int, minute: int, half: str, after: int) -> Found | None:
    clock = with_part(Clock(hour % 24, minute), half)
    return None if clock is None else (clock, after)


def with_part(clock: Clock, part: str) -> Clock | None:
    """The clock in that part of the day; None where they disagree."""
    hour, later = clock.hour, clock.day_later
    if part == "morning":
        hour = 0 if hour == 12 else hour
    elif part == "afternoon":
        hour = hour + 12 if hour < 12 else hour
    elif part == "evening":
        if hour in (0, 12):
            hour, later = 0, 1  # noon is no evening: "в 12 вечера" is how some say midnight
        elif hour < 12:
            hour += 12
    elif hour == 12 or (hour == 0 and clock.dial is Dial.MIDNIGHT):
        return Clock(0, clock.minute, Dial.MIDNIGHT if not clock.minute else Dial.EXACT)
    elif 7 <= hour < 12:
        hour += 12
    return Clock(hour, clock.minute, Dial.EXACT, later)


def dialled(hour: int, minute: int = 0) -> Clock:
    """The time with its hour as spoken: open from 1 to 11, as is above."""
    dial = Dial.EITHER if 1 <= hour <= 7 else Dial.MORNING if 8 <= hour <= 11 else Dial.EXACT
    return Clock(hour % 24, minute, dial, hour // 24)
