"""Times of day as they are spoken: "half past five", "без пятнадцати десять", "девять тридцать"."""

from crm.grammar import english, russian
from crm.grammar.dials import Found, dialled, half_of_day, halved
from crm.grammar.numbers import NUMBERS, whole
from crm.grammar.tokens import Line


def spoken_at(line: Line, at: int) -> Found | None:
    """ "half past five", "quarter to six", "половине шестого", "без пятнадцати десять", "пятнадцать минут шестого"."""
    lows = line.lows
    low = lows[at]
    if low in ("a", "the") and lows[at + 1] in ("quarter", "half"):
        at, low = at + 1, lows[at + 1]
    if low in ("half", "quarter") and lows[at + 1] in ("past", "to", "after"):
        hour = whole(line, at + 2, digits=2)
        minutes = 30 if low == "half" else 15
        return _around(line, hour, minutes, is_before=lows[at + 1] == "to")
    if low in ("без", "полпятого") and low == "без":
        minutes_found = (15, at + 2) if lows[at + 1] == "четверти" else _before_hour(line, at + 1)
        if minutes_found is None:
            return None
        start = minutes_found[1] + (lows[minutes_found[1]] in ("минут", "минуты"))
        hour = (1, start + 1) if lows[start] == "час" else whole(line, start, digits=2)
        return _around(line, hour, minutes_found[0], is_before=True)
    if low in ("половине", "половину", "половина", "полов", "пол", "четверть"):
        start = at + 1 + (lows[at + 1] == "-")
        if lows[start] in russian.HOUR_GENITIVE:
            return _around(
                line,
                (russian.HOUR_GENITIVE[lows[start]] - 1 or 12, start + 1),
                15 if low == "четверть" else 30,
            )
        return None
    if low.startswith("пол") and low[3:] in russian.HOUR_GENITIVE:
        return _around(line, (russian.HOUR_GENITIVE[low[3:]] - 1 or 12, at + 1), 30)
    found = whole(line, at, digits=2)
    if found is None or not 0 < found[0] < 60:
        return None
    start = found[1] + (lows[found[1]] in ("минут", "минуты", "minutes"))
    if lows[start] in ("past", "to") and (hour := whole(line, start + 1, digits=2)) and 1 <= hour[0] <= 12:
        is_time = not (lows[at].isdecimal() or lows[hour[1]].isdecimal() or lows[hour[1]] in english.UNITS)
        return (
            _around(line, hour, found[0], is_before=lows[start] == "to")
            if is_time and found[0] % 5 == 0
            else None
        )
    if start > found[1] and lows[start] in russian.HOUR_GENITIVE:
        return _around(line, (russian.HOUR_GENITIVE[lows[start]] - 1 or 12, start + 1), found[0])
    return None


def _before_hour(line: Line, at: int) -> tuple[int, int] | None:
    """The minutes of "без двадцати пять": the genitive alone, the hour after them is no part of it."""
    found = whole(line, at, digits=2)
    if found is not None and found[1] == at + 2 and not line.lows[at + 1].endswith(("и", "х", "ного")):
        return NUMBERS[line.lows[at]], at + 1
    return found


def _around(
    line: Line, hour: tuple[int, int] | None, minutes: int, *, is_before: bool = False
) -> Found | None:
    if hour is None or not 1 <= hour[0] <= 24 or not 0 < minutes < 60:
        return None
    value, after = hour
    if is_before:
        value, minutes = (value - 1 or 12), 60 - minutes
    if line.lows[after] in ("o'clock", "часов", "часа"):
        after += 1
    half = half_of_day(line, after)
    if half is not None:
        return halved(value, minutes, half[0], half[1])
    return dialled(value, minutes), after
