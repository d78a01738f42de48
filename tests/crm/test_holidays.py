"""Holidays: what the library knows of Russia's moved days, and what follows for a person's week."""

from datetime import date

import pytest

from crm.holidays import (
    NOWHERE,
    calendar_of,
    find_country,
    guessed_country,
    is_day_off,
    next_working_day,
)

WEEK = (1, 2, 3, 4, 5)
# by the government's decrees: weekdays given off instead of a holiday, and Saturdays worked instead of a weekday
MOVED = {
    2024: ("04-29 04-30 05-10 12-30 12-31", "04-27 11-02 12-28"),
    2025: ("05-02 05-08 06-13 11-03 12-31", "11-01"),
    2026: ("01-09 03-09 05-11 12-31", ""),
    2027: ("02-22 05-03 05-10 06-14 11-05 12-31", "02-20"),
}


def days(year: int, said: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in said.split()}


@pytest.mark.parametrize("year", MOVED)
async def test_moved_days_and_working_saturdays_of_russia_are_known(year: int) -> None:
    calendar = await calendar_of("RU", date(year, 1, 1))
    off, worked = (days(year, said) for said in MOVED[year])
    assert all(is_day_off(day, WEEK, calendar) for day in off)
    assert {day for day in calendar.worked if day.year == year} == worked
    assert not any(is_day_off(day, WEEK, calendar) for day in worked)
    weekdays = {day for day in calendar.off if day.year == year and day.isoweekday() < 6}
    fixed = days(year, "01-01 01-02 01-03 01-04 01-05 01-06 01-07 01-08 02-23 03-08 05-01 05-09 06-12 11-04")
    assert weekdays - fixed == off


async def test_a_year_without_a_decree_yet_has_its_fixed_days_only() -> None:
    calendar = await calendar_of("RU", date(2028, 1, 1))
    assert not calendar.worked
    assert not is_day_off(
        date(2028, 1, 10), WEEK, calendar
    )  # what falls on a weekend is given off nowhere yet


async def test_short_days_before_a_holiday_are_days_like_any_other() -> None:
    calendar = await calendar_of("RU", date(2026, 1, 1))
    assert not is_day_off(date(2026, 4, 30), WEEK, calendar)


async def test_a_year_reaches_into_the_next_one() -> None:
    calendar = await calendar_of("RU", date(2026, 12, 31))
    assert next_working_day(date(2026, 12, 31), WEEK, calendar) == date(2027, 1, 11)


async def test_no_country_and_an_unknown_one_have_no_holidays() -> None:
    assert await calendar_of(None, date(2026, 1, 1)) == NOWHERE
    assert (await calendar_of("XX", date(2026, 1, 1))).off == {}
    assert is_day_off(date(2026, 3, 7), WEEK)
    assert not is_day_off(date(2026, 1, 1), WEEK)


def test_whoever_works_on_weekends_has_the_holidays_too() -> None:
    assert next_working_day(date(2026, 3, 7), (6, 7)) == date(2026, 3, 7)


@pytest.mark.parametrize(
    ("zone", "region", "country"),
    [
        ("Europe/Moscow", "DE", "RU"),
        ("Asia/Almaty", None, "KZ"),
        ("UTC", "DE", "DE"),
        ("Etc/GMT-3", None, None),
    ],
)
def test_the_country_is_guessed_from_the_zone_then_from_the_team(
    zone: str, region: str | None, country: str | None
) -> None:
    assert guessed_country(zone, region) == country


@pytest.mark.parametrize(
    ("said", "country"),
    [("Россия", "RU"), ("kazakhstan", "KZ"), ("de", "DE"), ("Нарния", None), ("Antarctica", None)],
)
def test_a_country_is_found_by_its_name_in_either_language(said: str, country: str | None) -> None:
    assert find_country(said) == country
