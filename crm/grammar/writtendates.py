"""Dates as they are written: "Dec 5", "5th of December 2027", «пятого декабря», "05.12", "05/06", "2026-12-05"."""

from crm.grammar import english, russian
from crm.grammar.dates import is_valid
from crm.grammar.days import Day
from crm.grammar.lengths import UNITS
from crm.grammar.tokens import Line

NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1} | {
    "последний": -1, "последнюю": -1, "последнее": -1, "последняя": -1, "последней": -1,
} | russian.TURNS  # fmt: skip


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
        lows[at - 1] in (".", "/", "-", ":", "$", "€", "£", "₽", "#", "№", "+") or lows[at - 1].isalpha()
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
    if third is None and (
        _is_decimal(line, at, after) or not (len(lows[at + 2]) == 2 or _is_cued(line, at, after))
    ):
        return None
    if not is_valid(year or 2028, second, first):
        return None
    if third is None and lows[after] == "." and line.glued(after) and after + 1 < line.count:
        after += not line.glued(after + 1)
    if year is not None and lows[after] in ("г", "года"):
        after += 1 + (lows[after + 1] == "." and line.glued(after + 1))
    return Day("date", year=year, month=second, day=first, is_monthly=True), after


def _slash(
    line: Line, at: int, after: int, first: int, second: int, year: int | None
) -> tuple[Day, int] | None:
    if line.lows[after] in english.MONEY or line.lows[after].startswith(russian.COUNTED_STEMS):
        return None
    if line.lows[after] in (
        "of",
        "cup",
        "inch",
        "hour",
        "hours",
        "day",
        "days",
        "year",
        "часа",
        "дня",
        "ч",
    ) or line.lows[at - 1] in ("and", "w"):
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
        return not ((is_iso and low == "t") or low in ("г", "года"))
    return low in ("%", "€", "₽", "$") or (low in "./-:" and line.glued(after + 1) and more[:1].isalnum())


def _is_cued(line: Line, at: int, after: int) -> bool:
    """Whether "3.4" is a date by what stands around it; alone it may be a chapter or a grade."""
    before, low = line.lows[at - 1], line.lows[after]
    if low in UNITS:
        return False
    if before in ("on", "by", "until", "till", "до", "к", "due"):
        return True
    return at == 0 and (low in english.VERBS or russian.is_verb(low) or low in ("at", "в", "во"))


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
