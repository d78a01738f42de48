"""A change of zone over real rows: the clock stays, across DST and in every team, and each of it can be taken back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.answers import Answer
from crm.settings import Section, Settings
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.zone_changes import Moved, ZoneChanges
from tests.acting import NOW, a_visitor, an_arrival
from tests.db.team import Team, said


async def choose(team: Team, zone: str) -> Moved:
    kept: list[Moved] = []

    def keep(change: Moved) -> Answer:
        kept.append(change)
        return Answer("said")

    await ZoneChanges(team.storage).choose(team.anna, an_arrival(), zone, NOW, keep)
    return kept[0]


async def keep_moments(team: Team, before: str, now: datetime = NOW) -> int:
    kept: list[int] = []

    def keep(count: int) -> Answer:
        kept.append(count)
        return Answer("said")

    await ZoneChanges(team.storage).keep_moments(team.anna, an_arrival(), before, now, keep)
    return kept[0]


async def take_back(team: Team) -> None:
    await Undo(team.storage, UNDOABLE).last(team.anna, an_arrival(), NOW, said)


async def pending(team: Team) -> list[datetime]:
    rows = await team.database.fetch(
        "SELECT due_at FROM reminder_deliveries WHERE state = 'pending' ORDER BY due_at"
    )
    return [row["due_at"] for row in rows]


async def test_everything_keeps_its_clock_with_the_change_itself_and_is_listed(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "25.11 15:00 call the bank", said)
    await team.reminders.create(team.anna, an_arrival(), "25.11 16:00 water the plants", said)
    change = await choose(team, "Europe/Moscow")
    assert (change.before, change.settings.timezone) == ("Europe/Berlin", "Europe/Moscow")
    assert [
        (one.title, one.due.date, one.due.time) for one in change.clocks
    ] == [  # a task's reminder is not twice
        ("call the bank", date(2026, 11, 25), time(15)),
        ("water the plants", date(2026, 11, 25), time(16)),
    ]
    assert await pending(team) == [
        datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
        datetime(2026, 11, 25, 13, 0, tzinfo=UTC),
    ]
    (task,) = await team.database.fetch("SELECT due_tz, due_time, due_at, version FROM crm_tasks")
    assert (task["due_tz"], task["due_time"]) == ("Europe/Moscow", time(15))
    assert task["due_at"] == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert task["version"] == 2


async def test_whoever_would_rather_keep_the_moments_gets_all_of_them_back_once(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "25.11 15:00 call the bank", said)
    await team.reminders.create(team.anna, an_arrival(), "25.11 16:00 water the plants", said)
    before = await pending(team)
    await choose(team, "Europe/Moscow")
    there = await team.doors.arrive(a_visitor(display_name="Анна"), open_to_all=True)
    await team.tasks.create(there, an_arrival(), "26.11 15:00 buy paper", said)  # planned here: stays so
    await Settings(team.storage).change(team.anna, an_arrival(), Section.QUIET, "22-8", said)
    assert await keep_moments(team, "Europe/Berlin") == 2
    assert (await pending(team))[:2] == before
    rows = await team.database.fetch("SELECT title, due_tz FROM crm_tasks ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("call the bank", "Europe/Berlin"),
        ("buy paper", "Europe/Moscow"),
    ]
    assert await keep_moments(team, "Europe/Berlin") == 0


async def test_one_undo_takes_zone_and_clocks_back_and_one_takes_back_the_answer(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "25.11 15:00 call the bank", said)
    before = await pending(team)
    await choose(team, "Europe/Moscow")
    after = await pending(team)
    await keep_moments(team, "Europe/Berlin")
    await take_back(team)
    assert await pending(team) == after
    assert await keep_moments(team, "Europe/Berlin") == 1  # the other way again
    await take_back(team)
    await take_back(team)
    assert await pending(team) == before
    assert (await Settings(team.storage).show(team.anna)).timezone == "Europe/Berlin"
    assert await keep_moments(team, "Europe/Berlin") == 0  # the button is still there, and nothing is to move


async def test_what_has_passed_by_the_new_clock_stays_at_its_moment_with_its_reminders(team: Team) -> None:
    here = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    soon = f"{here + timedelta(hours=2):%H:%M}"
    await team.tasks.create(team.anna, an_arrival(), f"today {soon} call the bank !1h", said)
    await team.tasks.create(team.anna, an_arrival(), "tomorrow 15:00 buy paper", said)
    before = await pending(team)
    change = await choose(team, "Asia/Vladivostok")
    assert [one.title for one in change.clocks] == ["buy paper"]
    assert [one.title for one in change.staying] == ["call the bank"]
    assert set(before) - set(await pending(team)) == {before[-1]}
    assert await team.deliveries.claim(NOW) == []  # and nothing is said to be late


async def test_a_clock_that_the_new_zone_skips_shifts_forward_and_one_it_shows_twice_is_the_first(
    team: Team,
) -> None:
    await team.database.fetch("UPDATE people SET timezone = 'Europe/Moscow'")
    team.anna = await team.doors.arrive(a_visitor(), open_to_all=True)
    await team.tasks.create(team.anna, an_arrival(), "28.03.2027 02:30 restart the server", said)
    await team.tasks.create(team.anna, an_arrival(), "31.10.2027 02:30 restart it again", said)
    await choose(team, "Europe/Berlin")
    assert await pending(team) == [
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),  # 03:30, as 02:30 is not there
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # 02:30 in summer time
    ]


async def test_a_series_goes_on_by_the_new_clock_and_across_the_change_of_the_clocks(team: Team) -> None:
    await team.reminders.create(team.anna, an_arrival(), "every day at 9:00 drink water", said)
    await choose(team, "America/New_York")
    seen = []
    now = NOW
    for _ in range(2):
        (due,) = await pending(team)
        seen.append(due)
        now = due
        (delivery,) = await team.deliveries.claim(now)
        await team.deliveries.sent(delivery, 1, now)
    assert seen == [datetime(2026, 11, day, 14, 0, tzinfo=UTC) for day in (25, 26)]
    await team.database.fetch(
        "UPDATE reminder_deliveries SET due_at = '2027-03-13 14:00+00' WHERE state = 'pending'"
    )
    (delivery,) = await team.deliveries.claim(datetime(2027, 3, 13, 14, 0, tzinfo=UTC))
    await team.deliveries.sent(delivery, 1, datetime(2027, 3, 13, 14, 0, tzinfo=UTC))
    assert await pending(team) == [datetime(2027, 3, 14, 13, 0, tzinfo=UTC)]  # nine, in summer time


async def test_a_repeating_task_keeps_its_clock_in_the_next_one_too(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "every friday 17:00 send the report", said)
    await choose(team, "Europe/Moscow")
    task_id = await team.database.task_id(1)
    await team.tasks.complete(team.anna, an_arrival(), task_id, NOW + timedelta(days=3), said)
    (following,) = await team.database.fetch("SELECT due_tz, due_at FROM crm_tasks WHERE number = 2")
    assert (following["due_tz"], following["due_at"]) == (
        "Europe/Moscow",
        datetime(2026, 12, 4, 14, 0, tzinfo=UTC),
    )


async def test_only_ones_own_moves_and_in_all_ones_teams(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "25.11 15:00 call the bank", said)
    await team.tasks.create(team.boris, an_arrival(102), "25.11 15:00 buy paper", said)
    async with team.storage.transaction(team.anna) as unit:
        await unit.teams.found("Another")
    there = await team.doors.arrive(a_visitor(display_name="Анна"), open_to_all=True)
    assert there.workspace_id != team.anna.workspace_id
    await team.tasks.create(there, an_arrival(), "26.11 15:00 paint the fence", said)
    change = await choose(team, "Europe/Moscow")
    assert {one.title for one in change.clocks} == {"call the bank", "paint the fence"}
    assert {one.team for one in change.clocks if one.title == "paint the fence"} == {"Another"}
    rows = await team.database.fetch("SELECT title, due_tz FROM crm_tasks ORDER BY title")
    assert [tuple(row) for row in rows] == [
        ("buy paper", "Europe/Berlin"),
        ("call the bank", "Europe/Moscow"),
        ("paint the fence", "Europe/Moscow"),
    ]
