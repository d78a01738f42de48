"""Reminders of tasks over real rows: by the habits of whose task it is, chosen one by one, moved with the due."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from crm.answers import Answer
from crm.errors import BadInput
from crm.people import Actor
from crm.settings import Section, Settings
from crm.tasks import Task
from crm.tasks.changes import set_nag, set_priority, set_reminders_to, switch_reminder
from crm.tasks.entities import Priority
from crm.tasks.moves import TaskMoves
from tests.acting import NOW, an_arrival
from tests.db.team import Team

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ok(_any: Any, *_more: Any) -> Answer:
    return Answer("ok")


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


async def add(team: Team, line: str, actor: Actor | None = None) -> Task:
    made: list[Task] = []

    def keep(tasks: Sequence[Task]) -> Answer:
        made.extend(tasks)
        return Answer("ok")

    await team.tasks.create(actor or team.anna, an_arrival(), line, keep)
    return made[0]


async def waiting(team: Team) -> list[datetime]:
    rows = await team.database.fetch(
        "SELECT d.due_at FROM reminder_deliveries d JOIN reminders r ON r.id = d.reminder_id"
        " WHERE d.state = 'pending' AND r.notice IS NULL ORDER BY 1"
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tomorrow 10:00 send the offer", [berlin(25, 10)]),
        ("tomorrow 10:00 meeting with Bob", [berlin(25, 9, 45), berlin(25, 10)]),
        ("tomorrow 10:00 meeting with Bob, remind 1h before", [berlin(25, 9), berlin(25, 10)]),
        (
            "завтра в 15:00 встреча, напомнить за день и за час",
            [berlin(24, 15), berlin(25, 14), berlin(25, 15)],
        ),
        ("tomorrow send the offer", [berlin(25, 9)]),
        ("tomorrow send the offer, remind 1h before", [berlin(25, 8), berlin(25, 9)]),
        ("send the offer", []),
    ],
)
async def test_what_a_task_reminds_of_by_default(team: Team, line: str, expected: list[datetime]) -> None:
    await add(team, line)
    assert await waiting(team) == expected


async def test_the_habits_are_those_of_whose_task_it_is(team: Team) -> None:
    settings = Settings(team.storage)
    for section, value in (
        (Section.TIMED, "off"),
        (Section.TIMED, "+60"),
        (Section.MEETINGS, "+30"),
        (Section.WHOLE_DAYS, "+1440"),
        (Section.HOURS, "10-19"),
    ):
        await settings.change(team.clara, an_arrival(), section, value, ok)
    await add(team, "tomorrow 12:00 send the offer @Clara")
    assert await waiting(team) == [berlin(25, 11)]
    await add(team, "Thursday meeting at 18:00 @Clara")
    assert (await waiting(team))[1:] == [berlin(26, 17), berlin(26, 17, 30), berlin(26, 17, 45)]
    await add(team, "Friday send the offer @Clara")
    assert (await waiting(team))[-2:] == [berlin(26, 17, 45), berlin(27, 10)]
    assert berlin(26, 10) in await waiting(team)


async def test_parts_of_the_day_are_read_as_they_are_set(team: Team) -> None:
    await Settings(team.storage).change(team.anna, an_arrival(), Section.PARTS, "8 13 18:30", ok)
    for line, clock in (
        ("tomorrow morning run", time(8)),
        ("завтра днём обед", time(13)),
        ("tomorrow evening read", time(18, 30)),
    ):
        task = await add(team, line)
        assert task.due is not None
        assert task.due.time == clock


async def test_chosen_one_by_one_and_undone(team: Team) -> None:
    task = await add(team, "tomorrow 10:00 send the offer")
    for change, expected in (
        (switch_reminder(HOUR), [berlin(25, 9), berlin(25, 10)]),
        (switch_reminder(timedelta(0)), [berlin(25, 9)]),
        (set_reminders_to(()), []),
    ):
        await team.tasks.change(team.anna, an_arrival(), task.id, change, ok)
        assert await waiting(team) == expected
    for expected in ([berlin(25, 9)], [berlin(25, 9), berlin(25, 10)], [berlin(25, 10)]):
        await team.undo(team.anna)
        assert await waiting(team) == expected


async def test_typed_ones_are_before_the_due_or_at_a_moment_of_their_own(team: Team) -> None:
    task, moves = await add(team, "tomorrow 10:00 send the offer"), TaskMoves(team.storage)
    await moves.remind(team.anna, an_arrival(), task.id, "2 hours before", ok)
    await moves.remind(team.anna, an_arrival(), task.id, "today 18:00", ok)
    assert await waiting(team) == [berlin(24, 18), berlin(25, 8), berlin(25, 10)]
    await moves.reschedule(team.anna, an_arrival(), task.id, "Friday 12:00", ok)
    assert await waiting(team) == [berlin(24, 18), berlin(27, 10), berlin(27, 12)]
    for words in ("whenever", "yesterday 10:00", "5 days before"):
        with pytest.raises(BadInput):
            await moves.remind(team.anna, an_arrival(), task.id, words, ok)
    assert len(await waiting(team)) == 3
    await team.tasks.complete(team.anna, an_arrival(), task.id, NOW, ok)
    assert await waiting(team) == []
    await team.undo(team.anna)
    assert await waiting(team) == [berlin(24, 18), berlin(27, 10), berlin(27, 12)]


async def test_they_move_with_the_due_on_the_wall_clock(team: Team) -> None:
    """Berlin puts its clocks on at two on 28 March 2027: a day before noon is noon, an hour before is an hour."""
    task = await add(team, "27.03.2027 12:00 send the offer, remind 1 day before and 1h before")
    await TaskMoves(team.storage).reschedule(team.anna, an_arrival(), task.id, "28.03.2027 12:00", ok)
    assert await waiting(team) == [
        datetime(2027, 3, 27, 11, tzinfo=UTC),
        datetime(2027, 3, 28, 9, tzinfo=UTC),
        datetime(2027, 3, 28, 10, tzinfo=UTC),
    ]


async def test_the_next_of_a_series_has_them_however_this_one_was_moved(team: Team) -> None:
    task = await add(team, "every Friday 12:00 report, remind 1 day before")
    await TaskMoves(team.storage).reschedule(team.anna, an_arrival(), task.id, "today 12:00", ok)
    assert await waiting(team) == [berlin(24, 12)]
    await team.tasks.complete(team.anna, an_arrival(), task.id, NOW, ok)
    following = await waiting(team)
    assert len(following) == 2
    assert following[1] - following[0] == DAY


async def test_an_urgent_task_has_urgent_reminders_and_says_it_again_where_asked(team: Team) -> None:
    task = await add(team, "tomorrow 10:00 send the offer, remind 1h before")
    for change in (set_priority(Priority.URGENT), set_nag(15)):
        await team.tasks.change(team.anna, an_arrival(), task.id, change, ok)
    rows = await team.database.fetch(
        "SELECT before, urgent, nag_minutes FROM reminders WHERE deleted_at IS NULL ORDER BY before"
    )
    assert [tuple(row) for row in rows] == [(timedelta(0), True, 15), (HOUR, True, None)]
    shown = await team.tasks.show(team.anna, task.id)
    assert replace(shown, rings=()).nag_minutes == 15
    assert shown.rings == (timedelta(0), HOUR)
