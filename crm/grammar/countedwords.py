"""Time that is counted, from now or from a day: "in two hours", "через 20 минут", "3 days before Dec 20"."""

from crm.grammar import english
from crm.grammar.days import Day
from crm.grammar.daywords import day_at
from crm.grammar.lengths import UNITS, Length, length_at
from crm.grammar.letters import words
from crm.grammar.numbers import whole
from crm.grammar.tokens import Line

Found = tuple[Day, int]


def after_at(line: Line, at: int) -> tuple[Length, int] | None:
    """ "in two hours", "через 20 минут", "3 days from now", "минут через 20": the length from now."""
    lows = line.lows
    if lows[at : at + 2] == ["в", "течение"]:
        if lows[at + 2] in ("часа", "минуты", "недели", "месяца"):
            return {"часа": Length(3600), "минуты": Length(60), "недели": Length(0, 7)}.get(
                lows[at + 2], Length(0, 0, 1)
            ), at + 3
        return length_at(line, at + 2) if lows[at + 2] != "дня" else None
    if lows[at] in ("in", "через", "within", "спустя"):
        start = at + 1 + (lows[at + 1] in ("about", "примерно", "around", "где-то"))
        found = length_at(line, start) or _inverted(line, start)
        if found is None or (lows[at] == "in" and line.lows[found[1]] in ("advance", "total", "row")):
            return None
        if lows[at] == "через" and lows[at + 1] == "раз":
            return None
        return found
    if lows[at] in _ROUGH_UNITS and lows[at + 1] == "через":
        return _inverted(line, at, between=1)
    if lows[at].isdecimal() or lows[at] in ("a", "an", "one", "two", "three", "half", "four", "five", "ten"):
        found = length_at(line, at)
        if found and lows[found[1]] in ("спустя", "later"):
            return found[0], found[1] + 1
        if found and lows[found[1]] == "from" and lows[found[1] + 1] in ("now", "today"):
            return found[0], found[1] + 2
    return None


_ROUGH_UNITS = words("минут минуты часа часов часика дня дней недели месяца")


def _inverted(line: Line, at: int, between: int = 0) -> tuple[Length, int] | None:
    """ "минут двадцать", «минут через двадцать»: the unit first, for about so much."""
    number = whole(line, at + 1 + between, digits=3) if line.lows[at] in _ROUGH_UNITS else None
    if number is None or number[0] == 0 or line.lows[number[1]] in UNITS:
        return None
    unit = UNITS[line.lows[at]]
    seconds = {"m": 60, "h": 3600}.get(unit, 0) * number[0]
    days = {"d": 1, "w": 7}.get(unit, 0) * number[0]
    return Length(seconds, days, number[0] if unit == "mo" else 0), number[1]


def counted_at(line: Line, at: int) -> Found | None:
    """ "two weeks from Friday", "a week before Dec 20", "за неделю до 20 декабря": days from another day."""
    lows = line.lows
    start = at + (lows[at] == "за")
    found = length_at(line, start)
    if found is None or found[0].is_clock:
        return None
    length, after = found
    if start > at:
        sign = -1 if lows[after] == "до" else 0
    else:
        sign = {"from": 1, "after": 1, "on": 1, "before": -1}.get(lows[after], 0)
        sign *= lows[after] != "on" or lows[after + 1] in english.WEEKDAYS
    base = day_at(line, after + 1, is_after_word=True) if sign else None
    if base is None:
        return None
    counted = Length(days=sign * length.days, months=sign * length.months)
    return Day("after", length=counted, base=base[0]), base[1]
