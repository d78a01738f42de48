"""Hours over real rows: what waits and until when, what goes to whoever stands in, and what comes back."""

from datetime import UTC, datetime, time, timedelta

import pytest

from crm.deliveries import Delivery
from crm.people import Actor, ChatKind
from crm.readiness import Held, Passed, Ready
from crm.reasons import Why
from crm.reminder_presses import ReminderPresses, put_off_by
from crm.settings import Section, Settings
from crm.tasks.changes import set_priority
from crm.tasks.entities import Priority
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from tests.acting import NOW, a_visitor, an_arrival
from tests.db.team import Team, said

TUESDAY_NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)  # 23:00 in Berlin
IN_THE_MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)  # 08:00 in Berlin


async def choose(team: Team, actor: Actor, section: Section, value: str) -> None:
    await Settings(team.storage).change(actor, an_arrival(), section, value, said)


async def of_boris(team: Team, words: str) -> None:
    """A task that Anna gives to Boris; he has read that she did."""
    await team.tasks.create(team.anna, an_arrival(), f"{words} @Борис", said)
    await team.database.fetch(
        "UPDATE reminder_deliveries SET state = 'sent' WHERE reminder_id IN"
        " (SELECT id FROM reminders WHERE notice IS NOT NULL)"
    )


async def due(team: Team, now: datetime) -> list[tuple[Delivery, Ready | Held | Passed]]:
    """What the scheduler finds, and what becomes of it; what is held is held, what is ready is sent."""
    found = []
    for delivery in await team.deliveries.claim(now):
        outcome = await team.deliveries.ready(delivery, now)
        found.append((delivery, outcome))
        if isinstance(outcome, Held):
            await team.deliveries.held(delivery, outcome)
        elif isinstance(outcome, Ready):
            await team.deliveries.sent(outcome.delivery, 1, now)
    return found


async def asked_before(team: Team, now: datetime = NOW) -> None:
    """The rows were made in real time, which is later than the times of these tests."""
    await team.database.fetch("UPDATE reminders SET created_at = $1", now - timedelta(hours=1))


async def away(team: Team, who: Actor, until: datetime, stand_in: Actor | None, now: datetime = NOW) -> None:
    async with team.storage.transaction(who) as unit:
        await unit.hours.go_away(until, stand_in.member_id if stand_in else None, now)


async def test_quiet_hours_put_a_reminder_off_to_their_end_and_it_says_so(team: Team) -> None:
    await choose(team, team.anna, Section.QUIET, "22-8")
    await team.tasks.create(team.boris, an_arrival(102), "today 23:00 lock the door @Анна", said)
    outcomes = [outcome for _, outcome in await due(team, TUESDAY_NIGHT)]
    assert outcomes == [Held(IN_THE_MORNING, Why.QUIET)] * 2  # and that she has it
    assert await due(team, IN_THE_MORNING - timedelta(minutes=1)) == []
    for _, sent in await due(team, IN_THE_MORNING):
        assert isinstance(sent, Ready)
        assert sent.delivery.reason == Why.QUIET


@pytest.mark.parametrize(
    ("line", "ahead"),
    [
        ("today 23:00 lock the door", []),
        ("today 23:15 meeting with Tokyo", ["today 23:15 meeting with Tokyo"]),
    ],
)
async def test_the_moment_one_named_oneself_is_kept_in_quiet_hours_and_a_usual_warning_waits(
    team: Team, line: str, ahead: list[str]
) -> None:
    await choose(team, team.anna, Section.QUIET, "22-8")
    await team.tasks.create(team.anna, an_arrival(), line, said)
    at_eleven = [type(outcome) for _, outcome in await due(team, TUESDAY_NIGHT)]
    assert at_eleven == [Held if ahead else Ready]
    later = [type(outcome) for _, outcome in await due(team, TUESDAY_NIGHT + timedelta(minutes=15))]
    assert later == ([Ready] if ahead else [])


async def test_what_one_asked_for_or_put_off_to_the_night_comes_then_and_not_hours_later(team: Team) -> None:
    await choose(team, team.anna, Section.QUIET, "22-8")
    await team.reminders.create(team.anna, an_arrival(), "today 23:00 lock the door", said)
    ((delivery, outcome),) = await due(team, TUESDAY_NIGHT)
    assert isinstance(outcome, Ready)
    presses = ReminderPresses(team.storage, Undo(team.storage, UNDOABLE))
    later = TUESDAY_NIGHT + timedelta(minutes=15)
    put_off = put_off_by("quarter", TUESDAY_NIGHT, time(18))
    await presses.put_off(team.anna, an_arrival(), delivery.id, put_off, TUESDAY_NIGHT, said)
    ((_, outcome),) = await due(team, later)
    assert isinstance(outcome, Ready)
    await team.reminders.create(team.anna, an_arrival(), "today 23:30 feed the cat", said)
    ((_, outcome),) = await due(team, TUESDAY_NIGHT + timedelta(hours=4))  # the bot was away meanwhile
    assert outcome == Held(IN_THE_MORNING, Why.QUIET)


async def test_what_waits_for_the_end_of_quiet_hours_comes_once_its_task_is_urgent(team: Team) -> None:
    await choose(team, team.anna, Section.QUIET, "22-8")
    await team.tasks.create(
        team.anna, an_arrival(), "today 23:15 call the guard, remind 15 minutes before", said
    )
    assert [type(outcome) for _, outcome in await due(team, TUESDAY_NIGHT)] == [Held]
    task_id, soon = await team.database.task_id(1), TUESDAY_NIGHT + timedelta(minutes=5)
    await team.tasks.change(team.anna, an_arrival(sent_at=soon), task_id, set_priority(Priority.URGENT), said)
    ((delivery, outcome),) = await due(team, soon)
    assert isinstance(outcome, Ready)
    assert delivery.due_at == TUESDAY_NIGHT


@pytest.mark.parametrize(("mark", "expected"), [("", Held), (" !!", Ready)])
async def test_what_is_said_again_waits_for_the_end_of_quiet_hours_unless_it_is_urgent(
    team: Team, mark: str, expected: type
) -> None:
    await choose(team, team.anna, Section.QUIET, "22-8")
    await team.reminders.create(team.anna, an_arrival(), f"today 21:50 take the pills !15m{mark}", said)
    ((_, outcome),) = await due(team, TUESDAY_NIGHT - timedelta(minutes=70))
    assert isinstance(outcome, Ready)
    ((again, outcome),) = await due(team, TUESDAY_NIGHT - timedelta(minutes=55))
    assert (again.nag, type(outcome)) == (1, expected)
    if expected is Held:
        assert outcome == Held(IN_THE_MORNING, Why.QUIET)
        ((again, outcome),) = await due(team, IN_THE_MORNING)
        assert (again.nag, type(outcome)) == (1, Ready)


async def test_a_group_is_told_of_a_gap_in_the_quiet_hours_of_whoever_it_is_sent_for_and_while_they_are_away(
    team: Team,
) -> None:
    await choose(team, team.anna, Section.QUIET, "22-8")
    await away(team, team.anna, NOW + timedelta(days=10), None)
    group = await team.doors.arrive(
        a_visitor(telegram_chat_id=-1001, chat_kind=ChatKind.GROUP, chat_title="Sales"), open_to_all=True
    )
    for notice, chat_id in (("gap_here", group.chat_id), ("gap", None)):
        (made,) = await team.database.fetch(
            "INSERT INTO reminders (workspace_id, kind, recipient_id, text, notice, source_chat_id)"
            " VALUES ($1, 'standalone', $2, '2026-11-23T22:00:00+00:00', $3, $4) RETURNING id",
            team.anna.workspace_id, team.anna.member_id, notice, chat_id,
        )  # fmt: skip
        await team.database.fetch(
            "INSERT INTO reminder_deliveries (workspace_id, reminder_id, recipient_id, due_at) VALUES ($1, $2, $3, $4)",
            team.anna.workspace_id, made["id"], team.anna.member_id, TUESDAY_NIGHT,
        )  # fmt: skip
    outcomes = {delivery.notice: outcome for delivery, outcome in await due(team, TUESDAY_NIGHT)}
    assert isinstance(outcomes["gap"], Held)
    assert isinstance(outcomes["gap_here"], Ready)
    assert outcomes["gap_here"].delivery.actor.telegram_chat_id == group.telegram_chat_id


async def test_an_urgent_task_passes_quiet_hours(team: Team) -> None:
    await choose(team, team.anna, Section.QUIET, "22-8")
    await team.tasks.create(team.anna, an_arrival(), "today 23:00 lock the door !!", said)
    await team.database.fetch("UPDATE crm_tasks SET priority = 'urgent'")
    ((_, outcome),) = await due(team, TUESDAY_NIGHT)
    assert isinstance(outcome, Ready)


async def test_a_day_one_chose_oneself_is_kept_and_one_a_colleague_chose_waits_for_a_working_day(
    team: Team,
) -> None:
    saturday = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
    monday = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    await team.tasks.create(team.boris, an_arrival(102), "saturday buy milk", said)
    await of_boris(team, "saturday send the report")
    rows = await team.database.fetch("SELECT id, workspace_id, title, assignee_id FROM crm_tasks")
    await team.database.fetch("DELETE FROM reminder_deliveries")
    for row in rows:  # at the start of the day; as both were asked for
        (made,) = await team.database.fetch(
            "INSERT INTO reminders (workspace_id, kind, task_id, recipient_id, text, local_date, local_time, timezone)"
            " VALUES ($1, 'relative', $2, $3, $4, '2026-11-28', '09:00', 'Europe/Berlin') RETURNING id",
            row["workspace_id"], row["id"], row["assignee_id"], row["title"],
        )  # fmt: skip
        await team.database.fetch(
            "INSERT INTO reminder_deliveries (workspace_id, reminder_id, recipient_id, due_at) VALUES ($1, $2, $3, $4)",
            row["workspace_id"], made["id"], row["assignee_id"], saturday,
        )  # fmt: skip
    outcomes = {delivery.text: outcome for delivery, outcome in await due(team, saturday)}
    assert isinstance(outcomes["buy milk"], Ready)
    assert outcomes["send the report"] == Held(monday, Why.DAY_OFF)


async def test_an_absent_members_tasks_go_to_whoever_stands_in_and_their_own_reminders_wait(
    team: Team,
) -> None:
    back = NOW + timedelta(days=10)
    await team.reminders.create(team.boris, an_arrival(102), "today 15:00 water the plants", said)
    await of_boris(team, "today 15:00 call the bank")
    await asked_before(team)
    await away(team, team.boris, back, team.clara)
    at_three = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    outcomes = {delivery.text: outcome for delivery, outcome in await due(team, at_three)}
    assert outcomes["water the plants"] == Held(back, Why.AWAY)
    bank = outcomes["call the bank"]
    assert isinstance(bank, Ready)
    assert bank.delivery.actor.member_id == team.boris.member_id
    assert bank.delivery.stand_in is not None
    assert bank.delivery.stand_in.member_id == team.clara.member_id
    (row,) = await team.database.fetch(
        "SELECT state, reason, telegram_message_id FROM reminder_deliveries WHERE reason = $1", Why.STOOD_IN
    )
    assert (row["state"], row["telegram_message_id"]) == ("sent", 1)


async def test_what_was_asked_for_while_away_comes_and_urgent_things_too(team: Team) -> None:
    await away(team, team.boris, NOW + timedelta(days=10), None, now=NOW - timedelta(days=10000))
    await team.reminders.create(team.boris, an_arrival(102), "today 15:00 check in", said)
    await of_boris(team, "today 15:00 fire !!")
    await team.database.fetch("UPDATE crm_tasks SET priority = 'urgent'")
    outcomes = [outcome for _, outcome in await due(team, datetime(2026, 11, 24, 14, 0, tzinfo=UTC))]
    assert [type(outcome) for outcome in outcomes] == [Ready, Ready]


async def test_a_substitute_of_another_team_or_who_may_not_see_the_task_gets_nothing(team: Team) -> None:
    at_three, back = datetime(2026, 11, 24, 14, 0, tzinfo=UTC), NOW + timedelta(days=10)
    await of_boris(team, "today 15:00 call the bank")
    await away(team, team.boris, back, team.clara)
    await team.database.fetch("UPDATE workspaces SET visibility = 'own'")
    ((_, outcome),) = await due(team, at_three)
    assert outcome == Held(back, Why.AWAY)
    await team.database.fetch("UPDATE workspaces SET visibility = 'everyone'")
    await team.database.fetch("UPDATE reminder_deliveries SET next_retry_at = NULL")
    await team.database.fetch("UPDATE members SET removed_at = now() WHERE id = $1", team.clara.member_id)
    ((_, outcome),) = await due(team, at_three)
    assert outcome == Held(back, Why.AWAY)


async def test_a_substitute_who_is_away_too_holds_it_up_until_one_of_them_is_back(team: Team) -> None:
    await of_boris(team, "today 15:00 call the bank")
    await away(team, team.boris, NOW + timedelta(days=10), team.clara)
    await away(team, team.clara, NOW + timedelta(days=2), None)
    ((_, outcome),) = await due(team, datetime(2026, 11, 24, 14, 0, tzinfo=UTC))
    assert outcome == Held(NOW + timedelta(days=2), Why.AWAY)


async def test_a_substitute_has_quiet_hours_of_their_own(team: Team) -> None:
    await choose(team, team.clara, Section.QUIET, "22-8")
    await of_boris(team, "today 23:00 close the shop")
    await away(team, team.boris, NOW + timedelta(days=10), team.clara)
    ((_, outcome),) = await due(team, TUESDAY_NIGHT)
    assert outcome == Held(IN_THE_MORNING, Why.QUIET)


async def test_whoever_comes_back_gets_what_waited_at_once(team: Team) -> None:
    await team.reminders.create(team.boris, an_arrival(102), "today 15:00 water the plants", said)
    await asked_before(team)
    await away(team, team.boris, NOW + timedelta(days=10), None)
    at_three = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    await due(team, at_three)
    assert await due(team, at_three + timedelta(hours=1)) == []
    async with team.storage.transaction(team.boris) as unit:
        await unit.hours.come_back(at_three + timedelta(hours=2))
    ((_, outcome),) = await due(team, at_three + timedelta(hours=2))
    assert isinstance(outcome, Ready)
    assert outcome.delivery.reason == Why.AWAY


async def test_who_is_away_is_known_to_the_team_and_not_to_a_guest(team: Team) -> None:
    back = NOW + timedelta(days=10)
    await away(team, team.boris, back, team.clara)
    async with team.storage.transaction(team.anna) as unit:
        (absence,) = await unit.hours.absences(NOW)
        assert (absence.name, absence.until, absence.substitute) == ("Борис", back, "Clara")
        assert await unit.hours.absences(back) == []
    await team.database.fetch("UPDATE members SET role = 'guest' WHERE id = $1", team.clara.member_id)
    async with team.storage.transaction(team.clara) as unit:
        assert await unit.hours.absences(NOW) == []
