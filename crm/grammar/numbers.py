"""Numbers in digits and in words, whole and with halves."""

from crm.grammar import english, russian
from crm.grammar.tokens import Line

NUMBERS = english.NUMBERS | russian.NUMBERS
_TENS = frozenset({20, 30, 40, 50, 60, 90})
_ONE_AND_A_HALF = frozenset({"полтора", "полторы", "полутора"})


def whole(line: Line, at: int, *, digits: int = 4) -> tuple[int, int] | None:
    """A whole number at `at` and the place after it: "20", "twenty", "twenty-five", "двадцать пять"."""
    value = line.number(at, digits)
    if value is not None:
        return value, at + 1
    value = NUMBERS.get(line.lows[at])
    if value is None:
        return None
    if value in _TENS:
        after = at + 2 if line.lows[at + 1] == "-" else at + 1
        more = NUMBERS.get(line.lows[after])
        if more is not None and more < 10:
            return value + more, after + 1
    return value, at + 1


def amount(line: Line, at: int) -> tuple[float, int] | None:
    """A number that may have a fraction: "1,5", "2.5", "полтора", "one and a half", "2 с половиной"."""
    lows = line.lows
    if lows[at] in _ONE_AND_A_HALF:
        return 1.5, at + 1
    found = whole(line, at, digits=5)
    if found is None:
        return None
    value, after = found
    if lows[after] in (".", ",") and line.glued(after) and line.glued(after + 1):
        part = line.number(after + 1, 2)
        if part is not None:
            return value + part / 10 ** len(lows[after + 1]), after + 2
    fraction = _fraction(line, after)
    if fraction is not None:
        return value + fraction, after + 3
    if lows[after] == "/" and (half := _fraction(line, at)) is not None:
        return half, at + 3
    if lows[after] == "and" and lows[after + 1] == "a" and lows[after + 2] == "half":
        return value + 0.5, after + 3
    if lows[after] == "с" and lows[after + 1] == "половиной":
        return value + 0.5, after + 2
    return value, after


def _fraction(line: Line, at: int) -> float | None:
    """The "1/2" of "2 1/2 hours"."""
    if line.lows[at + 1] != "/" or not (line.glued(at + 1) and line.glued(at + 2)):
        return None
    part, whole_ = line.number(at, 1), line.number(at + 2, 1)
    return part / whole_ if part and whole_ in (2, 4) and part < whole_ else None
