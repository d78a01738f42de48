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


_STOP = r"(?:\.(?=\s|$))?"  # the full stop of "20 мин." goes with it
MINUTES = r"m|mins?|minutes?|м|мин|минут[уы]?"
HOURS = r"h|hrs?|hours?|ч|час(?:а|ов)?"
_UNITS = {
    "s": r"s|secs?|seconds?|с|сек|секунд[уы]?",
    "m": MINUTES,
    "h": HOURS,
    "d": r"d|days?|дн|день|дня|дней",
}
_ONE_OF = {"s": r"second|секунду", "m": r"minute|минуту", "h": r"hour|час", "d": r"day|день"}
_AFTER = re.compile(
    r"(?<!\w)(?:in|(?P<ru>через))\s+(?:(?P<count>\d{1,5})\s*(?:"
    + "|".join(f"(?P<{unit}>{words})" for unit, words in _UNITS.items())
    + rf")(?:(?:\s*(?:and|и)\s+|\s*)(?P<more>\d{{1,3}})\s*(?:{MINUTES}))?"
    + r"|(?(ru)(?:(?:один|одну)\s+)?|(?:an?|one)\s+)(?:"
    + "|".join(f"(?P<one_{unit}>{words})" for unit, words in _ONE_OF.items())
    + rf"))(?!\w){_STOP}",
    re.IGNORECASE,
)
_DAYS = {"today": 0, "сегодня": 0, "tomorrow": 1, "завтра": 1, "послезавтра": 2, "day after tomorrow": 2}
_DAY = re.compile(
    r"(?<![\w-])(?:(?:on|на)\s+)?(?P<day>"
    + "|".join(sorted(_DAYS, key=len, reverse=True)).replace(" ", r"\s+")
    + r")(?![\w-]|['’]\w)",
    re.IGNORECASE,
)
_HALF = r"(?:\s*(?P<half>[ap]\.m\.|[ap]m|утра|дня|вечера|ночи)(?!\w))?"
_CLOCK = re.compile(
    r"(?<![\w:.])(?:(?:at|from|by|till|until|в|во|к|с|до)\s+)?(?P<hour>[01]?\d|2[0-3]|24(?=:00)):(?P<minute>[0-5]\d)"
    rf"(?:\s*(?:[-–—]|to|till|until|до)\s*(?:[01]?\d|2[0-4]):[0-5]\d)?{_HALF}(?![\w:]|\.\d){_STOP}",
    re.IGNORECASE,
)
_COUNTED = (  # nouns that make "в 5 …" a number of things or a place, not an hour
    r"раза?|times|percent|процент\w*|этаж\w*|квартир\w*|класс\w*|дом[уае]?|подъезд\w*|кабинет\w*|"
    r"комнат\w*|групп\w*|магазин\w*|школ\w*|офис\w*|минут\w*|секунд\w*|дней|дня?х|недел\w*|месяц\w*|"
    r"лет|год\w*|руб\w*|тыс\w*|человек\w*|штук\w*|minutes?|mins?|seconds?|days?|weeks?|months?|years?|"
    r"people|dollars?|euros?|кг|км"
)
_HOUR = re.compile(
    rf"(?<!\w)(?:at|в|во)\s+(?P<hour>[01]?\d|2[0-4])(?:\s*(?:o['’]?clock|час(?:а|ов)?)(?!\w))?{_HALF}"
    rf"(?!\w|[:+]|\s*[%°€$₽]|[.,/]\d|[-–]\w|\s+\d{{3}}|\s+(?:{_COUNTED})(?!\w)){_STOP}",
    re.IGNORECASE,
)


def find_moment(text: str, *, now: datetime, zone: ZoneInfo) -> Moment | None:
    """The first moment `text` names, None for none. `text` has ё folded and its quoted parts blanked.

    A time without a date is the next such time; a date named and already past is flagged, never rolled over.
    Of a stretch ("10:00-11:00") the start is the due.
    """
    local = now.astimezone(zone)
    if (after := _AFTER.search(text)) is not None:
        step = _step(after)
        if step is None:
            return None
        if not (after["d"] or after["one_d"]):
            return Moment(_elapsed(step, local, zone), (after.span(),))
        day, on = after, local.date() + step
    elif (named := _DAY.search(text)) is not None:
        day, on = named, local.date() + timedelta(days=_DAYS[" ".join(named["day"].casefold().split())])
    else:
        day, on = None, local.date()
    clock = _CLOCK.search(text) or _HOUR.search(text)
    spans = tuple(match.span() for match in (day, clock) if match is not None)
    if clock is None:
        return Moment(Due(on, None, zone.key), spans) if day else None
    said, days_later = _time_of(clock, named_day=day is not None)
    if day is None:
        is_bare = clock.re is _HOUR and clock["half"] is None
        return Moment(_next_such(Due(on, said, zone.key), bare=is_bare, now=local), spans)
    due = Due(on + timedelta(days=days_later), said, zone.key)
    return Moment(due, spans, is_past=_at(due) < now)


def _step(after: re.Match[str]) -> timedelta | None:
    """How long after now; None for what is too far, or makes no sense ("in 3 days 20 minutes")."""
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    unit = next(unit for unit in units if after[unit] or after[f"one_{unit}"])
    if after["more"] and unit != "h":
        return None
    step = timedelta(**{units[unit]: int(after["count"] or 1)}) + timedelta(minutes=int(after["more"] or 0))
    return step if step <= FAR else None


def _elapsed(step: timedelta, local: datetime, zone: ZoneInfo) -> Due:
    """The clock after so much time has truly passed, across a DST change too."""
    then = (local.astimezone(ZoneInfo("UTC")) + step).replace(microsecond=0)
    shown = then.astimezone(zone)
    clock = shown.time().replace(fold=0)  # a row keeps no fold
    due = Due(shown.date(), clock, zone.key)
    if due.at == then:
        return due
    # The second pass of a fold: with the zone's name the same clock means the first.
    hours, rest = divmod(shown.utcoffset() or timedelta(), timedelta(hours=1))
    if rest:
        return Due(then.date(), then.time(), "UTC")
    posix = f"Etc/GMT{-hours:+d}"  # counts westward (tzdata, "etcetera")
    return Due(shown.date(), clock, posix)


def _time_of(clock: re.Match[str], *, named_day: bool) -> tuple[time, int]:
    """The time, and how many days after the one it was said with: 24:00 is the end of that day."""
    hour = int(clock["hour"])
    minute = int(clock["minute"]) if "minute" in clock.re.groupindex else 0
    half = (clock["half"] or "").casefold().replace(".", "")
    if half == "вечера" and hour == 12:
        hour = 24  # noon is no evening: "в 12 вечера" is how some say midnight
    elif half and hour <= 12:
        hour = hour % 12 + (12 if half in ("pm", "дня", "вечера") else 0)
    elif not half and clock.re is _HOUR and named_day and 1 <= hour <= 7:
        hour += 12  # with a date, a bare 1 to 7 is the afternoon
    return time(hour % 24, minute), hour // 24


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
