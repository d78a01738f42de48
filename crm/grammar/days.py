"""Days: "tomorrow", "в следующую пятницу", "5 декабря", "05/06", "end of week", "in two weeks"."""

from dataclasses import dataclass
from datetime import date, timedelta

from crm.grammar import english, russian
from crm.grammar.dates import FAR, is_valid, last_day, months_later
from crm.grammar.lengths import Length
from crm.grammar.tokens import Line

FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
# Countries that write the month first in a slashed date; there the year may lead, but a day never stands before.
MONTH_FIRST = frozenset(
    {"US", "PH", "FM", "MH", "PW", "GU", "AS", "VI", "PR", "CN", "JP", "KR", "TW", "HU", "LT", "MN"}
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as said, to be resolved against a today. `kind` names the rule, the rest its numbers."""

    kind: str
    weekday: int = 0
    year: int | None = None
    month: int = 0
    day: int = 0
    length: Length | None = None
    is_monthly: bool = False  # names a day of a month, with which a repetition may be fixed
    cue: bool = True  # stood with a preposition or another sign of "when"


def offset(days: int) -> Day:
    return Day("after", length=Length(days=days))


def dates_of(day: Day, today: date, order: str | None, region: str | None) -> tuple[date, ...]:
    """The dates it may mean, the likeliest first; none where there is no such day.

    A bare weekday is strictly after today; whether it may be today as well depends on the time said with it.
    """
    ahead = (day.weekday - today.weekday()) % 7
    monday = today - timedelta(days=today.weekday())
    match day.kind:
        case "after":
            return _after(today, day.length or Length())
        case "weekday":
            return (today + timedelta(days=ahead or 7),)
        case "nearest":
            return (today + timedelta(days=ahead),)
        case "this":
            return (monday + timedelta(days=day.weekday),)
        case "week after":
            return (today + timedelta(days=7 + (ahead or 7)),)
        case "last":
            return (today - timedelta(days=(today.weekday() - day.weekday) % 7 or 7),)
        case "next":
            there, nearest = monday + timedelta(days=7 + day.weekday), today + timedelta(days=ahead or 7)
            return _distinct(there, nearest)
        case "week":  # a weekday of the week so many days on
            start = today + timedelta(days=day.day)
            return (start - timedelta(days=start.weekday()) + timedelta(days=day.weekday),)
        case "date":
            return _dates(today, day.year, day.month, day.day)
        case "day of month":
            return _days_of_month(today, day.day)
        case "slashed":
            return _slashed(day, today, order, region)
        case "end of week":
            start = monday + timedelta(days=day.day)
            friday, sunday = start + timedelta(days=FRIDAY), start + timedelta(days=SUNDAY)
            return (friday, sunday) if friday >= today else (sunday,)
        case "end of month":
            return _end_of_month(today, day.month, day.day)
        case "weekend":
            saturday, sunday = (
                monday + timedelta(days=day.day + SATURDAY),
                monday + timedelta(days=day.day + SUNDAY),
            )
            return (saturday, sunday) if saturday >= today else (sunday, saturday + timedelta(days=7))
        case "last of month":
            return (today.replace(day=last_day(today.year, today.month)),)
        case "next month":
            return (months_later(today.replace(day=1), 1),)
        case _:
            return ()


def _distinct(*found: date) -> tuple[date, ...]:
    return tuple(dict.fromkeys(found))


def _after(today: date, length: Length) -> tuple[date, ...]:
    if length.days > FAR.days or length.months * 30 > FAR.days:
        return ()
    try:
        return (months_later(today, length.months) + timedelta(days=length.days),)
    except (OverflowError, ValueError):
        return ()


def _dates(today: date, year: int | None, month: int, day: int) -> tuple[date, ...]:
    if year is not None:
        return (date(year, month, day),) if is_valid(year, month, day) else ()
    for later in range(9):  # 29 February may be eight years away
        if (
            is_valid(today.year + later, month, day)
            and (found := date(today.year + later, month, day)) >= today
        ):
            return (found,)
    return ()


def _days_of_month(today: date, day: int) -> tuple[date, ...]:
    for later in range(3):
        first = months_later(today.replace(day=1), later)
        if day <= last_day(first.year, first.month) and (found := first.replace(day=day)) >= today:
            return (found,)
    return ()


def _slashed(day: Day, today: date, order: str | None, region: str | None) -> tuple[date, ...]:
    day_first = _dates(today, day.year, day.month, day.day)
    month_first = _dates(today, day.year, day.day, day.month)
    if order is not None:
        known = day_first if order == "DMY" else month_first
        return known or month_first or day_first
    both = (*month_first, *day_first) if region in MONTH_FIRST else (*day_first, *month_first)
    return _distinct(*both)


def _end_of_month(today: date, month: int, later: int) -> tuple[date, ...]:
    start = today.replace(day=1)
    if month:
        start = start.replace(month=month, year=today.year + (month < today.month))
    start = months_later(start, later)
    last = start.replace(day=last_day(start.year, start.month))
    working = last - timedelta(days=max(0, last.weekday() - FRIDAY))
    return _distinct(working, last) if working >= today else (last,)


def month_day(line: Line, at: int) -> tuple[Day, int] | None:
    """A day and month with or without a year: "Dec 5", "5th of December 2027", "пятого декабря", "05.12"."""
    lows = line.lows
    month = english.MONTHS.get(lows[at])
    if month is not None:
        start = at + 1 + (lows[at + 1] == "." and line.glued(at + 1)) + 0
        start += lows[start] == "the"
        number = ordinal(line, start)
        if number is None or _is_clock_hour(line, number[1]) or not 1 <= number[0] <= 31:
            return None
        year, after = _year(line, number[1])
        return Day("date", year=year, month=month, day=number[0], is_monthly=True), after
    start = at + (lows[at] == "the")
    number = ordinal(line, start)
    if number is None or not 1 <= number[0] <= 31:
        return None
    day, after = number
    after += lows[after] == "of"
    after += lows[after] == "числа" and lows[after + 1] in russian.MONTHS
    month = russian.MONTHS.get(lows[after]) or english.MONTHS.get(lows[after])
    if month is None or (line.glued(after) and lows[after] in ("мар", "mar", "dec", "sec")):
        return None
    if lows[after] in ("may", "march") and lows[after + 1] in ("be", "i", "we", "on"):
        return None
    after += 1
    after += lows[after] == "." and line.glued(after)
    year, after = _year(line, after)
    return Day("date", year=year, month=month, day=day, is_monthly=True), after


def _is_clock_hour(line: Line, after: int) -> bool:
    low = line.lows[after]
    return (low == ":" and line.glued(after) and line.glued(after + 1)) or low in ("am", "pm", "%")


def _year(line: Line, at: int) -> tuple[int | None, int]:
    start = at + (line.lows[at] == ",")
    year = line.number(start, 4)
    if (
        year is not None
        and len(line.lows[start]) == 4
        and 1970 <= year <= 2200
        and line.lows[start + 1] != ":"
    ):
        after = start + 1
        if line.lows[after] in ("г", "года", "год"):
            after += 1
            after += line.lows[after] == "." and line.glued(after)
        return year, after
    return None, at


def ordinal(line: Line, at: int) -> tuple[int, int] | None:
    """A day's number: "5", "5th", "5-го", "пятого", "twenty first"."""
    lows = line.lows
    number = line.number(at, 2)
    if number is not None:
        after = at + 1
        if lows[after] in ("st", "nd", "rd", "th") and line.glued(after):
            return number, after + 1
        if lows[after] == "-" and lows[after + 1] in ("го", "е", "му", "ого") and line.glued(after):
            return number, after + 2
        if line.glued(after) and (lows[after] in ("го", "ого")):
            return number, after + 1
        return number, after
    tens = {"twenty": 20, "thirty": 30, "двадцать": 20, "тридцать": 30}.get(lows[at])
    if tens is not None:
        start = at + 1 + (lows[at + 1] == "-")
        unit = english.ORDINALS.get(lows[start]) or russian.ORDINALS.get(lows[start])
        return (tens + unit, start + 1) if unit is not None and unit < 10 else None
    value = russian.ORDINALS.get(lows[at]) or english.ORDINALS.get(lows[at])
    return None if value is None else (value, at + 1)


def written_date(line: Line, at: int) -> tuple[Day, int] | None:
    """A date in figures: "05.12", "5.12.2027", "05/06", "2026-12-05"."""
    lows = line.lows
    first = line.number(at, 4)
    if first is None or not line.glued(at + 1) or not line.glued(at + 2):
        return None
    if line.glued(at) and (
        lows[at - 1] in (".", "/", "-", ":", "$", "€", "#", "№", "+") or lows[at - 1].isalpha()
    ):
        return None
    mark, second = lows[at + 1], line.number(at + 2, 2)
    if lows[at - 1] in ("№", "#"):
        return None
    if second is None or mark not in (".", "/", "-"):
        return None
    third = (
        line.number(at + 4, 4) if lows[at + 3] == mark and line.glued(at + 3) and line.glued(at + 4) else None
    )
    after = at + 5 if third is not None else at + 3
    if line.glued(after) and _runs_on(line, after, is_iso=len(lows[at]) == 4):
        return None
    if len(lows[at]) == 4:  # the year first
        is_date = third is not None and mark in "-/." and is_valid(first, second, third)
        if not is_date:
            return None
        after += lows[after] == "t" and line.glued(after)
        return Day("date", year=first, month=second, day=third or 0, is_monthly=True), after
    if (mark == "-" or len(lows[at]) > 2) and (mark != "-" or third is None or len(lows[at + 4]) != 4):
        return None
    year = None
    if third is not None:
        if len(lows[at + 4]) not in (2, 4):
            return None
        year = third + 2000 if len(lows[at + 4]) == 2 else third
    if mark == "/":
        return _slash(line, at, after, first, second, year)
    if third is None and (len(lows[at + 2]) != 2 or _is_decimal(line, at, after)):
        return None
    if not is_valid(year or 2028, second, first):
        return None
    if year is not None and lows[after] in ("г", "года"):
        after += 1 + (lows[after + 1] == "." and line.glued(after + 1))
    return Day("date", year=year, month=second, day=first, is_monthly=True), after


def _slash(
    line: Line, at: int, after: int, first: int, second: int, year: int | None
) -> tuple[Day, int] | None:
    if line.lows[after] in english.MONEY or line.lows[after].startswith(russian.COUNTED_STEMS):
        return None
    if line.lows[after] in ("of", "cup", "inch") or line.lows[at - 1] in ("and", "w"):
        return None
    if not (is_valid(year or 2028, second, first) or is_valid(year or 2028, first, second)):
        return None
    if (first, second) == (24, 7):
        return None
    return Day("slashed", year=year, month=second, day=first, is_monthly=True), after


def _runs_on(line: Line, after: int, *, is_iso: bool) -> bool:
    """Whether figures or letters follow without a space, as in an address or a version."""
    low, more = line.lows[after], line.lows[after + 1]
    if low[:1].isalnum():
        return not (is_iso and low == "t")
    return low in ("%", "€", "₽", "$") or (low in "./-:" and line.glued(after + 1) and more[:1].isalnum())


def _is_decimal(line: Line, at: int, after: int) -> bool:
    low = line.lows[after]
    if low in english.MONEY or low in ("%", "€", "₽", "$", "млн", "млрд", "х"):
        return True
    if low.startswith(russian.COUNTED_STEMS):
        return True
    before = line.lows[at - 2] if line.lows[at - 1] == "." else line.lows[at - 1]
    return before in ("$", "€", "£", "₽", "№", "#") or before in (
        "v", "version", "версия", "версии", "версию", "версией", "ver", "вер", "п", "пункт", "пункта", "пункту", "ст",
        "гл", "section", "chapter", "python", "rc", "release", "релиз", "room", "ip", "ios", "android", "postgresql",
    )  # fmt: skip
