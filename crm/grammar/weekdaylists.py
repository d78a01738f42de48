"""Weekdays in a row: "Mon, Wed and Fri", «по понедельникам и средам»."""

from crm.grammar import english, russian
from crm.grammar.tokens import Line

_ANY = english.WEEKDAYS | russian.WEEKDAYS | english.MANY_WEEKDAYS | russian.MANY_DATIVE


def weekdays_at(line: Line, at: int) -> tuple[tuple[int, ...], int] | None:
    return listed(line, at, _ANY)


_WEEK = 7  # no row names more days


def listed(
    line: Line, at: int, table: dict[str, int], *, spaced: bool = False
) -> tuple[tuple[int, ...], int] | None:
    """Weekdays in a row: "Mon, Wed and Fri"; a range "Mon-Fri" too. With `spaced` "mon wed fri" are a row as well."""
    lows = line.lows
    first = table.get(lows[at])
    if first is None:
        return None
    days, after = [first], at + 1
    while True:
        step = after
        while lows[step] in (",", "and", "и", "&", "/", "по", "."):
            step += 1
        more = table.get(lows[step])
        if more is not None and (step > after or spaced) and len(days) < _WEEK:
            days.append(more)
            after = step + 1
            continue
        until = table.get(lows[after + 1]) if lows[after] in ("-", "–", "—", "to") else None
        if until is None or len(days) > 1:
            return tuple(dict.fromkeys(days)), after
        span = range(first, until + 1) if first < until else (*range(first, 7), *range(until + 1))
        return tuple(span), after + 2
