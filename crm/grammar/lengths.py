"""Lengths of time: "1h30m", "an hour and a half", "полтора часа", "две недели"."""

from dataclasses import dataclass

from crm.grammar import english, russian
from crm.grammar.letters import words
from crm.grammar.numbers import amount
from crm.grammar.tokens import Line

UNITS = english.UNITS | russian.UNITS
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_DAYS = {"d": 1, "w": 7, "fortnight": 14}
_MONTHS = {"mo": 1, "q": 3, "y": 12}
_GLUED_ONLY = frozenset({"s", "m", "d", "w", "с", "м", "д"})  # too short to stand apart from the number
_ONE = frozenset({"a", "an", "one", "один", "одну"})
_ALONE = words("час часик часок минуту минутку секунду день сутки неделю недельку месяц квартал год")
_PAIR = frozenset({"пару", "пара"})
_HALVES = {"полчаса": 30, "полчасика": 30, "полминуты": 0.5}


@dataclass(frozen=True, slots=True)
class Length:
    """Clock time passes as `seconds`; days and months are counted in the calendar."""

    seconds: int = 0
    days: int = 0
    months: int = 0

    @property
    def is_clock(self) -> bool:
        return self.seconds > 0 or not (self.days or self.months)

    def __add__(self, other: "Length") -> "Length":
        return Length(self.seconds + other.seconds, self.days + other.days, self.months + other.months)

    def iso(self) -> str:
        """As an ISO 8601 duration."""
        if self.months:
            return f"P{self.months}M"
        hours, seconds = divmod(self.seconds, 3600)
        minutes, seconds = divmod(seconds, 60)
        clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
        return "P" + (f"{self.days}D" if self.days else "") + (f"T{clock}" if clock or not self.days else "")


def length_at(line: Line, at: int) -> tuple[Length, int] | None:
    """The length that begins at `at`, and the place after it; parts from great to small add up."""
    first = _part(line, at)
    if first is None:
        return None
    total, after = first
    while total.is_clock and total.seconds >= 60:
        step = after + 1 if line.lows[after] in ("and", "и") else after
        more = _part(line, step) or (_glued_minutes(line, step) if step == after else None)
        if more is None and step == after and total.seconds % 3600 == 0:
            more = _bare_minutes(line, step)
        if more is None or not more[0].is_clock or not 0 < more[0].seconds < _smallest(total):
            break
        total, after = total + more[0], more[1]
    if line.lows[after] == "." and after + 1 == line.count and line.glued(after):
        after += 1  # the full stop of "20 мин."
    return total, after


def _smallest(total: Length) -> int:
    return 3600 if total.seconds % 3600 == 0 else 60 if total.seconds % 60 == 0 else 1


def _glued_minutes(line: Line, at: int) -> tuple[Length, int] | None:
    """The 30 of "1h30"."""
    minutes = line.number(at, 2)
    if minutes is None or not line.glued(at) or line.lows[at - 1] not in ("h", "ч"):
        return None
    return Length(seconds=minutes * 60), at + 1


def _bare_minutes(line: Line, at: int) -> tuple[Length, int] | None:
    """The "двадцать" of "час двадцать", in words only."""
    found = amount(line, at)
    if found is None or line.lows[at].isdecimal() or not 5 <= found[0] < 60:
        return None
    return Length(seconds=int(found[0] * 60)), found[1]


def _part(line: Line, at: int) -> tuple[Length, int] | None:
    lows = line.lows
    low = lows[at]
    if low in _HALVES:
        return Length(seconds=int(_HALVES[low] * 60)), at + 1
    if low == "полгода":
        return Length(months=6), at + 1
    if low == "half" and lows[at + 1] in ("an", "a") and lows[at + 2] in ("hour", "day"):
        return Length(seconds=1800 if lows[at + 2] == "hour" else 43200), at + 3
    if low == "half" and lows[at + 1] == "hour":
        return Length(seconds=1800), at + 2
    if low == "half" and lows[at + 1 : at + 3] == ["a", "year"]:
        return Length(months=6), at + 3
    if low in ("quarter", "четверть") or (low == "a" and lows[at + 1] == "quarter"):
        return _quarter(line, at + (low == "a"))
    if low in ("a", "an") and lows[at + 1] == "half" and lows[at + 2] == "hour":
        return Length(seconds=1800), at + 3
    if low in _PAIR or (low == "a" and lows[at + 1] == "couple"):
        after = at + 1 if low in _PAIR else at + 2 + (lows[at + 2] == "of")
        return _of(2, after, line)
    if low == "пол" and lows[at + 1] in ("часа", "часика"):
        return Length(seconds=1800), at + 2
    if low in _ONE and lows[at + 1] in UNITS and lows[at + 1] not in _GLUED_ONLY:
        return _and_a_half(1, at + 1, line)
    if low in _ALONE:
        return _and_a_half(1, at, line)
    number = amount(line, at)
    return None if number is None else _of(number[0], number[1], line)


def _quarter(line: Line, at: int) -> tuple[Length, int] | None:
    lows = line.lows
    if lows[at] == "четверть" and lows[at + 1] == "часа":
        return Length(seconds=900), at + 2
    if lows[at : at + 4] == ["quarter", "of", "an", "hour"]:
        return Length(seconds=900), at + 4
    if lows[at] == "quarter" and lows[at - 1] == "a":
        return Length(months=3), at + 1
    return None


def _and_a_half(count: float, at: int, line: Line) -> tuple[Length, int] | None:
    lows = line.lows
    if lows[at + 1 : at + 4] == ["and", "a", "half"] or lows[at + 1 : at + 3] == ["с", "половиной"]:
        found = _of(count + 0.5, at, line)
        return found and (found[0], at + (4 if lows[at + 1] == "and" else 3))
    return _of(count, at, line)


def _of(count: float, at: int, line: Line) -> tuple[Length, int] | None:
    """So many of the unit at `at`; None where that is no unit, or can't be halved."""
    if line.lows[at] == "-" and line.lows[at + 1] in UNITS:
        return None  # "10-minute talk" is a thing
    if line.lows[at] in ("business", "working", "рабочих", "рабочий", "рабочие"):
        return None
    unit = UNITS.get(line.lows[at])
    if unit is None or (line.lows[at] in _GLUED_ONLY and not _stands_by_number(line, at)):
        return None
    if unit == "q" and line.lows[at + 1 : at + 4] == ["of", "an", "hour"]:
        return Length(seconds=round(count * 900)), at + 4
    if unit in _SECONDS:
        return Length(seconds=round(count * _SECONDS[unit])), at + 1
    if count != int(count):
        if unit == "y" and count * 12 == int(count * 12):
            return Length(months=int(count * 12)), at + 1
        return None
    if unit in _DAYS:
        return Length(days=int(count) * _DAYS[unit]), at + 1
    return Length(months=int(count) * _MONTHS[unit]), at + 1


def _stands_by_number(line: Line, at: int) -> bool:
    return line.glued(at) or (line.lows[at] in ("м", "с", "m", "s") and line.lows[at - 1].isdecimal())
