"""Days of each month in words: "on the 31st of every month", «в первый понедельник каждого месяца»."""

from crm.grammar import english, russian
from crm.grammar.lengths import UNITS
from crm.grammar.repeats import Repeat
from crm.grammar.tokens import Line
from crm.grammar.weekdaylists import weekdays_at
from crm.grammar.writtendates import NTH, ordinal

Found = tuple[Repeat, int]


def day_number(line: Line, at: int) -> Found | None:
    """ "every 15th", "каждое 15-е число"."""
    number = ordinal(line, at)
    if number is None or not 1 <= number[0] <= 31:
        return None
    after = number[1]
    if UNITS.get(line.lows[after]):
        return None
    after += line.lows[after] in ("число", "числа")
    month = month_follows(line, after, named=True)
    if (
        month is None
        and after == number[1]
        and line.lows[after][:1].isalpha()
        and not (
            line.lows[after] in english.LINKS
            or line.lows[after] in english.VERBS
            or russian.is_verb(line.lows[after])
        )
    ):
        return None
    return Repeat("MONTHLY", month_day=number[0]), month or after


def of_month(line: Line, at: int) -> Found | None:
    """ "on the 31st of every month", "в первый понедельник каждого месяца", "15-го числа каждого месяца"."""
    lows = line.lows
    start = at + (lows[at] in ("on", "в", "во", "на"))
    start += lows[start] == "the"
    weekday = nth_weekday(line, start, named_month=False)
    if weekday is not None or lows[start] in NTH:
        return weekday
    number = ordinal(line, start)
    if number is None or not 1 <= number[0] <= 31:
        return None
    after = number[1] + (lows[number[1]] in ("числа", "число", "day"))
    month = month_follows(line, after)
    return None if month is None else (Repeat("MONTHLY", month_day=number[0]), month)


def nth_weekday(line: Line, at: int, *, named_month: bool) -> Found | None:
    """ "last day of every month", "первый понедельник месяца"; `named_month` where "every" came before."""
    lows = line.lows
    counted = _nths(line, at)
    if counted is None:
        return None
    nths, at = counted[0], counted[1] - 1
    nth = nths[0]
    if lows[at + 1] in ("day", "день", "число", "working", "рабочий", "business"):
        if lows[at + 1] in ("working", "рабочий", "business"):
            return None
        after = month_follows(line, at + 2, named=named_month)
        if after is None and named_month and lows[at + 1] == "число":
            after = at + 2  # "каждое первое число"
        return (
            None
            if after is None or nth not in (-1, 1) or nths[1:]
            else (Repeat("MONTHLY", month_day=nth), after)
        )
    days = weekdays_at(line, at + 1)
    if days is None:
        return None
    after = month_follows(line, days[1], named=named_month or len(nths) > 1)
    after = after or (days[1] if named_month else None)
    return None if after is None else (Repeat("MONTHLY", weekdays=days[0], nths=nths), after)


_MOST = 4  # a month has no more of one weekday


def _nths(line: Line, at: int) -> tuple[tuple[int, ...], int] | None:
    """ "second", "3rd", "first and third": which of a month's, and the place after it."""
    found: list[int] = []
    while True:
        low, after = line.lows[at], at + 1
        nth = NTH.get(low)
        if nth is None and low in ("1", "2", "3", "4", "5") and (number := ordinal(line, at)):
            nth, after = (number[0], number[1]) if number[1] > at + 1 else (None, at)
        if nth is None:
            return None
        found.append(nth)
        if line.lows[after] not in ("and", "и", "&", ",") or len(found) > _MOST:
            return tuple(found), after
        at = after + 1


def month_follows(line: Line, at: int, *, named: bool = False) -> int | None:
    """The place after "of every month", "каждого месяца"; with `named`, after "of the month" too."""
    lows = line.lows
    start = at + (lows[at] in ("of", "in", "у"))
    if lows[start] in ("every", "each", "каждого", "каждый") and lows[start + 1] in (
        "month",
        "месяца",
        "месяц",
    ):
        return start + 2
    if lows[at] in ("месяца",) and named:
        return at + 1
    if named and lows[start] in ("the", "a") and lows[start + 1] == "month":
        return start + 2
    if lows[at] in ("monthly", "ежемесячно"):
        return at + 1
    return None
