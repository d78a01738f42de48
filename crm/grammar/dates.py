"""Dates and times: the small table of words that name a moment, in Russian and English."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WORKDAY_STARTS = time(9, 0)
FAR = timedelta(days=3660)  # ten years: more is a slip of the finger


@dataclass(frozen=True, slots=True)
class Due:
    """A wall clock: date, time (None for a date only) and IANA zone; the truth from which `at` is derived."""

    date: date
    time: time | None
    tz: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @property
    def at(self) -> datetime | None:
        """The moment in UTC; None for a date only. A DST gap shifts forward, a fold takes the first (PEP 495)."""
        if self.time is None:
            return None
        return datetime.combine(self.date, self.time, self.zone).astimezone(ZoneInfo("UTC"))

    def at_start_of_workday(self) -> "Due":
        return Due(self.date, WORKDAY_STARTS, self.tz)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a text said of time: the due, where it stood (start and end of each piece), and whether it is past."""

    due: Due
    spans: tuple[tuple[int, int], ...]
    is_past: bool = False


_UNITS = {
    "s": r"s|secs?|seconds?|с|сек|секунд[уы]?",
    "m": r"m|mins?|minutes?|мин|минут[уы]?",
    "h": r"h|hrs?|hours?|ч|час(?:а|ов)?",
    "d": r"d|days?|дн|день|дня|дней",
}
_AFTER = re.compile(
    r"(?<!\w)(?:in|через)\s+(?:(?P<count>\d{1,5}|an?|one|один|одну)\s*)?(?:"
    + "|".join(f"(?P<{unit}>{words})" for unit, words in _UNITS.items())
    + r")(?!\w)",
    re.IGNORECASE,
)
_DAYS = {"today": 0, "сегодня": 0, "tomorrow": 1, "завтра": 1, "послезавтра": 2, "day after tomorrow": 2}
_DAY = re.compile(
    rf"(?<!\w)(?:(?:on|на)\s+)?(?P<day>{'|'.join(sorted(_DAYS, key=len, reverse=True))})(?!\w)", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?<![\w:.])(?:(?:at|в|во|к)\s+)?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?:\s*(?P<half>am|pm))?(?![\w:]|\.\d)",
    re.IGNORECASE,
)
_HOUR = re.compile(
    r"(?<!\w)(?:at|в|во)\s+(?P<hour>[01]?\d|2[0-4])"
    r"(?:\s*(?P<half>am|pm|утра|дня|вечера|ночи)|\s*(?:o'clock|час(?:а|ов)?))?"
    r"(?![\w:%+]|[.,/-]\d|\s+(?:раза?|этаж\w*|квартир\w*|times|percent|процент\w*))",
    re.IGNORECASE,
)


def find_moment(text: str, *, now: datetime, zone: ZoneInfo) -> Moment | None:
    """The first moment `text` names, None for none. `text` has ё folded and its quoted parts blanked.

    A time without a date is the next such time; a date named and already past is flagged, never rolled over.
    """
    local = now.astimezone(zone)
    if (after := _AFTER.search(text)) is not None:
        return _elapsed(after, local, zone)
    day = _DAY.search(text)
    clock = _CLOCK.search(text) or _HOUR.search(text)
    if day is None and clock is None:
        return None
    spans = tuple(match.span() for match in (day, clock) if match is not None)
    on = local.date() + timedelta(days=_DAYS[" ".join(day["day"].lower().split())] if day else 0)
    if clock is None:
        return Moment(Due(on, None, zone.key), spans)
    said = _time_of(clock, named_day=day is not None)
    due = Due(on, said, zone.key)
    if day is None:
        due = _next_such(due, bare=clock.re is _HOUR and clock["half"] is None, now=local)
    return Moment(due, spans, is_past=_at(due) < now)


def _elapsed(after: re.Match[str], local: datetime, zone: ZoneInfo) -> Moment | None:
    count = int(after["count"]) if (after["count"] or "").isdigit() else 1
    if after["d"]:
        if timedelta(days=count) > FAR:
            return None
        return Moment(Due(local.date() + timedelta(days=count), None, zone.key), (after.span(),))
    unit = next(unit for unit in "smh" if after[unit])
    step = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}[unit] * count
    if step > FAR:
        return None
    then = (local.astimezone(ZoneInfo("UTC")) + step).astimezone(zone)
    clock = then.timetz().replace(tzinfo=None)
    return Moment(Due(then.date(), clock.replace(microsecond=0), zone.key), (after.span(),))


def _time_of(clock: re.Match[str], *, named_day: bool) -> time:
    hour = int(clock["hour"]) % 24
    minute = int(clock["minute"]) if "minute" in clock.re.groupindex else 0
    half = (clock["half"] or "").lower()
    if half in ("pm", "дня", "вечера"):
        hour = hour % 12 + 12 if hour <= 12 else hour
    elif half in ("am", "утра", "ночи"):
        hour = hour % 12 if hour <= 12 else hour
    elif clock.re is _HOUR and named_day and 1 <= hour <= 7:
        hour += 12  # with a date, a bare 1 to 7 is the afternoon
    return time(hour, minute)


def _next_such(due: Due, *, bare: bool, now: datetime) -> Due:
    """The next time the clock shows this; a bare 1 to 7 goes by a dial of twelve hours."""
    hours = [due.time or time()]
    if bare and 1 <= hours[0].hour <= 7:
        hours.append(hours[0].replace(hour=hours[0].hour + 12))
    for later in (0, 1):
        for clock in hours:
            next_one = Due(due.date + timedelta(days=later), clock, due.tz)
            if _at(next_one) > now:
                return next_one
    return Due(due.date + timedelta(days=2), hours[0], due.tz)  # a DST gap swallowed both


def _at(due: Due) -> datetime:
    return due.at or due.at_start_of_workday().at or datetime.max.replace(tzinfo=ZoneInfo("UTC"))
