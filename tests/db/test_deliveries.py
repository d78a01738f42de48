"""Deliveries over real rows: claimed together for who missed several, never to whom they no longer concern."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.deliveries import LEASE, Delivery
from crm.lateness import why_late
from crm.people import ChatKind
from crm.readiness import Passed, Ready
from crm.tasks.changes import set_assignee
from db.health import SqlHealth
from db.wakes import on_made_due
from tests.acting import NOW, an_arrival
from tests.databases import Database
from tests.db.team import Team, said
from tests.fakes import is_ready

DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def team(engine: AsyncEngine, database: Database) -> AsyncIterator[Team]:
    one = Team(engine, database)
    await one.gather()
    yield one


async def remind(team: Team, actor: Any, *lines: str) -> None:
    for line in lines:
        await team.reminders.create(actor, an_arrival(), line, lambda _saved: Answer("ok"))


async def test_whoever_missed_several_gets_all_of_them_together_the_oldest_first(team: Team) -> None:
    await remind(team, team.anna, "in 5 minutes one", "in 7 minutes three", "in 6 minutes two")
    await remind(team, team.boris, "in 8 minutes four")
    claimed = await team.deliveries.claim(NOW + timedelta(hours=2), limit=1)
    assert [one.text for one in claimed] == ["one", "two", "three"]
    assert [one.text for one in await team.deliveries.claim(NOW + timedelta(hours=2), limit=1)] == ["four"]


async def test_what_is_due_now_is_claimed_one_by_one(team: Team) -> None:
    await remind(team, team.anna, "in 5 minutes one", "in 5 minutes two")
    assert len(await team.deliveries.claim(NOW + timedelta(minutes=5), limit=1)) == 1


async def test_one_message_marks_all_its_rows(team: Team, database: Database) -> None:
    await remind(team, team.anna, "in 5 minutes one", "in 6 minutes two", "every day 9:00 three")
    late = NOW + timedelta(days=3, hours=2)
    claimed = await team.deliveries.claim(late)
    assert len(claimed) == 3
    assert await team.deliveries.sent_together(claimed, 77, late)
    rows = await database.fetch(
        "SELECT state, telegram_message_id, count(*) FROM reminder_deliveries GROUP BY 1, 2 ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [("pending", None, 1), ("sent", 77, 3)]
    (following,) = await database.fetch("SELECT due_at FROM reminder_deliveries WHERE state = 'pending'")
    assert late < following[0] <= late + DAY  # the series goes on from now, the days between are not made up


async def test_what_a_process_holds_stays_its_own_as_long_as_it_says_so(
    team: Team, database: Database
) -> None:
    await remind(team, team.anna, "in 5 minutes one")
    due = NOW + timedelta(minutes=5)
    (held,) = await team.deliveries.claim(due)
    soon_over = "UPDATE reminder_deliveries SET lease_until = now() - interval '1 second'"
    await database.fetch(soon_over)
    assert await team.deliveries.claim(due, held=[held]) == []
    assert await is_ready(team.deliveries, held)
    await database.fetch(soon_over)
    (taken,) = await team.deliveries.claim(due)
    assert not await is_ready(team.deliveries, held)
    assert await is_ready(team.deliveries, taken)


async def test_what_is_claimed_after_a_full_batch_is_complete_all_the_same(
    engine: AsyncEngine, team: Team
) -> None:
    await remind(team, team.anna, *(f"in {minutes} minutes tea" for minutes in range(5, 12)))
    due, got = NOW + timedelta(minutes=11), list[Delivery]()
    while claimed := await team.deliveries.claim(due, limit=2):
        got += claimed
        if len(got) == 4:  # one comes back, older than where the next batch begins
            await team.deliveries.release(got.pop(0))
    assert len({one.id for one in got}) >= 6
    got += await team.deliveries.claim(due, limit=2)
    assert len({one.id for one in got}) == 7


async def test_to_whoever_left_nothing_is_sent_and_the_row_says_why(team: Team, database: Database) -> None:
    await remind(team, team.boris, "in 5 minutes one")
    await database.fetch("UPDATE members SET removed_at = now() WHERE id = $1", team.boris.member_id)
    assert await team.deliveries.claim(NOW + timedelta(minutes=5)) == []
    (row,) = await database.fetch("SELECT state, reason FROM reminder_deliveries")
    assert tuple(row) == ("skipped", "no longer of the team")


async def test_a_task_given_to_another_reminds_the_other(team: Team, database: Database) -> None:
    await team.tasks.create(team.anna, an_arrival(), "in 5 minutes tea", said)
    task_id, due = await database.task_id(1), NOW + timedelta(minutes=5)
    (first,) = await team.deliveries.claim(due)  # about to be sent as it is given away
    await team.tasks.change(team.anna, an_arrival(), task_id, set_assignee(team.boris.member_id), said)
    outcome = await team.deliveries.ready(first, due)
    assert outcome == Passed("done, taken over or deleted meanwhile")
    claimed = [one for one in await team.deliveries.claim(due) if one.notice is None]
    assert [one.actor.telegram_chat_id for one in claimed] == [102]
    (row,) = await database.fetch("SELECT state, reason FROM reminder_deliveries WHERE id = $1", first.id)
    assert tuple(row) == ("skipped", "the task changed")


async def test_a_group_of_another_team_by_now_reads_nothing(team: Team, database: Database) -> None:
    (group,) = await database.fetch(
        "INSERT INTO chats (workspace_id, telegram_chat_id, kind) VALUES ($1, -55, 'group') RETURNING id",
        team.anna.workspace_id,
    )
    await database.fetch(
        "INSERT INTO chat_links (telegram_chat_id, workspace_id, chat_id) VALUES (-55, $1, $2)",
        team.anna.workspace_id,
        group[0],
    )
    await remind(team, team.boris, "in 5 minutes secret", "in 6 minutes more")
    await database.fetch("UPDATE reminders SET source_chat_id = $1", group[0])
    await database.fetch("UPDATE people SET private_chat_id = NULL WHERE id = $1", team.boris.person_id)
    (linked,) = await team.deliveries.claim(NOW + timedelta(minutes=5))
    assert (linked.actor.telegram_chat_id, linked.actor.chat_kind) == (-55, ChatKind.GROUP)
    await database.fetch("DELETE FROM chat_links WHERE telegram_chat_id = -55")
    (alone,) = await team.deliveries.claim(NOW + timedelta(minutes=6))
    assert (alone.actor.telegram_chat_id, alone.actor.chat_kind) == (102, ChatKind.PRIVATE)
    assert alone.group is None


async def test_after_more_than_a_day_of_silence_each_chat_is_told_once(
    engine: AsyncEngine, team: Team, database: Database
) -> None:
    for actor in (team.anna, team.boris):
        await team.tasks.create(actor, an_arrival(), "tea", said)
    await database.fetch("INSERT INTO installation (bot_id) VALUES (1)")
    real = datetime.now(UTC)
    assert await team.deliveries.heard(real) == 0  # the first time ever
    assert await team.deliveries.heard(real + timedelta(hours=23)) == 0
    later = real + timedelta(hours=23) + timedelta(hours=30)
    replicas = await asyncio.gather(*(team.deliveries.heard(later) for _ in range(3)))
    assert sorted(replicas) == [0, 0, 2]
    owed = await team.deliveries.claim(later)
    assert {one.actor.telegram_chat_id for one in owed} == {101, 102}
    assert {one.notice for one in owed} == {"gap"}
    assert {datetime.fromisoformat(one.text) for one in owed} == {(later - DAY).replace(microsecond=0)}
    assert all([await is_ready(team.deliveries, one) for one in owed])


async def test_the_last_sign_of_life_tells_a_sleep_from_a_delay(team: Team, database: Database) -> None:
    await database.fetch("INSERT INTO installation (bot_id) VALUES (1)")
    assert await team.deliveries.alive(NOW) is None
    assert await team.deliveries.alive(NOW + timedelta(seconds=10)) == NOW
    assert await team.deliveries.alive(NOW + timedelta(hours=5)) == NOW
    assert await team.deliveries.alive(NOW + timedelta(hours=5)) == NOW + timedelta(hours=5)


async def test_the_operator_sees_how_late_they_are_and_has_failed_ones_tried_again(
    engine: AsyncEngine, team: Team, database: Database
) -> None:
    real = datetime.now(UTC)
    await remind(team, team.anna, "in 5 minutes one", "in 5 minutes two", "in 5 minutes three")
    one, two, three = await team.deliveries.claim(NOW + timedelta(minutes=5))
    await team.deliveries.sent(one, 1, NOW)
    await team.deliveries.failed(two, "blocked", NOW, for_good=True)
    await team.deliveries.failed(three, "chat_not_found", NOW, for_good=True)
    await database.fetch(
        "UPDATE reminder_deliveries SET due_at = sent_at - interval '3 seconds' WHERE id = $1", one.id
    )
    told = await SqlHealth(engine).deliveries(real + timedelta(seconds=5), real - timedelta(days=1))
    assert (told.due, told.leased, told.sent, told.median) == (0, 0, 1, timedelta(seconds=3))
    assert {(each.reason, each.times) for each in told.failed} == {("blocked", 1), ("chat_not_found", 1)}
    async with team.storage.transaction(team.boris) as unit:
        assert await unit.deliveries.retry(two.id) == 0  # who is no operator
    await database.fetch("UPDATE people SET is_operator = true WHERE id = $1", team.boris.person_id)
    async with team.storage.transaction(team.boris) as unit:
        assert await unit.deliveries.retry(two.id) == 1
    (again,) = await team.deliveries.claim(NOW + timedelta(minutes=5))
    assert (again.id, again.attempts) == (two.id, 1)


@pytest.mark.parametrize(("line", "wakes"), [("in 1 second tea", 1), ("in 2 hours tea", 0)])
async def test_what_is_due_at_once_wakes_the_process_that_made_it(
    engine: AsyncEngine, team: Team, line: str, wakes: int
) -> None:
    woken: list[int] = []
    on_made_due(engine, lambda: woken.append(1), lambda: NOW)
    await remind(team, team.anna, line)
    assert len(woken) == wakes


async def test_what_was_rolled_back_wakes_nobody(engine: AsyncEngine, team: Team) -> None:
    woken: list[int] = []
    on_made_due(engine, lambda: woken.append(1), lambda: NOW)

    def fail(_saved: object) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await team.reminders.create(team.anna, an_arrival(), "in 1 second tea", fail)
    await remind(team, team.anna, "in 2 hours tea")
    assert woken == []


async def test_a_row_keeps_the_true_reason(team: Team) -> None:
    await remind(team, team.anna, "in 5 minutes tea")
    due = NOW + timedelta(minutes=5)
    (first,) = await team.deliveries.claim(due)
    await team.deliveries.failed(first, "telegram_silent", due, for_good=False)
    (second,) = await team.deliveries.claim(due + timedelta(minutes=10))
    assert (second.reason, why_late(second, None)) == ("telegram_silent", "telegram_silent")


async def test_asking_waits_for_nobody_and_keeps_a_lease_from_ending_on_the_way(
    team: Team, database: Database
) -> None:
    await remind(team, team.anna, "in 5 minutes one")
    (held,) = await team.deliveries.claim(NOW + timedelta(minutes=5))
    link = await asyncpg.connect(database.owner_url)
    async with link.transaction():
        await link.execute("SELECT FROM reminder_deliveries FOR UPDATE")
        assert await is_ready(team.deliveries, held)
    await link.execute(
        "UPDATE reminder_deliveries SET lease_until = clock_timestamp() + interval '3 seconds'"
    )
    assert await is_ready(team.deliveries, held)
    assert await link.fetchval(
        "SELECT lease_until > clock_timestamp() + $1 FROM reminder_deliveries", LEASE / 2
    )
    await link.close()


async def test_a_message_is_written_down_for_all_who_are_there_when_one_has_left(
    team: Team, database: Database
) -> None:
    await remind(team, team.anna, "in 5 minutes one")
    await remind(team, team.boris, "in 6 minutes two")
    claimed = await team.deliveries.claim(NOW + timedelta(minutes=6))
    await database.fetch("UPDATE members SET removed_at = now() WHERE id = $1", team.boris.member_id)
    assert [type(one) for one in await team.deliveries.ready_together(claimed, NOW)] == [Ready, Passed]
    assert not await team.deliveries.sent_together(claimed, 5, NOW)
    rows = await database.fetch("SELECT state FROM reminder_deliveries ORDER BY id")
    assert [row[0] for row in rows] == ["sent", "leased"]


async def test_what_nags_is_said_again_also_when_it_is_simply_written_down(
    team: Team, database: Database
) -> None:
    await remind(team, team.anna, "in 5 minutes one")
    await database.fetch("UPDATE reminders SET nag_minutes = 10, nag_limit = 1")
    due = NOW + timedelta(minutes=5)
    (first,) = await team.deliveries.claim(due)
    assert await team.deliveries.sent(first, 5, due)
    assert not await team.deliveries.sent(first, 6, due)  # no longer leased
    (second,) = await team.deliveries.claim(due + timedelta(minutes=10))
    assert (second.due_at, second.nag) == (due + timedelta(minutes=10), 1)
    assert await team.deliveries.sent(second, 7, second.due_at)
    assert await team.deliveries.claim(due + timedelta(days=1)) == []
