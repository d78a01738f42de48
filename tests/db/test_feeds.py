"""Calendar feeds over real rows: their alarms are the reminders there are, and change with them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from crm.answers import Answer
from crm.feeds import Event, Feeds
from crm.reminder_lists import ReminderLists
from crm.tasks.changes import set_reminders_to
from crm.tasks.moves import TaskMoves
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from db.feeds import SqlFeedDoors
from tests.acting import NOW, an_arrival
from tests.db.team import Team, said

NONE, HOUR, DAY = timedelta(0), timedelta(hours=1), timedelta(days=1)


async def own(team: Team) -> Sequence[Event]:
    feeds = Feeds(team.storage, SqlFeedDoors(team.engine), lambda: "secret", None)
    return await feeds.own(team.anna, NOW)


async def alarms(team: Team) -> list[timedelta]:
    (event,) = await own(team)
    return list(event.alarms)


async def test_alarms_are_the_reminders_of_a_task_and_change_with_them(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "tomorrow 10:00 meeting, remind 1h before", said)
    task_id = await team.database.task_id(1)
    (before,) = await own(team)
    assert list(before.alarms) == [NONE, HOUR]
    await team.tasks.change(team.anna, an_arrival(), task_id, set_reminders_to({DAY // 2}), said)
    assert await alarms(team) == [DAY // 2]
    lists = ReminderLists(team.storage, Undo(team.storage, UNDOABLE))
    page = await lists.page(team.anna)
    await team.database.fetch("UPDATE crm_tasks SET updated_at = updated_at - interval '1 hour'")
    (listed,) = page.items
    await lists.pause(team.anna, an_arrival(), listed.id, NOW, said)
    (after,) = await own(team)
    assert after.alarms == ()
    assert after.updated_at > before.updated_at


async def test_one_at_a_moment_of_its_own_and_those_of_a_day_alone_are_alarms_too(team: Team) -> None:
    def ok(_any: Any) -> Answer:
        return Answer("ok")

    await team.tasks.create(team.anna, an_arrival(), "26.11 send the report", said)
    assert await alarms(team) == [-9 * HOUR]  # at nine, when the working day begins
    task_id = await team.database.task_id(1)
    await TaskMoves(team.storage).remind(team.anna, an_arrival(), task_id, "25.11 18:00", ok)
    assert await alarms(team) == [-9 * HOUR, 6 * HOUR]
