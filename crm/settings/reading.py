"""Settings read from text: what a button carries or a person typed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time

from crm.errors import N_, BadInput
from crm.holidays import find_country
from crm.people import LANGUAGES
from crm.settings.entities import DateOrder, PersonSettings, Section, Span
from crm.zones import find_zone

LEADS = 6  # reminders of one task by default, at most
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_OFF = {"off", "no", "none", "выкл", "нет", "никогда", "-"}
_DAILY = {"daily": True, "workdays": False}  # whether digests come on days off too


def changed(settings: PersonSettings, section: Section, value: str) -> PersonSettings:
    """The settings with one of them read from text. Raises BadInput."""
    return _READ[section](settings, value.strip())


def _language(settings: PersonSettings, value: str) -> PersonSettings:
    if value not in LANGUAGES:
        raise BadInput(N_("I speak English and Russian. Press one of the two buttons."))
    return replace(settings, language=value)


def _zone(settings: PersonSettings, value: str) -> PersonSettings:
    zone = find_zone(value)
    if zone is None:
        raise BadInput(
            N_("I don't know that place. Type a large city nearby, or a zone such as Europe/Moscow or UTC+3.")
        )
    return replace(settings, timezone=zone)


def _dates(settings: PersonSettings, value: str) -> PersonSettings:
    if value not in tuple(DateOrder):
        raise BadInput(N_("Press one of the three buttons."))
    return replace(settings, date_order=DateOrder(value))


def _quiet(settings: PersonSettings, value: str) -> PersonSettings:
    if value.casefold() in _OFF:
        return replace(settings, quiet=None)
    span = _span(value)
    if span is None or span[0] == span[1]:
        raise BadInput(N_("Type two times, for example 22-8 or 23:30-7:00, or off."))
    return replace(settings, quiet=span)


def _days(settings: PersonSettings, value: str) -> PersonSettings:
    """Digits are the days themselves; +3 or -3 puts one in or out."""
    match = re.fullmatch(r"([+-]?)([1-7]{1,7})", value)
    if match is None:
        raise BadInput(N_("Press the days you work on."))
    named = {int(digit) for digit in match[2]}
    days = {"": named, "+": {*settings.workdays} | named, "-": {*settings.workdays} - named}[match[1]]
    if not days:
        raise BadInput(N_("Leave at least one working day."))
    return replace(settings, workdays=tuple(sorted(days)))


def _holidays(settings: PersonSettings, value: str) -> PersonSettings:
    """ "on" and "off" switch them, "auto" takes those of one's zone, all else is a country."""
    if value.casefold() in _OFF or value == "on":
        return replace(settings, holidays=value == "on")
    if value == "auto":
        return replace(settings, holidays=True, country=None)
    country = find_country(value)
    if country is None:
        raise BadInput(
            N_(
                "I don't know that country's holidays. Type its name or two letters, for example: Germany or DE"
            )
        )
    return replace(settings, holidays=True, country=country)


def _hours(settings: PersonSettings, value: str) -> PersonSettings:
    span = _span(value)
    if span is None or span[0] >= span[1]:
        raise BadInput(N_("Type when your working day begins and ends, for example 9-18 or 8:30-17:00."))
    return replace(settings, hours=span)


def _morning(settings: PersonSettings, value: str) -> PersonSettings:
    if value in _DAILY:
        return replace(settings, daily=_DAILY[value])
    return replace(settings, morning=_moment(value))


def _evening(settings: PersonSettings, value: str) -> PersonSettings:
    if value in _DAILY:
        return replace(settings, daily=_DAILY[value])
    return replace(settings, evening=_moment(value))


def _parts(settings: PersonSettings, value: str) -> PersonSettings:
    times = _times(value)
    if times is None or len(times) != 3 or not times[0] < times[1] < times[2]:
        raise BadInput(
            N_("Type when your morning, afternoon and evening begin, for example 9 14 19 or 8:30 13 18:30.")
        )
    return replace(settings, parts=(times[0], times[1], times[2]))


def _timed(settings: PersonSettings, value: str) -> PersonSettings:
    return replace(settings, timed=_leads(settings.timed, value))


def _meetings(settings: PersonSettings, value: str) -> PersonSettings:
    return replace(settings, meetings=_leads(settings.meetings, value))


def _whole_days(settings: PersonSettings, value: str) -> PersonSettings:
    return replace(settings, days=_leads(settings.days, value))


def _leads(chosen: tuple[int, ...], value: str) -> tuple[int, ...]:
    """+15 or -15 puts a number of minutes in or out, none takes all of them away."""
    if value.casefold() in _OFF:
        return ()
    match = re.fullmatch(r"([+-])(\d{1,5})", value)
    if match is None:
        raise BadInput(N_("Press one of the buttons."))
    named = {int(match[2])}
    after = {*chosen} | named if match[1] == "+" else {*chosen} - named
    if len(after) > LEADS:
        raise BadInput(N_("{limit} reminders of one task are enough."), limit=LEADS)
    return tuple(sorted(after))


def _weekly(settings: PersonSettings, value: str) -> PersonSettings:
    if value != "on" and value.casefold() not in _OFF:
        raise BadInput(N_("Press one of the two buttons."))
    return replace(settings, weekly=value == "on")


def _moment(value: str) -> time | None:
    if value.casefold() in _OFF:
        return None
    times = _times(value)
    if times is None or len(times) != 1:
        raise BadInput(N_("Type a time, for example 8:30, or off."))
    return times[0]


def _span(value: str) -> Span | None:
    times = _times(value)
    return (times[0], times[1]) if times is not None and len(times) == 2 else None


def _times(value: str) -> list[time] | None:
    """All times in a text, None when one of them is none (25:00). 24 is midnight."""
    found = []
    for match in _TIME.finditer(value):
        hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
        if half and not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0) if half else 0 if (hour, minute) == (24, 0) else hour
        if hour > 23 or minute > 59:
            return None
        found.append(time(hour, minute))
    return found


_READ: dict[Section, Callable[[PersonSettings, str], PersonSettings]] = {
    Section.LANGUAGE: _language,
    Section.ZONE: _zone,
    Section.DATES: _dates,
    Section.QUIET: _quiet,
    Section.DAYS: _days,
    Section.HOLIDAYS: _holidays,
    Section.HOURS: _hours,
    Section.MORNING: _morning,
    Section.EVENING: _evening,
    Section.TIMED: _timed,
    Section.MEETINGS: _meetings,
    Section.WHOLE_DAYS: _whole_days,
    Section.PARTS: _parts,
    Section.WEEKLY: _weekly,
}
