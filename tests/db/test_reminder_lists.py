"""The list of reminders over real rows: what is to come, paused, typed anew, deleted and kept after all."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.answers import Answer
from crm.deliveries import Deliveries
from crm.errors import BadInput, NotAllowed, NotFound, Stale
from crm.reminder_edits import Field, ReminderEdits
from crm.reminder_lists import PAGE, Listed, ReminderLists, ReminderPage, Turn
from crm.tasks import Task
from crm.tasks.moves import TaskMoves
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from db.deliveries import SqlDeliveryDoors
from tests.acting import NOW, an_arrival
from tests.db.team import Team, said

HOUR = timedelta(hours=1)


def ok(_any: Any, *_more: Any) -> Answer:
    return Answer("ok")


class Desk:
    def __init__(self, team: Team) -> None:
        self.team = team
        self.lists = ReminderLists(team.storage, Undo(team.storage, UNDOABLE))
        self.edits = ReminderEdits(team.storage)
        self.moves = TaskMoves(team.storage)
        self.deliveries = Deliveries(team.storage, SqlDeliveryDoors(team.storage._engine))

    async def reminds(self, line: str) -> None:
        await self.team.reminders.create(self.team.anna, an_arrival(), line, said)

    async def task(self, line: str) -> Task:
        made: list[Task] = []

        def keep(tasks: Sequence[Task]) -> Answer:
            made.extend(tasks)
            return Answer("ok")

        await self.team.tasks.create(self.team.anna, an_arrival(), line, keep)
        return made[0]

    async def listed(self) -> list[Listed]:
        return list((await self.lists.page(self.team.anna)).items)

    async def types(self, one: Listed, field: Field, words: str) -> None:
        await self.edits.edit(self.team.anna, an_arrival(), one.id, field, words, ok)


@pytest.fixture
def desk(team: Team) -> Desk:
    return Desk(team)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November, on Berlin's clock."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


async def test_all_kinds_are_listed_the_next_first(desk: Desk) -> None:
    await desk.reminds("in 5 hours tea")
    await desk.reminds("every day at 12:00 stretch")
    await desk.task("tomorrow 10:00 send the offer, remind 1h before")
    found = [(one.next_at, one.reminder.text, one.before) for one in await desk.listed()]
    assert found == [
        (at(24, 12), "stretch", None),
        (at(24, 15), "tea", None),
        (at(25, 9), "send the offer", HOUR),
        (at(25, 10), "send the offer", timedelta(0)),
    ]
    assert await desk.lists.page(desk.team.boris) is not None
    assert (await desk.lists.page(desk.team.boris)).items == []


async def test_pages_go_on_from_where_they_end_whatever_came_or_went_meanwhile(desk: Desk) -> None:
    for hours in range(2 * PAGE + 1):
        await desk.reminds(f"in {hours + 1} hours tea {hours}")
    last = (await desk.listed())[-1]
    first = await desk.lists.page(desk.team.anna)
    assert (len(first.items), first.has_before, first.has_after) == (PAGE, False, True)
    await desk.lists.delete(
        desk.team.anna, an_arrival(), first.items[0].id, NOW, ok
    )  # an offset would skip one now
    await desk.lists.delete(desk.team.anna, an_arrival(), last.id, NOW, ok)  # and the edge may be gone
    second = await desk.lists.page(desk.team.anna, Turn(last.next_at, last.id))
    assert said_of(second) == [f"tea {number}" for number in range(PAGE, 2 * PAGE)]
    assert (second.has_before, second.has_after) == (True, True)
    back = await desk.lists.page(desk.team.anna, Turn(second.items[0].next_at, second.items[0].id, back=True))
    assert said_of(back) == [f"tea {number}" for number in range(1, PAGE - 1)]
    assert (back.has_before, back.has_after) == (False, True)


async def test_those_that_are_paused_are_at_the_end_and_have_pages_too(desk: Desk) -> None:
    for hours in range(PAGE + 2):
        await desk.reminds(f"in {hours + 1} hours tea {hours}")
    for one in (await desk.listed())[:3]:
        await desk.lists.pause(desk.team.anna, an_arrival(), one.id, NOW, ok)
    first = await desk.lists.page(desk.team.anna)
    assert said_of(first)[-1] == "tea 0"
    second = await desk.lists.page(desk.team.anna, Turn(None, first.items[-1].id))
    assert (said_of(second), second.has_after) == (["tea 1", "tea 2"], False)
    back = await desk.lists.page(desk.team.anna, Turn(None, second.items[0].id, back=True))
    assert said_of(back) == said_of(first)
    after_all = await desk.lists.page(desk.team.anna, Turn(None, second.items[-1].id))
    assert said_of(after_all) == said_of(first)  # that page has emptied


def said_of(page: ReminderPage) -> list[str]:
    return [one.reminder.text for one in page.items]


async def test_a_paused_one_is_not_sent_and_goes_on_from_now(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.reminds("every day at 12:00 stretch")
    (one,) = await desk.listed()
    await desk.lists.pause(anna, an_arrival(), one.id, NOW, ok)
    assert await desk.deliveries.claim(NOW + timedelta(days=3)) == []
    assert [each.is_paused for each in await desk.listed()] == [True]
    await desk.lists.resume(anna, an_arrival(), one.id, NOW + timedelta(days=3), ok)
    assert [each.next_at for each in await desk.listed()] == [at(27, 12)]


async def test_one_whose_moment_passed_while_it_was_paused_asks_for_another(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.reminds("in 1 hour tea")
    (one,) = await desk.listed()
    await desk.lists.pause(anna, an_arrival(), one.id, NOW, ok)
    with pytest.raises(BadInput, match="passed while it was paused"):
        await desk.lists.resume(anna, an_arrival(), one.id, NOW + 2 * HOUR, ok)
    assert (await desk.listed())[0].is_paused
    await desk.types(one, Field.TIME, "tomorrow 9:00")
    (again,) = await desk.listed()
    assert (again.is_paused, again.next_at) == (False, at(25, 9))


async def test_pausing_is_undone_by_undo_and_so_is_going_on(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.reminds("in 1 hour tea")
    (one,) = await desk.listed()
    await desk.lists.pause(anna, an_arrival(), one.id, NOW, ok)
    await desk.team.undo(anna)
    assert not (await desk.listed())[0].is_paused
    await desk.lists.pause(anna, an_arrival(), one.id, NOW, ok)
    await desk.lists.resume(anna, an_arrival(), one.id, NOW, ok)
    await desk.team.undo(anna)
    assert (await desk.listed())[0].is_paused


async def test_a_pause_outlives_a_change_of_the_task(desk: Desk) -> None:
    anna = desk.team.anna
    task = await desk.task("tomorrow 10:00 send the offer, remind 1h before")
    early = (await desk.listed())[0]
    await desk.lists.pause(anna, an_arrival(), early.id, NOW, ok)
    await desk.moves.reschedule(anna, an_arrival(), task.id, "tomorrow 12:00", ok)
    found = [(one.next_at, one.before, one.is_paused) for one in await desk.listed()]
    assert found == [(at(25, 12), timedelta(0), False), (None, HOUR, True)]


async def test_text_time_and_repeat_are_typed_anew_and_undone(desk: Desk) -> None:
    await desk.reminds("tomorrow 9:00 tea !15m")
    (one,) = await desk.listed()
    await desk.types(one, Field.TEXT, "green tea")
    await desk.types(one, Field.TIME, "tomorrow 10:30")
    await desk.types(one, Field.REPEAT, "every week")
    (after,) = await desk.listed()
    assert after.reminder.text == "green tea"
    assert after.reminder.rrule is not None
    assert after.reminder.nag_minutes == 15
    assert after.reminder.due.time is not None
    assert f"{after.reminder.due.time:%H:%M}" == "10:30"
    await desk.types(one, Field.REPEAT, "never")
    assert (await desk.listed())[0].reminder.rrule is None
    for _each in range(4):
        await desk.team.undo(desk.team.anna)
    (before,) = await desk.listed()
    assert (before.reminder.text, before.reminder.rrule, before.next_at) == ("tea", None, at(25, 9))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (Field.TEXT, "…"),
        (Field.TEXT, "x" * 501),
        (Field.TIME, "whenever"),
        (Field.TIME, "yesterday 10:00"),
        (Field.REPEAT, "often"),
    ],
)
async def test_what_cannot_be_read_changes_nothing(desk: Desk, field: Field, words: str) -> None:
    await desk.reminds("in 5 hours tea")
    (one,) = await desk.listed()
    with pytest.raises(BadInput):
        await desk.types(one, field, words)
    assert await desk.listed() == [one]


async def test_how_long_before_is_the_one_thing_typed_of_a_tasks_reminder(desk: Desk) -> None:
    await desk.task("tomorrow 10:00 send the offer, remind 1h before")
    early = (await desk.listed())[0]
    for field in (Field.TEXT, Field.REPEAT):
        with pytest.raises(BadInput, match="open the task"):
            await desk.types(early, field, "every day")
    await desk.types(early, Field.TIME, "за 2 часа")
    assert [one.next_at for one in await desk.listed()] == [at(25, 8), at(25, 10)]


async def test_a_deleted_one_is_kept_after_all(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.reminds("in 5 hours tea")
    await desk.task("tomorrow 10:00 send the offer, remind 1h before")
    before = [one.next_at for one in await desk.listed()]
    for one in (await desk.listed())[:2]:
        await desk.lists.delete(anna, an_arrival(), one.id, NOW, ok)
        assert one.next_at not in [each.next_at for each in await desk.listed()]
        with pytest.raises(NotFound):
            await desk.lists.delete(anna, an_arrival(), one.id, NOW, ok)
        await desk.lists.bring_back(anna, an_arrival(), one.id, NOW, ok)
    assert [one.next_at for one in await desk.listed()] == before


async def test_keeping_twice_keeps_once(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.reminds("in 5 hours tea")
    (one,) = await desk.listed()
    await desk.lists.delete(anna, an_arrival(), one.id, NOW, ok)
    await desk.lists.bring_back(anna, an_arrival(), one.id, NOW, ok)
    with pytest.raises(Stale):
        await desk.lists.bring_back(anna, an_arrival(), one.id, NOW, ok)


async def test_somebody_elses_are_out_of_reach(desk: Desk) -> None:
    await desk.reminds("in 5 hours tea")
    (one,) = await desk.listed()
    boris = desk.team.boris
    for doing in (desk.lists.pause, desk.lists.resume, desk.lists.delete):
        with pytest.raises(NotAllowed):
            await doing(boris, an_arrival(), one.id, NOW, ok)
    with pytest.raises(NotAllowed):
        await desk.edits.edit(boris, an_arrival(), one.id, Field.TEXT, "coffee", ok)


async def test_how_often_it_is_said_again_is_set_and_undone(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.reminds("in 5 hours tea")
    (one,) = await desk.listed()
    await desk.edits.set_nag(anna, an_arrival(), one.id, 30, 3, ok)
    (after,) = await desk.listed()
    assert (after.reminder.nag_minutes, after.reminder.nag_limit) == (30, 3)
    await desk.team.undo(anna)
    (again,) = await desk.listed()
    assert (again.reminder.nag_minutes, again.reminder.nag_limit) == (None, 5)
