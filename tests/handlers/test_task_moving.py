"""Moving tasks: put off by a button, to a day of the calendar, to a typed moment; what has passed is asked about."""

from datetime import date, time
from typing import Any

import pytest

from crm.grammar.dates import Due
from crm.tasks import Status, Task
from handlers.calendars import EMPTY
from handlers.task_moving import calendar_rows
from handlers.texts import speaking
from tests.fakes import MONDAY
from tests.handlers.buttons import data_of
from tests.handlers.desk import Desk

TODAY = MONDAY.date()  # the desk's people live by UTC, and it is nine in the morning


def the_task(desk: Desk) -> Task:
    return next(iter(desk.storage.state.tasks.values())).task


async def a_card(desk: Desk, line: str = "/task tomorrow 10:00 send the offer") -> Any:
    return await desk.says(line)


@pytest.mark.parametrize(
    ("choice", "due"),
    [
        ("In an hour", Due(TODAY, time(10), "UTC")),
        ("In the evening", Due(TODAY, time(18), "UTC")),
        ("Tomorrow", Due(date(2026, 3, 3), time(10), "UTC")),
        ("Next week", Due(date(2026, 3, 9), time(10), "UTC")),
    ],
)
async def test_snooze_puts_a_task_off(desk: Desk, choice: str, due: Due) -> None:
    card = await a_card(desk, "/task in 3 days 10:00 send the offer")
    menu = await desk.presses(data_of(card, "Snooze"))
    after = await desk.presses(data_of(menu, choice))
    assert the_task(desk).due == due
    assert "send the offer" in after.text


async def test_snooze_of_a_day_stays_without_a_clock_and_is_undone(desk: Desk) -> None:
    card = await a_card(desk, "/task today send the offer")
    menu = await desk.presses(data_of(card, "Snooze"))
    await desk.presses(data_of(menu, "Tomorrow"))
    assert the_task(desk).due == Due(date(2026, 3, 3), None, "UTC")
    await desk.says("/undo")
    assert the_task(desk).due == Due(TODAY, None, "UTC")


async def test_a_day_of_the_calendar_and_then_a_clock(desk: Desk) -> None:
    card = await a_card(desk)
    calendar = await desk.presses(data_of(card, "Move"))
    following = await desk.presses(data_of(calendar, "›"))
    assert "April 2026" in [one.text for row in following.buttons for one in row]
    clocks = await desk.presses(data_of(following, "15"))
    assert the_task(desk).due == Due(date(2026, 4, 15), time(10), "UTC")
    await desk.presses(data_of(clocks, "14:00"))
    assert the_task(desk).due == Due(date(2026, 4, 15), time(14), "UTC")


async def test_no_date_takes_the_due_away(desk: Desk) -> None:
    calendar = await desk.presses(data_of(await a_card(desk), "Move"))
    await desk.presses(data_of(calendar, "No date"))
    assert the_task(desk).due is None


def test_the_calendar_offers_no_past_and_pages_no_further_than_it_reaches() -> None:
    task = Task(id=1, number=1, title="x", status=Status.NOT_STARTED, created_at=MONDAY)
    rows = calendar_rows(task, date(2026, 3, 1), date(2026, 3, 18))
    days = [one.text for row in rows[3:-2] for one in row]
    assert [day for day in days if day != EMPTY] == [str(day) for day in range(18, 32)]
    assert len(days) % 7 == 0
    assert rows[1][0].text == EMPTY  # no month before this one
    assert calendar_rows(task, date(2099, 1, 1), date(2026, 3, 18))[1][2].text == EMPTY
    with speaking("ru"):
        rows = calendar_rows(task, date(2026, 3, 1), date(2026, 3, 18))
    assert rows[1][1].text == "Март 2026"
    assert [one.text for one in rows[2]] == ["пн", "вт", "ср", "чт", "пт", "сб", "вс"]


async def test_a_day_that_has_passed_since_is_asked_about(desk: Desk) -> None:
    calendar = await desk.presses(data_of(await a_card(desk), "Move"))
    day = data_of(calendar, "Today")
    desk.clock.move(days=2)
    question = await desk.presses(day)
    assert "That day has passed" in question.text
    assert the_task(desk).due == Due(date(2026, 3, 3), time(10), "UTC")
    await desk.presses(data_of(question, "Yes, move it there"))
    assert the_task(desk).due == Due(TODAY, time(10), "UTC")


async def test_a_typed_moment_is_read(desk: Desk) -> None:
    calendar = await desk.presses(data_of(await a_card(desk), "Move"))
    asked = await desk.presses(data_of(calendar, "Type when"))
    assert asked.question
    await desk.says("friday 15:00")
    assert the_task(desk).due == Due(date(2026, 3, 6), time(15), "UTC")
    await desk.says("friday 16:00 water the plants")
    assert len(desk.titles) == 2  # the question is closed


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_what_is_no_moment_is_said_with_an_example_and_asked_again(desk: Desk, language: str) -> None:
    await desk.presses(f"language:{language}")
    calendar = await desk.presses(
        data_of(await a_card(desk, "/task завтра отчёт"), "Move" if language == "en" else "Пере")
    )
    await desk.presses(data_of(calendar, "Type when" if language == "en" else "Написать когда"))
    refused = await desk.says("blue elephants")
    assert ("tomorrow 15:00" if language == "en" else "завтра 15:00") in refused.text
    await desk.says("завтра 15:00")
    assert the_task(desk).due == Due(date(2026, 3, 3), time(15), "UTC")


async def test_a_typed_moment_that_has_passed_is_asked_about(desk: Desk) -> None:
    calendar = await desk.presses(data_of(await a_card(desk), "Move"))
    await desk.presses(data_of(calendar, "Type when"))
    question = await desk.says("yesterday 10:00")
    assert "already passed" in question.text
    assert the_task(desk).due == Due(date(2026, 3, 3), time(10), "UTC")
    await desk.presses(data_of(question, "Yes"))
    assert the_task(desk).due == Due(date(2026, 3, 1), time(10), "UTC")


async def test_a_doubtful_moment_leaves_the_other_reading_as_a_button(desk: Desk) -> None:
    calendar = await desk.presses(data_of(await a_card(desk), "Move"))
    await desk.presses(data_of(calendar, "Type when"))
    moved = await desk.says("tomorrow at 5")
    assert the_task(desk).due == Due(date(2026, 3, 3), time(17), "UTC")
    await desk.presses(data_of(moved, "Tue, 3 Mar, 05:00"))
    assert the_task(desk).due == Due(date(2026, 3, 3), time(5), "UTC")


async def test_a_blank_of_the_calendar_does_nothing(desk: Desk) -> None:
    assert (await desk.presses(EMPTY)).text == ""
    refused = await desk.presses("t:1.1:day:2026-02-31")
    assert "too old" in refused.toast
