"""Reminders of tasks over real rows: by the habits of whose task it is, chosen one by one, moved with the due."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from crm.answers import Answer
from crm.errors import BadInput
from crm.grammar.dates import Due
from crm.people import Actor
from crm.readiness import Ready
from crm.reasons import Why
from crm.settings import Section, Settings
from crm.tasks import Task
from crm.tasks.changes import set_due, set_nag, set_priority, set_reminders_to, set_title, switch_reminder
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


async def given_to(team: Team, task: Task, member_id: int, at: datetime) -> None:
    def give(before: Task) -> Task:
        return replace(before, assignee_id=member_id)

    await team.tasks.change(team.anna, an_arrival(sent_at=at), task.id, give, ok)


async def told(team: Team, now: datetime) -> list[tuple[int, str, str | None, int]]:
    """Whom a reminder reaches now, with what, why late, and how often it was said before; each is sent."""
    found = []
    for delivery in await team.deliveries.claim(now):
        outcome = await team.deliveries.ready(delivery, now)
        if isinstance(outcome, Ready):
            await team.deliveries.sent(delivery, 1, now)
        if delivery.notice is None:
            found.append((delivery.actor.member_id, delivery.text, delivery.reason, delivery.nag))
    return found


async def test_what_was_due_and_not_sent_yet_goes_to_whoever_does_the_task_now_and_back_again(
    team: Team,
) -> None:
    task = await add(team, "tomorrow 10:00 send the offer")
    boris, anna = team.boris.member_id, team.anna.member_id
    late = berlin(25, 10) + timedelta(minutes=20)  # nothing ran meanwhile
    await given_to(team, task, boris, late)
    rows = await team.database.fetch(
        "SELECT recipient_id, state, reason FROM reminder_deliveries d WHERE due_at = $1 ORDER BY id",
        berlin(25, 10),
    )
    assert [tuple(row) for row in rows] == [
        (anna, "skipped", "the task changed"), (boris, "pending", Why.PASSED_ON)
    ]  # fmt: skip
    await given_to(team, task, anna, late)
    assert await told(team, late) == [(anna, "send the offer", Why.PASSED_ON, 0)]
    assert await told(team, late + HOUR) == []


async def test_what_is_said_again_to_one_begins_anew_with_the_next(team: Team) -> None:
    task = await add(team, "tomorrow 10:00 send the offer !15m")
    boris, quarter = team.boris.member_id, timedelta(minutes=15)
    at = berlin(25, 10)
    assert await told(team, at) == [(team.anna.member_id, "send the offer", None, 0)]
    await given_to(team, task, boris, at + timedelta(minutes=5))
    assert await told(team, at + timedelta(minutes=5)) == [(boris, "send the offer", Why.PASSED_ON, 0)]
    assert await told(team, at + timedelta(minutes=5) + quarter) == [(boris, "send the offer", None, 1)]


async def test_another_title_neither_loses_what_waits_nor_begins_it_anew(team: Team) -> None:
    task = await add(team, "tomorrow 10:00 send the offer !15m")
    anna, at = team.anna.member_id, berlin(25, 10)
    assert await told(team, at) == [(anna, "send the offer", None, 0)]
    soon = at + timedelta(minutes=5)
    await team.tasks.change(team.anna, an_arrival(sent_at=soon), task.id, set_title("send the contract"), ok)
    assert await told(team, soon) == []
    assert await told(team, at + timedelta(minutes=15)) == [(anna, "send the contract", None, 1)]


async def test_another_due_ends_what_was_owed(team: Team) -> None:
    task = await add(team, "tomorrow 10:00 send the offer")
    at = berlin(25, 10) + timedelta(minutes=20)
    later = set_due(Due(NOW.date() + timedelta(days=2), time(10), "Europe/Berlin"))
    await team.tasks.change(team.anna, an_arrival(sent_at=at), task.id, later, ok)
    assert await told(team, at) == []
    assert await waiting(team) == [berlin(26, 10)]
