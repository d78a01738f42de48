"""Digests over real rows: once for each person and day of theirs, whatever the clocks, the replicas and kills do."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.deliveries import LEASE
from crm.digests import Digest, Digests, Kind, Nothing, TeamDay, TeamReport, TeamWeek, Told
from crm.people import Actor
from crm.readiness import Held, Ready
from crm.settings import Section, Settings
from db.digests import SqlDigestDoors
from tests.acting import NOW, an_arrival
from tests.db.team import Team, said

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def digests(team: Team, engine: AsyncEngine) -> Digests:
    return Digests(team.storage, SqlDigestDoors(engine))


def at(said: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=zone, fold=fold).astimezone(UTC)


async def wants(team: Team, who: Actor, **columns: object) -> None:
    """Settings, chosen long ago; nobody else wants anything."""
    await team.database.fetch("UPDATE people SET weekly_digest = false, digests_since = '2020-01-01'")
    for name, value in columns.items():
        await team.database.fetch(
            f"UPDATE people SET {name} = $1 WHERE id = $2",  # noqa: S608  # a column's name, of these tests
            value,
            who.person_id,
        )


async def told(digests: Digests, now: datetime) -> list[tuple[Digest, Told | Nothing]]:
    """What is claimed at a moment; what there is to tell is sent, the rest passed."""
    found = []
    for digest in await digests.claim(now):
        outcome = await digests.tell(digest, now)
        found.append((digest, outcome))
        if isinstance(outcome, Nothing):
            await digests.skipped(digest, outcome, now)
        else:
            assert await digests.holds(digest)
            assert await digests.sent(digest, 1, now)
    return found


def days_of(outcome: Told | Nothing) -> Sequence[TeamDay]:
    assert isinstance(outcome, Told)
    return [part for part in outcome.parts if isinstance(part, TeamDay)]


async def test_the_morning_comes_at_the_persons_hour_once_a_day(team: Team, digests: Digests) -> None:
    await wants(team, team.anna, digest_at=time(8, 30))
    await team.tasks.create(team.anna, an_arrival(), "today 15:00 call the bank", said)
    assert await told(digests, at("2026-11-24 08:29:59")) == []
    ((digest, outcome),) = await told(digests, at("2026-11-24 08:30"))
    assert (digest.kind, digest.day, digest.telegram_chat_id) == (Kind.MORNING, date(2026, 11, 24), 101)
    (day,) = days_of(outcome)
    assert [task.title for task in day.today] == ["call the bank"]
    for later in ("2026-11-24 08:30", "2026-11-24 12:00", "2026-11-25 08:29"):
        assert await told(digests, at(later)) == []
    ((digest, _),) = await told(digests, at("2026-11-25 08:30"))
    assert digest.day == date(2026, 11, 25)


async def test_replicas_that_look_at_once_make_one_and_claim_it_once(
    team: Team, digests: Digests, engine: AsyncEngine
) -> None:
    await wants(team, team.anna, digest_at=time(8, 30))
    now = at("2026-11-24 08:30")
    replicas = [Digests(team.storage, SqlDigestDoors(engine)) for _ in range(5)]
    claims = await asyncio.gather(*(one.claim(now) for one in replicas))
    assert len([digest for claimed in claims for digest in claimed]) == 1
    assert await team.database.count("digests") == 1


async def test_one_that_a_killed_process_held_goes_out_when_its_lease_ends(
    team: Team, digests: Digests
) -> None:
    await wants(team, team.anna, digest_at=time(8, 30))
    now = at("2026-11-24 08:30")
    (lost,) = await digests.claim(now)
    assert await digests.claim(now + LEASE - timedelta(seconds=1)) == []
    (again,) = await digests.claim(now + LEASE + timedelta(seconds=1))
    assert again.id == lost.id
    assert not await digests.holds(lost)
    assert not await digests.sent(lost, 7, now)
    assert await digests.sent(again, 8, now)
    assert await digests.claim(now + timedelta(hours=2)) == []
    (row,) = await team.database.fetch("SELECT state, telegram_message_id FROM digests")
    assert (row["state"], row["telegram_message_id"]) == ("sent", 8)


@pytest.mark.parametrize(
    ("clock", "looks", "sent_at"),
    [
        # 29 March 2026: after 01:59 comes 03:00
        (time(2, 30), ("2026-03-29 01:59", "2026-03-29 03:00", "2026-03-29 03:30"), "2026-03-29 03:30"),
        # 25 October 2026: 02:00 to 03:00 comes twice
        (time(2, 30), ("2026-10-25 02:29", "2026-10-25 02:30", "2026-10-25 02:30*"), "2026-10-25 02:30"),
        (time(3, 0), ("2026-10-25 02:59", "2026-10-25 02:59*", "2026-10-25 03:00"), "2026-10-25 03:00"),
    ],
)
async def test_a_change_of_the_clocks_makes_neither_two_nor_none(
    team: Team, digests: Digests, clock: time, looks: Sequence[str], sent_at: str
) -> None:
    await wants(team, team.anna, digest_at=clock, digests_on_days_off=True)
    found = []
    for look in looks:
        now = at(look.rstrip("*"), fold=int(look.endswith("*")))
        found += [now for _ in await told(digests, now)]
    assert found == [at(sent_at)]


async def test_a_zone_changed_westward_makes_no_second_one_that_day(team: Team, digests: Digests) -> None:
    await wants(team, team.anna, digest_at=time(8, 30))
    assert len(await told(digests, at("2026-11-24 08:30"))) == 1
    await team.database.fetch("UPDATE people SET timezone = 'America/New_York'")
    assert await told(digests, at("2026-11-24 08:31", ZoneInfo("America/New_York"))) == []
    assert len(await told(digests, at("2026-11-25 08:30", ZoneInfo("America/New_York")))) == 1


async def test_an_hour_that_has_passed_when_it_is_chosen_is_tomorrows(team: Team, digests: Digests) -> None:
    await wants(team, team.anna)
    await Settings(team.storage).change(team.anna, an_arrival(), Section.MORNING, "8:30", said)
    (row,) = await team.database.fetch(
        "SELECT digests_since AT TIME ZONE 'Europe/Berlin' AS here FROM people WHERE id = $1",
        team.anna.person_id,
    )
    today = row["here"].date()
    await team.database.fetch(
        "UPDATE people SET digest_at = $1, digests_on_days_off = true WHERE id = $2",
        (row["here"] - timedelta(minutes=1)).time(), team.anna.person_id,
    )  # fmt: skip
    assert await told(digests, row["here"].replace(tzinfo=BERLIN)) == []
    tomorrow = row["here"].replace(tzinfo=BERLIN) + timedelta(days=1)
    ((digest, _),) = await told(digests, tomorrow)
    assert digest.day == today + timedelta(days=1)


async def test_an_empty_one_is_not_sent_and_not_made_again(team: Team, digests: Digests) -> None:
    await wants(team, team.anna, digest_at=time(8, 30))
    ((_, outcome),) = await told(digests, at("2026-11-24 08:30"))
    assert isinstance(outcome, Nothing)
    await team.tasks.create(team.anna, an_arrival(), "today 15:00 call the bank", said)
    assert await told(digests, at("2026-11-24 09:00")) == []


async def test_a_day_off_has_none_unless_it_is_wanted(team: Team, digests: Digests) -> None:
    await wants(team, team.anna, digest_at=time(8, 30))
    await team.tasks.create(team.anna, an_arrival(), "25.12 call the bank", said)
    await team.tasks.create(team.anna, an_arrival(), "26.12 call the bank", said)
    ((_, christmas),) = await told(digests, at("2026-12-25 08:30"))  # a Friday, in Germany
    assert christmas == Nothing("a day off")
    await wants(team, team.anna, digest_at=time(8, 30), digests_on_days_off=True)
    ((_, saturday),) = await told(digests, at("2026-12-26 08:30"))
    assert [len(day.overdue) for day in days_of(saturday)] == [1]


async def test_after_a_long_night_of_the_bot_the_morning_is_sent_as_long_as_it_is_of_use(
    team: Team, digests: Digests
) -> None:
    await wants(team, team.anna, digest_at=time(8, 30))
    await team.tasks.create(team.anna, an_arrival(), "25.11 call the bank", said)
    assert len(await told(digests, at("2026-11-25 17:59"))) == 1
    assert await told(digests, at("2026-11-26 18:01")) == []


async def test_the_evening_tells_what_was_done_and_what_is_left_of_all_ones_teams(
    team: Team, digests: Digests
) -> None:
    await wants(team, team.boris, evening_digest_at=time(19))
    await team.tasks.create(team.boris, an_arrival(102), "today 15:00 call the bank", said)
    await team.tasks.create(team.boris, an_arrival(102), "today 16:00 buy paper", said)
    (first,) = await team.database.fetch("SELECT id FROM crm_tasks WHERE title = 'buy paper'")
    await team.tasks.complete(team.boris, an_arrival(102), first["id"], NOW, said)
    (own,) = await team.database.fetch(
        "SELECT m.id, m.workspace_id FROM members m WHERE m.person_id = $1 AND m.workspace_id <> $2",
        team.boris.person_id, team.anna.workspace_id,
    )  # fmt: skip
    await team.database.fetch(
        "INSERT INTO crm_tasks (workspace_id, number, title, due_date, due_tz, assignee_id, created_by)"
        " VALUES ($1, 1, 'water the plants', '2026-11-24', 'Europe/Berlin', $2, $2)",
        own["workspace_id"], own["id"],
    )  # fmt: skip
    ((_, outcome),) = await told(digests, at("2026-11-24 19:00"))
    work, private = days_of(outcome)
    assert work.is_current
    assert [task.title for task in work.done] == ["buy paper"]
    assert [task.title for task in work.overdue] == ["call the bank"]
    assert [task.title for task in private.today] == ["water the plants"]


async def test_an_evening_after_midnight_is_that_of_the_day_before(team: Team, digests: Digests) -> None:
    await wants(team, team.anna, evening_digest_at=time(0, 30))
    await team.tasks.create(team.anna, an_arrival(), "25.11 call the bank", said)
    ((_, outcome),) = await told(digests, at("2026-11-26 00:30"))
    (day,) = days_of(outcome)
    assert day.now.date() == date(2026, 11, 25)
    assert [task.title for task in day.today] == ["call the bank"]


async def test_the_week_is_told_to_who_leads_and_shows_what_they_may_see(
    team: Team, digests: Digests
) -> None:
    await wants(team, team.anna)
    await team.database.fetch("UPDATE people SET weekly_digest = true")
    await team.tasks.create(team.boris, an_arrival(102), "buy paper", said)
    await team.tasks.complete(team.boris, an_arrival(102), await team.database.task_id(1), NOW, said)
    found = await told(digests, at("2026-11-30 09:00"))
    assert {digest.telegram_chat_id for digest, _ in found} == {101}  # Boris and Clara lead only teams of one
    ((digest, outcome),) = found
    assert (digest.kind, digest.day) == (Kind.WEEKLY, date(2026, 11, 30))
    assert isinstance(outcome, Told)
    (week,) = outcome.parts
    assert isinstance(week, TeamWeek)
    assert (week.days.first, week.total.done) == (date(2026, 11, 23), 1)
    assert [(one.name, one.work.done) for one in week.members] == [("Борис", 1)]
    assert await told(digests, at("2026-12-01 09:00")) == []


async def test_a_week_that_begins_with_a_day_off_is_told_on_its_first_working_day(
    team: Team, digests: Digests
) -> None:
    await wants(team, team.anna, timezone="Europe/Moscow", weekly_digest=True)
    await team.tasks.create(team.anna, an_arrival(), "25.11 buy paper", said)
    moscow = ZoneInfo("Europe/Moscow")
    ((_, monday),) = await told(digests, at("2026-11-30 09:00", moscow))
    assert isinstance(monday, Told)
    await team.database.fetch("UPDATE people SET workdays = '{3,4,5}'")
    ((_, held),) = await told(digests, at("2026-12-07 09:00", moscow))
    assert held == Nothing("a day off", at("2026-12-09 09:00", moscow))
    assert await told(digests, at("2026-12-08 09:00", moscow)) == []
    ((_, wednesday),) = await told(digests, at("2026-12-09 09:00", moscow))
    assert isinstance(wednesday, Told)


async def test_whoever_is_back_hears_what_waited_and_what_the_substitute_did(
    team: Team, digests: Digests
) -> None:
    await wants(team, team.boris)
    await team.tasks.create(team.anna, an_arrival(), "today 15:00 call the bank @Борис", said)
    await team.reminders.create(team.boris, an_arrival(102), "today 15:00 water the plants", said)
    await team.database.fetch("UPDATE reminders SET created_at = $1", NOW - timedelta(hours=1))
    until = NOW + timedelta(days=2)
    async with team.storage.transaction(team.boris) as unit:
        await unit.hours.go_away(until, team.clara.member_id, NOW)
    ((begins, _),) = await told(digests, NOW)
    assert (begins.kind, begins.telegram_chat_id, begins.about) == (Kind.STAND_IN, 103, "Борис")
    later = NOW + timedelta(hours=5)
    for delivery in await team.deliveries.claim(later):
        outcome = await team.deliveries.ready(delivery, later)
        if isinstance(outcome, Held):
            await team.deliveries.held(delivery, outcome)
        elif isinstance(outcome, Ready):
            await team.deliveries.sent(outcome.delivery, 1, later)
    await team.tasks.complete(team.clara, an_arrival(103), await team.database.task_id(1), later, said)
    ended = {digest.kind: (digest, outcome) for digest, outcome in await told(digests, until)}
    assert ended[Kind.STAND_IN_OVER][0].telegram_chat_id == 103
    digest, summary = ended[Kind.BACK]
    assert digest.telegram_chat_id == 102
    assert isinstance(summary, Told)
    (report,) = summary.parts
    assert isinstance(report, TeamReport)
    assert (report.waited, report.passed_on) == (["water the plants"], ["call the bank"])
    assert report.done == [("Clara", "call the bank")]
    (row,) = await team.database.fetch(
        "SELECT away_until, substitute_id FROM people WHERE id = $1", team.boris.person_id
    )
    assert (row["away_until"], row["substitute_id"]) == (None, None)


async def test_a_task_that_was_given_meanwhile_is_in_the_summary_once(team: Team, digests: Digests) -> None:
    await wants(team, team.boris)
    until = NOW + timedelta(days=2)
    async with team.storage.transaction(team.boris) as unit:
        await unit.hours.go_away(until, None, NOW)
    await team.tasks.create(team.anna, an_arrival(), "today 15:00 call the bank @Борис", said)
    later = NOW + timedelta(hours=5)
    for delivery in await team.deliveries.claim(later):  # the news, and the reminder
        outcome = await team.deliveries.ready(delivery, later)
        assert isinstance(outcome, Held)
        await team.deliveries.held(delivery, outcome)
    ((_, summary),) = await told(digests, until)
    assert isinstance(summary, Told)
    (report,) = summary.parts
    assert isinstance(report, TeamReport)
    assert report.waited == ["call the bank"]


async def test_what_was_sent_long_ago_is_forgotten_and_what_is_owed_is_not(
    team: Team, digests: Digests
) -> None:
    await wants(team, team.anna, digest_at=time(8, 30), evening_digest_at=time(8, 30))
    now = at("2026-11-24 08:30")
    one, _other = await digests.claim(now)
    await digests.sent(one, 1, now)
    await digests.purge(datetime.now(UTC) + timedelta(days=61))
    assert await team.database.count("digests") == 1


async def test_a_zone_that_the_server_does_not_know_keeps_nobody_else_from_theirs(
    team: Team, digests: Digests
) -> None:
    await wants(team, team.anna, digest_at=time(8, 30))
    await wants(team, team.boris, timezone="Moon/Sea_of_Tranquility", digest_at=time(8, 30))
    await team.database.fetch("UPDATE people SET digest_at = '08:30' WHERE id = $1", team.anna.person_id)
    assert [one.telegram_chat_id for one in await digests.claim(at("2026-11-24 08:30"))] == [101]
