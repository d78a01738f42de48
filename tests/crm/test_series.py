"""Series: counts end, also from completion; a task that was moved or put off leaves its series where it is."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.answers import Answer
from crm.grammar.dates import Due
from crm.tasks import RepeatFrom, Status, Task, Tasks
from crm.tasks.changes import set_date, set_repeat, set_time, snooze, snoozed
from crm.tasks.series import counted, next_task
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

ANNA = an_actor()
TZ = "Europe/Moscow"
TEN = Due(date(2026, 3, 2), time(10), TZ)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo(TZ))
REPORT = Task(
    id=1,
    number=1,
    title="write the report",
    status=Status.NOT_STARTED,
    created_at=MONDAY,
    due=TEN,
    rrule="FREQ=DAILY",
    series_id=1,
    slot_date=TEN.date,
    slot_time=TEN.time,
)


def ok(_result: object) -> Answer:
    return Answer("ok")


def days(task: Task, limit: int = 20) -> list[date]:
    """The days of a series, each done on its day at noon, until it ends."""
    found: list[date] = []
    anchor = task.due
    while task.due is not None and len(found) < limit:
        found.append(task.due.date)
        done_at = datetime.combine(task.due.date, time(12), ZoneInfo(TZ))
        new = next_task(task, anchor=anchor, now=done_at)
        if new is None or new.due is None:
            break
        task = replace(task, due=new.due, rrule=new.rrule, slot_date=new.due.date, slot_time=new.due.time)
    return found


@pytest.mark.parametrize("repeat_from", list(RepeatFrom))
@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_count_ends_the_series_from_schedule_and_from_completion(
    repeat_from: RepeatFrom, count: int
) -> None:
    task = replace(REPORT, rrule=f"FREQ=DAILY;COUNT={count}", repeat_from=repeat_from)
    assert days(task) == [TEN.date + timedelta(days=ahead) for ahead in range(count)]


def test_a_count_from_completion_ends_also_when_each_is_done_early() -> None:
    task, made = replace(REPORT, rrule="FREQ=DAILY;COUNT=3", repeat_from=RepeatFrom.COMPLETION), 1
    while (new := next_task(task, anchor=TEN, now=MONDAY - timedelta(days=3))) is not None:
        assert new.due is not None
        made, task = made + 1, replace(task, due=new.due, rrule=new.rrule, slot_date=new.due.date)
    assert made == 3


def test_a_rule_tells_how_many_are_left() -> None:
    assert counted("FREQ=DAILY;COUNT=3") == ("FREQ=DAILY", 3)
    assert counted("FREQ=WEEKLY;BYDAY=MO") == ("FREQ=WEEKLY;BYDAY=MO", None)


@pytest.mark.parametrize("how", ["hour", "evening", "tomorrow", "week"])
def test_a_task_that_is_put_off_comes_again_at_its_own_clock(how: str) -> None:
    put_off = snooze(how, NOON, time(18))(REPORT)
    assert put_off.due is not None
    new = next_task(put_off, anchor=TEN, now=NOON)
    assert new is not None
    assert new.due is not None
    assert new.due.time == time(10)
    assert new.due.date == put_off.due.date + timedelta(days=1)


def test_a_task_moved_before_its_day_is_followed_by_the_day_after_its_own() -> None:
    moved = set_date(date(2026, 3, 1), TZ)(REPORT)
    new = next_task(moved, anchor=TEN, now=NOON - timedelta(days=1))
    assert new is not None
    assert new.due == Due(date(2026, 3, 3), time(10), TZ)


def test_another_clock_is_the_clock_of_those_to_come() -> None:
    new = next_task(set_time(time(17), TZ, NOON)(REPORT), anchor=TEN, now=NOON)
    assert new is not None
    assert new.due == Due(date(2026, 3, 3), time(17), TZ)


@pytest.mark.parametrize(
    ("due", "how", "then"),
    [
        (None, "hour", Due(date(2026, 3, 2), time(13), TZ)),
        (None, "evening", Due(date(2026, 3, 2), time(18), TZ)),
        (None, "tomorrow", Due(date(2026, 3, 3), None, TZ)),
        (None, "week", Due(date(2026, 3, 9), None, TZ)),
        (TEN, "tomorrow", Due(date(2026, 3, 3), time(10), TZ)),
        (Due(date(2026, 2, 1), time(9), "UTC"), "week", Due(date(2026, 3, 9), time(9), "UTC")),
    ],
)
def test_when_that_is(due: Due | None, how: str, then: Due) -> None:
    assert snoozed(due, how, NOON, time(18)) == then


def test_an_evening_that_has_begun_is_tomorrows_and_an_hour_may_cross_midnight() -> None:
    late = NOON.replace(hour=23, minute=30)
    assert snoozed(TEN, "evening", late, time(18)).date == date(2026, 3, 3)
    assert snoozed(TEN, "hour", late, time(18)) == Due(date(2026, 3, 3), time(0, 30), TZ)


async def test_a_rule_chosen_anew_begins_a_series_at_the_day_it_is_due_now() -> None:
    storage = FakeStorage()
    tasks = Tasks(storage)
    await tasks.create(ANNA, an_arrival(1), "every week on thursday 10:00 write the report", ok)
    task_id = storage.task_id(1)
    await tasks.change(ANNA, an_arrival(2), task_id, set_date(date(2026, 3, 6), TZ), ok)
    assert storage.state.tasks[task_id].task.slot_date == date(2026, 3, 5)  # moved, and still Thursday's
    await tasks.change(ANNA, an_arrival(3), task_id, set_repeat("FREQ=WEEKLY", TZ, NOON), ok)
    assert storage.state.tasks[task_id].task.slot_date == date(2026, 3, 6)
    await tasks.complete(ANNA, an_arrival(4), task_id, MONDAY + timedelta(days=5), ok)
    following = storage.state.tasks[storage.task_id(2)].task
    assert following.due is not None
    assert following.due.date == date(2026, 3, 13)


async def test_an_edited_message_moves_its_series() -> None:
    storage = FakeStorage()
    tasks = Tasks(storage)
    await tasks.create(ANNA, an_arrival(1), "every day 10:00 write the report", ok)
    await tasks.reread(ANNA, an_arrival(2, message_id=1), "every day 11:00 write the report", ok)
    task = storage.state.tasks[storage.task_id(1)].task
    assert (task.slot_time, task.due and task.due.time) == (time(11), time(11))
