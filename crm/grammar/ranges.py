"""Ranges: "с 10 до 12", "from Monday to Friday", "April 12–30"."""

from crm.grammar import english, russian
from crm.grammar.clocks import STRONG, clock_at
from crm.grammar.days import Day
from crm.grammar.daywords import day_at
from crm.grammar.dials import Clock, Dial, half_of_day, halved
from crm.grammar.lengths import UNITS
from crm.grammar.letters import words
from crm.grammar.limits import INCLUSIVE
from crm.grammar.numbers import NUMBERS, whole
from crm.grammar.pieces import Piece
from crm.grammar.tokens import Line
from crm.grammar.writtendates import month_day, ordinal

_JOINS = words("до to till until - – — and и по through thru")


def clock_range(line: Line, at: int, _: list[Piece]) -> Piece | None:
    """ "с 10 до 12", "from 9 to 5", "10:00–11:30", "between 2 and 4pm"."""
    lows = line.lows
    opening = lows[at] in ("с", "со", "from", "between", "между")
    is_strong = opening or lows[at] in STRONG
    start = at + 1 if is_strong else at
    if _JOINS.isdisjoint(lows[start + 1 : start + 7]):
        return None
    if not (lows[start].isdecimal() or lows[start] in NUMBERS or lows[start] in ("половины", "noon")):
        return None
    first = _end_clock(line, start, is_open=is_strong)
    if first is None:
        return None
    middle = lows[first[1]]
    joins = (
        ("до", "to", "till", "until", "-", "–", "—", "and", "и", "по")
        if opening
        else ("-", "–", "—", "to", "до")
    )
    if middle not in joins or (middle in ("and", "и") and lows[at] not in ("between", "между")):
        return None
    second = _end_clock(line, first[1] + 1, is_open=True)
    if second is None or (not is_strong and not _shows_time(line, start, second[1])):
        return None
    begin, end = first[0], second[0]
    if (
        begin.dial is not Dial.EXACT
        and end.dial is Dial.EXACT
        and end.hour
        and lows[second[1] - 1] in ("am", "pm", "m", "дня", "вечера", "утра")
    ):
        shifted = begin.hour + (12 if end.hour >= 12 else 0)
        begin = Clock(shifted if shifted < end.hour or end.hour < 12 else begin.hour, begin.minute)
    if lows[second[1]] in UNITS and lows[second[1]] not in ("час", "часа", "часов", "м", "с"):
        return None
    return Piece("range", at, second[1], (begin, end))


def _shows_time(line: Line, start: int, end: int) -> bool:
    """Whether a range without a preposition has a colon or am/pm on it."""
    shown = line.lows[start:end]
    return (
        ":" in shown or "am" in shown or "pm" in shown or any(h in shown for h in ("утра", "вечера", "дня"))
    )


def _end_clock(line: Line, at: int, *, is_open: bool) -> tuple[Clock, int] | None:
    """A time within a range: any form, and a bare hour."""
    number = whole(line, at, digits=2)
    is_joined = number is not None and line.lows[number[1]] in ("to", "till", "until")
    found = None if is_joined else clock_at(line, at)
    if found is not None:
        return found
    if (
        number is None
        or number[0] > 24
        or (line.lows[number[1]] in (":", "/", ".") and line.glued(number[1] + 1))
    ):
        return None
    if line.lows[number[1]] in ("%", "€", "$", "₽") or (not is_open and not line.lows[at].isdecimal()):
        return None
    hour, after = number
    after += line.lows[after] in ("часов", "часа", "ч")
    half = half_of_day(line, after)
    if half is not None:
        return halved(hour, 0, half[0], half[1])
    if (
        line.lows[after] in russian.MONTHS
        or line.lows[after] in english.MONTHS
        or line.lows[after] in russian.HOUR_GENITIVE
    ):
        return None
    dial = Dial.EITHER if 1 <= hour <= 7 else Dial.MORNING if 8 <= hour <= 11 else Dial.EXACT
    return Clock(hour % 24, 0, dial, hour // 24), after


def day_range(line: Line, at: int, _: list[Piece]) -> Piece | None:
    """ "с 12 по 30 апреля", "from Monday to Friday", "April 12–30"."""
    lows = line.lows
    opening = lows[at] in ("с", "со", "from", "between", "между")
    start = at + 1 if opening or lows[at] in ("for", "on", "на") else at
    if _JOINS.isdisjoint(lows[start + 1 : start + 8]):
        return None
    joins = ("по", "до", "to", "till", "until", "through", "thru", "-", "–", "—", "and", "и")
    first = day_at(line, at) if lows[at] in ("с", "со") else day_at(line, start)
    if first is not None and first[0].kind in ("date", "weekday", "after", "slashed", "day of month"):
        begin, after = first
        if lows[after] in joins and (opening or lows[after] in ("-", "–", "—", "to", "through")):
            second = _range_end(line, after + 1)
            if second is not None and (opening or second[0].kind == begin.kind):
                last = second[1] + (lows[second[1]] in INCLUSIVE)
                return Piece("day range", at, last, (begin, second[0]))
            number = ordinal(line, after + 1)
            if begin.kind == "date" and number is not None and 1 <= number[0] <= 31 and begin.day < number[0]:
                return Piece(
                    "day range",
                    at,
                    number[1],
                    (begin, Day("date", year=begin.year, month=begin.month, day=number[0])),
                )
        if not opening:
            return None
    number = ordinal(line, start)
    if number is None or not 1 <= number[0] <= 31 or lows[number[1]] not in joins:
        return None
    if not opening and lows[number[1]] not in ("-", "–", "—"):
        return None
    second = month_day(line, number[1] + 1)
    if second is None:
        return None
    end = second[0]
    return Piece(
        "day range", at, second[1], (Day("date", year=end.year, month=end.month, day=number[0]), end)
    )


def _range_end(line: Line, at: int) -> tuple[Day, int] | None:
    found = day_at(line, at)
    if found is None and line.lows[at] in russian.WEEKDAYS:
        return Day("weekday", weekday=russian.WEEKDAYS[line.lows[at]]), at + 1
    return found
