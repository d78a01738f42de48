"""Days: "tomorrow", "в следующую пятницу", "5 декабря", "05/06", "end of week", "in two weeks"."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from crm.grammar.dates import FAR, is_valid, last_day, months_later
from crm.grammar.lengths import Length

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
    base: "Day | None" = None  # what `length` counts from, where that is not today
    other: "Day | None" = None  # "Friday or Saturday"
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
    if day.other is not None:
        either = (replace(day, other=None), day.other)
        return _distinct(*(found for each in either for found in dates_of(each, today, order, region)))
    match day.kind:
        case "after":
            starts = (today,) if day.base is None else dates_of(day.base, today, order, region)
            return tuple(found for start in starts for found in _after(start, day.length or Length()))
        case "weekday":
            return (today + timedelta(days=ahead or 7),)
        case "nearest":
            return (today + timedelta(days=ahead),)
        case "this":
            return (monday + timedelta(days=day.weekday),)
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
        case "next week":
            return monday + timedelta(days=7), monday + timedelta(days=7 + FRIDAY)
        case _:
            return ()


def _distinct(*found: date) -> tuple[date, ...]:
    return tuple(dict.fromkeys(found))


def _after(today: date, length: Length) -> tuple[date, ...]:
    if abs(length.days) > FAR.days or abs(length.months) * 30 > FAR.days:
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
