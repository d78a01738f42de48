"""Settings over real rows: what was chosen is read back, and two presses at once both hold."""

import asyncio
from datetime import time

from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.people import Actor
from crm.settings import DateOrder, PersonSettings, Section, Settings
from db.people import SqlPeopleDoors
from db.storage import SqlStorage
from tests.acting import a_visitor, an_arrival
from tests.databases import Database


def said(_after: object) -> Answer:
    return Answer("said")


async def test_what_was_chosen_is_read_back(engine: AsyncEngine, anna: Actor, database: Database) -> None:
    settings = Settings(SqlStorage(engine))
    assert await settings.show(anna) == PersonSettings("en", "Europe/Berlin")
    for section, value in (
        (Section.LANGUAGE, "ru"),
        (Section.ZONE, "Казань"),
        (Section.DATES, "MDY"),
        (Section.QUIET, "22-0"),
        (Section.DAYS, "123456"),
        (Section.HOURS, "8:30-17"),
        (Section.MORNING, "7:30"),
        (Section.EVENING, "24:00"),
        (Section.EVENING, "daily"),
        (Section.HOLIDAYS, "Казахстан"),
        (Section.HOLIDAYS, "off"),
        (Section.WEEKLY, "off"),
    ):
        await settings.change(anna, an_arrival(), section, value, said)
    assert await settings.show(anna) == PersonSettings(
        "ru",
        "Europe/Moscow",
        DateOrder.MONTH_FIRST,
        (time(22), time(0)),
        (1, 2, 3, 4, 5, 6),
        (time(8, 30), time(17)),
        time(7, 30),
        time(0),
        holidays=False,
        country="KZ",
        daily=True,
        weekly=False,
    )
    again = await SqlPeopleDoors(engine).arrive(a_visitor(), open_to_all=False)
    assert (again.language, again.timezone) == ("ru", "Europe/Moscow")
    assert await database.count("activity_logs") == 12


async def test_two_days_pressed_at_once_are_both_taken(engine: AsyncEngine, anna: Actor) -> None:
    settings = Settings(SqlStorage(engine))
    await asyncio.gather(
        *(settings.change(anna, an_arrival(), Section.DAYS, day, said) for day in ("+6", "+7", "-1"))
    )
    assert (await settings.show(anna)).workdays == (2, 3, 4, 5, 6, 7)
