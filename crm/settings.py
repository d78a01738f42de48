"""Settings: what a person chooses for themselves, whatever team they are in."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput
from crm.grammar.readers import Reader
from crm.holidays import Ahead, days_ahead, find_country, guessed_country, is_known
from crm.people import LANGUAGES, Actor
from crm.storage import Storage, Unit
from crm.updates import Arrival
from crm.zones import find_zone

Span = tuple[time, time]  # from, until; wall clock of the person
Parts = tuple[time, time, time]  # when the morning, the afternoon and the evening begin
LEADS = 6  # reminders of one task by default, at most
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_OFF = {"off", "no", "none", "выкл", "нет", "никогда", "-"}
_DAILY = {"daily": True, "workdays": False}  # whether digests come on days off too


class DateOrder(StrEnum):
    """How 3/4 is read and dates are written: 31.12.2026, 12/31/2026, 2026-12-31."""

    DAY_FIRST = "DMY"
    MONTH_FIRST = "MDY"
    YEAR_FIRST = "YMD"


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """`date_order` None: not chosen yet. `quiet` None: never quiet; it may pass midnight. `workdays` are ISO
    weekdays, Monday 1. `morning` and `evening` are when digests come, None for none; `daily` is on days off too.
    `timed`, `meetings` and `days` are when tasks remind unless they say otherwise: minutes before the time, of a
    meeting as well, and before the start of the working day where a task has no time. `country` is whose holidays
    count, None for that of the zone; `holidays` whether any do. `weekly`: the digest of the teams one manages."""

    language: str
    timezone: str
    date_order: DateOrder | None = None
    quiet: Span | None = None
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    hours: Span = (time(9), time(18))
    morning: time | None = None
    evening: time | None = None
    timed: tuple[int, ...] = (0,)
    meetings: tuple[int, ...] = (15,)
    days: tuple[int, ...] = (0,)
    parts: Parts = (time(9), time(14), time(19))
    holidays: bool = True
    country: str | None = None
    daily: bool = False
    weekly: bool = True


async def reader_of(unit: Unit, actor: Actor) -> Reader:
    """Whose line is read, and so by which zone and habits."""
    settings = await unit.people.settings(actor.person_id)
    return Reader(
        zone=actor.zone,
        language=actor.language,
        team_region=await unit.teams.region(),
        date_order=settings.date_order,
        morning=settings.parts[0],
        afternoon=settings.parts[1],
        evening=settings.parts[2],
        workday_starts=settings.hours[0],
        workday_ends=settings.hours[1],
    )


class Section(StrEnum):
    """One setting, as it is named in buttons."""

    LANGUAGE = "language"
    ZONE = "zone"
    DATES = "dates"
    QUIET = "quiet"
    DAYS = "days"
    HOLIDAYS = "holidays"
    HOURS = "hours"
    MORNING = "morning"
    EVENING = "evening"
    TIMED = "timed"
    MEETINGS = "meetings"
    WHOLE_DAYS = "wholedays"
    PARTS = "parts"
    WEEKLY = "weekly"


class Settings:
    """The rules of a person's settings."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor) -> PersonSettings:
        async with self._storage.transaction(actor) as unit:
            return await unit.people.settings(actor.person_id)

    async def days_ahead(self, actor: Actor, now: datetime, limit: int) -> Ahead | None:
        """The next days off by the person's country of holidays; None where none count, or it is not known whose."""
        async with self._storage.transaction(actor) as unit:
            settings = await unit.people.settings(actor.person_id)
            country = settings.country or guessed_country(settings.timezone, await unit.teams.region())
        if country is None or not settings.holidays:
            return None
        today = now.astimezone(ZoneInfo(settings.timezone)).date()
        return await days_ahead(country, today, settings.language, limit)

    async def change(
        self, actor: Actor, arrival: Arrival, section: Section, value: str, reply: Reply[PersonSettings]
    ) -> Answer:
        """`value` is what a button carries or a person typed. Raises BadInput with what to type instead."""
        if section is Section.HOLIDAYS:
            await asyncio.to_thread(is_known, "")  # what it imports would hold up everybody
        async with self._storage.transaction(actor) as unit:
            _before, after = await put(unit, actor, section, value)
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer


async def put(
    unit: Unit, actor: Actor, section: Section, value: str
) -> tuple[PersonSettings, PersonSettings]:
    """One setting read from text and kept, with its line of history: the settings before and after. Raises BadInput."""
    before = await unit.people.settings(actor.person_id, to_change=True)
    after = changed(before, section, value)
    if after != before:
        await unit.people.set_settings(actor.person_id, after)
        await unit.activity.add(
            Activity(
                "changed",
                "settings",
                actor.person_id,
                actor_member_id=actor.member_id,
                changes=differences(before, after),
            )
        )
    return before, after


def changed(settings: PersonSettings, section: Section, value: str) -> PersonSettings:
    """The settings with one of them read from text. Raises BadInput."""
    return _READ[section](settings, value.strip())


def differences(before: PersonSettings, after: PersonSettings) -> dict[str, object]:
    """[old, new] of each field that differs, as plain data."""
    names = [field.name for field in fields(PersonSettings)]
    return {
        name: [_plain(getattr(before, name)), _plain(getattr(after, name))]
        for name in names
        if getattr(before, name) != getattr(after, name)
    }


def restored_settings(settings: PersonSettings, changes: Mapping[str, object]) -> PersonSettings:
    """The settings with each field of a change as it was before it."""
    old = {name: told[0] for name, told in changes.items() if isinstance(told, list)}
    return replace(settings, **{name: _restored(name, value) for name, value in old.items()})


def _restored(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in ("quiet", "hours", "parts"):
        return tuple(time.fromisoformat(one) for one in value)
    if name in ("morning", "evening"):
        return time.fromisoformat(value)
    if name in ("workdays", "timed", "meetings", "days"):
        return tuple(value)
    return DateOrder(value) if name == "date_order" else value


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return f"{value:%H:%M}" if isinstance(value, time) else value


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
