"""Holidays: which days are off in a country, and which weekend days are worked there instead."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from crm.grammar.readers import region_of
from crm.regions import find_region

# "(substituted from 01/03/2026)", whose order of day and month varies
_MOVED_FROM = re.compile(r"\s*\([^()]*\d{4}\)")
LOOKS_AHEAD = 370  # days; a working day comes sooner than that wherever people work at all


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a country's calendar says of some years: `off` are holidays and the days they were moved to, with their
    names; `worked` are days of a weekend that are worked instead of one that was given off."""

    off: Mapping[date, str] = field(default_factory=dict)
    worked: frozenset[date] = frozenset()


NOWHERE = Calendar()


def is_day_off(day: date, workdays: Iterable[int], calendar: Calendar = NOWHERE) -> bool:
    """By a person's own week (ISO weekdays), except where the country's calendar says otherwise."""
    if day in calendar.off:
        return True
    return day.isoweekday() not in workdays and day not in calendar.worked


def next_working_day(day: date, workdays: Iterable[int], calendar: Calendar = NOWHERE) -> date:
    """The day itself when it is one; the day itself, too, where none is to be found."""
    week = tuple(workdays)
    ahead = (day + timedelta(days=step) for step in range(LOOKS_AHEAD))
    return next((one for one in ahead if not is_day_off(one, week, calendar)), day)


def guessed_country(timezone: str, region: str | None) -> str | None:
    """Two letters: of the person's zone, or of their team's phones where the zone is no country's (UTC)."""
    return region_of(timezone) or region


def find_country(text: str) -> str | None:
    """A country whose holidays are known, by its name or two letters; None for another."""
    found = find_region(text)
    return found if found is not None and is_known(found) else None


async def calendar_of(country: str | None, day: date) -> Calendar:
    """The year of a day and the next one. Read beside the loop at first use: the library takes 0.3 s to import."""
    if country is None:
        return NOWHERE
    years = [(country, day.year), (country, day.year + 1)]
    for year in years:
        if year not in _years:
            _years[year] = await asyncio.to_thread(_read, *year)
    this, following = (_years[year] for year in years)
    return Calendar({**this.off, **following.off}, this.worked | following.worked)


@dataclass(frozen=True, slots=True)
class DayOff:
    """Days off in a row that have one name, first and last."""

    first: date
    last: date
    name: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next days off of a country, and the days of its weekends that are worked instead of one."""

    country: str
    off: Sequence[DayOff]
    worked: Sequence[date]


async def days_ahead(country: str, day: date, language: str, limit: int) -> Ahead:
    """From a day to the end of the next year, `limit` of them, named in a language where the library has it, else in
    English or the country's own."""
    return await asyncio.to_thread(_ahead, country, day, language, limit)


def is_known(country: str) -> bool:
    """Whether its holidays are known. Slow at first use, as it imports the library."""
    import holidays

    return country in holidays.list_supported_countries()


def _ahead(country: str, day: date, language: str, limit: int) -> Ahead:
    import holidays

    years = (day.year, day.year + 1)
    try:
        known = holidays.country_holidays(country).supported_languages
        spoken = next((one for one in (language, "en_US") if one in known), None)
        found = holidays.country_holidays(country, years=years, language=spoken)
    except NotImplementedError:
        return Ahead(country, (), ())
    off: list[DayOff] = []
    for one, full_name in sorted(found.items()):
        name = _MOVED_FROM.sub("", full_name)
        if off and off[-1].name == name and one - off[-1].last == timedelta(days=1):
            off[-1] = replace(off[-1], last=one)
        elif one >= day:
            off.append(DayOff(one, one, name))
    worked = sorted(one for one in getattr(found, "weekend_workdays", ()) if one >= day)
    return Ahead(country, off[:limit], worked)


def _read(country: str, year: int) -> Calendar:
    """Public holidays of the whole country, not of its parts. An unknown country has none."""
    import holidays

    try:
        found = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return NOWHERE
    worked = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    return Calendar(dict(found.items()), worked)


_years: dict[
    tuple[str, int], Calendar
] = {}  # as many as there are countries of people, times the years that pass
