"""Presses on reminders over real rows: what is put off comes once, moves no series, and is taken back."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.answers import Answer
from crm.deliveries import Deliveries, Delivery
from crm.errors import AlreadyHandled, BadInput, NotAllowed, Stale
from crm.grammar.dates import Due
from crm.reminder_presses import Message, ReminderPresses, put_off_by
from crm.tasks import Status
from crm.tasks.changes import set_date, set_title
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.updates import Arrival
from db.deliveries import SqlDeliveryDoors
from tests.acting import NOW, an_arrival
from tests.db.team import Team, said


def ok(_message: Any, *_more: Any) -> Answer:
    return Answer("ok")


def to(moment: datetime) -> Any:
    return lambda _message: Due(moment.date(), moment.time(), "UTC")


class Desk:
    """A team, and the scheduler's part of sending."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.presses = ReminderPresses(team.storage, Undo(team.storage, UNDOABLE))
        self.deliveries = Deliveries(team.storage, SqlDeliveryDoors(team.storage._engine))

    async def sends(self, now: datetime) -> list[Delivery]:
        """All that is due by then, as sent."""
        sent = []
        for delivery in await self.deliveries.claim(now, ahead=timedelta(0)):
            assert await self.deliveries.sent(delivery, 1000 + delivery.id, now)
            sent.append(delivery)
        return sent

    async def waiting(self) -> list[datetime]:
        rows = await self.team.database.fetch(
            "SELECT due_at FROM reminder_deliveries WHERE state = 'pending' ORDER BY due_at"
        )
        return [row[0] for row in rows]

    async def states(self) -> list[str]:
        rows = await self.team.database.fetch("SELECT state FROM reminder_deliveries ORDER BY id")
        return [row[0] for row in rows]


@pytest.fixture
def desk(team: Team) -> Desk:
    return Desk(team)


async def test_what_is_put_off_comes_again_and_is_taken_back(desk: Desk) -> None:
    anna, presses = desk.team.anna, desk.presses
    await desk.team.reminders.create(anna, an_arrival(), "in 5 minutes tea", said)
    (sent,) = await desk.sends(now := NOW + timedelta(minutes=5))
    later = now + timedelta(hours=1)
    await presses.put_off(anna, an_arrival(), sent.id, to(later), now, ok)
    assert await desk.states() == ["snoozed", "pending"]
    assert await desk.waiting() == [later]
    shown = await presses.show(anna, sent.id)
    assert (shown.state, shown.put_off_to) == ("snoozed", later)
    await presses.take_back(anna, an_arrival(), sent.id, now, ok)
    assert await desk.states() == ["sent", "skipped"]
    with pytest.raises(Stale):
        await presses.take_back(anna, an_arrival(), sent.id, now, ok)
    await presses.put_off(anna, an_arrival(), sent.id, to(later), now, ok)
    assert await desk.waiting() == [later]


async def test_putting_off_moves_no_series_of_reminders(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.team.reminders.create(anna, an_arrival(), "every day at 16:00 tea", said)
    (first,) = await desk.waiting()
    (sent,) = await desk.sends(first)
    assert await desk.waiting() == [first + timedelta(days=1)]
    later = first + timedelta(hours=3)
    await desk.presses.put_off(anna, an_arrival(), sent.id, to(later), first, ok)
    assert await desk.waiting() == [later, first + timedelta(days=1)]
    await desk.sends(later)
    assert await desk.waiting() == [first + timedelta(days=1)]


async def test_putting_off_moves_neither_a_task_nor_its_series(desk: Desk) -> None:
    anna, database = desk.team.anna, desk.team.database
    await desk.team.tasks.create(anna, an_arrival(), "every day at 16:00 water the plants", said)
    before = await database.fetch("SELECT due_at, occurrence_date, rrule, version FROM crm_tasks")
    (first,) = await desk.waiting()
    (sent,) = await desk.sends(first)
    await desk.presses.put_off(anna, an_arrival(), sent.id, to(first + timedelta(days=2)), first, ok)
    assert await database.fetch("SELECT due_at, occurrence_date, rrule, version FROM crm_tasks") == before
    assert await desk.waiting() == [first + timedelta(days=2)]


async def test_what_was_put_off_comes_though_its_task_is_changed_and_not_once_it_is_done(desk: Desk) -> None:
    anna, team = desk.team.anna, desk.team
    await team.tasks.create(anna, an_arrival(), "in 5 minutes send the offer", said)
    (sent,) = await desk.sends(now := NOW + timedelta(minutes=5))
    later = now + timedelta(hours=2)
    await desk.presses.put_off(anna, an_arrival(), sent.id, to(later), now, ok)
    for change in (set_title("send both offers"), set_date(now.date() + timedelta(days=3), "Europe/Berlin")):
        arrival = an_arrival(sent_at=now + timedelta(minutes=1))
        await team.tasks.change(anna, arrival, sent.task_id or 0, change, ok)
        assert (await desk.waiting())[0] == later
    (again,) = await desk.deliveries.claim(later)
    assert again.text == "send both offers"
    await desk.deliveries.release(again)
    await team.tasks.complete(anna, an_arrival(), sent.task_id or 0, now, ok)
    assert await desk.waiting() == []


async def test_said_again_until_it_is_seen_and_no_oftener_than_asked(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.team.reminders.create(anna, an_arrival(), "in 5 minutes tea !15m", said)
    now, quarter = NOW + timedelta(minutes=5), timedelta(minutes=15)
    (first,) = await desk.sends(now)
    (second,) = await desk.sends(now + quarter)
    assert (first.nag, second.nag) == (0, 1)
    await desk.presses.see(anna, an_arrival(), second.id, now + quarter, ok)
    assert await desk.waiting() == []
    assert await desk.states() == ["acknowledged", "acknowledged", "skipped"]


async def test_it_is_said_again_five_times_at_most(desk: Desk) -> None:
    await desk.team.reminders.create(desk.team.anna, an_arrival(), "in 5 minutes tea !1m", said)
    sent = 0
    for minutes in range(5, 20):
        sent += len(await desk.sends(NOW + timedelta(minutes=minutes)))
    assert sent == 1 + 5


@pytest.mark.parametrize("how", ["done", "snooze", "deleted"])
async def test_done_putting_off_and_deleting_end_what_is_said_again(desk: Desk, how: str) -> None:
    anna, team = desk.team.anna, desk.team
    await team.tasks.create(anna, an_arrival(), "in 5 minutes tea !15m", said)
    (sent,) = await desk.sends(now := NOW + timedelta(minutes=5))
    assert len(await desk.waiting()) == 1
    if how == "done":
        await desk.presses.complete(anna, an_arrival(), sent.id, now, ok)
    elif how == "snooze":
        await desk.presses.put_off(anna, an_arrival(), sent.id, to(now + timedelta(days=1)), now, ok)
    else:
        await team.tasks.take_back(anna, an_arrival(), sent.task_id or 0, now, ok)
    assert await desk.sends(now + timedelta(hours=12)) == []


async def test_a_call_that_was_made_is_logged_and_asked_for_no_more_while_its_task_stays_open(
    desk: Desk,
) -> None:
    anna, team = desk.team.anna, desk.team
    await team.contacts.save(anna, an_arrival(), "Ivan Petrov +7 999 123-45-67", said)
    await team.tasks.create(anna, an_arrival(), "in 5 minutes call Ivan !15m", said)
    (sent,) = await desk.sends(now := NOW + timedelta(minutes=5))
    for _twice in range(2):
        await desk.presses.log_call(anna, a_press(now), sent.id, said)
    assert [row[0] for row in await team.database.fetch("SELECT count(*) FROM crm_calls")] == [1]
    assert await desk.sends(now + timedelta(hours=12)) == []
    await desk.presses.complete(anna, an_arrival(), sent.id, now, ok)
    (water,) = await _one_that_is_no_call(desk, now)
    with pytest.raises(BadInput, match="no contact"):
        await desk.presses.log_call(anna, a_press(now), water, said)


def a_press(at: datetime) -> Arrival:
    return replace(an_arrival(sent_at=at), message_id=None)


async def _one_that_is_no_call(desk: Desk, now: datetime) -> list[int]:
    await desk.team.tasks.create(desk.team.anna, an_arrival(), "in 10 minutes water the plants", said)
    return [one.id for one in await desk.sends(now + timedelta(minutes=5))]


async def test_done_is_taken_back_with_the_next_of_the_series(desk: Desk) -> None:
    anna, database = desk.team.anna, desk.team.database
    await desk.team.tasks.create(anna, an_arrival(), "every day at 16:00 water the plants", said)
    (first,) = await desk.waiting()
    (sent,) = await desk.sends(first)
    await desk.presses.complete(anna, an_arrival(), sent.id, first, ok)
    open_ones = "SELECT count(*) FROM crm_tasks WHERE status = 'not_started' AND deleted_at IS NULL"
    assert await desk.waiting() == [first + timedelta(days=1)]
    await desk.presses.take_back(anna, an_arrival(), sent.id, first, ok)
    assert (await database.fetch(open_ones))[0][0] == 1
    assert await desk.waiting() == []
    assert (await desk.presses.show(anna, sent.id)).is_open
    assert (await desk.team.tasks.show(anna, sent.task_id or 0)).status is Status.NOT_STARTED


async def test_pressing_twice_and_an_update_that_comes_twice_have_one_effect(desk: Desk) -> None:
    anna, presses = desk.team.anna, desk.presses
    await desk.team.reminders.create(anna, an_arrival(), "in 5 minutes tea", said)
    (sent,) = await desk.sends(now := NOW + timedelta(minutes=5))
    later, arrival = to(now + timedelta(hours=1)), an_arrival()
    await presses.put_off(anna, arrival, sent.id, later, now, ok)
    with pytest.raises((AlreadyHandled, Stale)):
        await presses.put_off(anna, arrival, sent.id, later, now, ok)
    with pytest.raises(Stale):
        await presses.see(anna, an_arrival(), sent.id, now, ok)
    assert await desk.states() == ["snoozed", "pending"]


async def test_presses_on_two_replicas_at_once_have_one_effect(desk: Desk) -> None:
    anna, presses = desk.team.anna, desk.presses
    await desk.team.reminders.create(anna, an_arrival(), "in 5 minutes tea", said)
    (sent,) = await desk.sends(now := NOW + timedelta(minutes=5))
    outcomes = await asyncio.gather(
        *(
            presses.put_off(anna, an_arrival(), sent.id, to(now + timedelta(hours=hours)), now, ok)
            for hours in (1, 2, 3)
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Answer", "Stale", "Stale"]
    assert len(await desk.waiting()) == 1


async def test_a_press_before_the_sending_is_written_down_keeps_the_series(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.team.reminders.create(anna, an_arrival(), "every day at 16:00 tea", said)
    (first,) = await desk.waiting()
    (sent,) = await desk.deliveries.claim(first)
    await desk.presses.see(anna, an_arrival(), sent.id, first, ok)
    assert not await desk.deliveries.sent(sent, 5, first)
    assert await desk.waiting() == [first + timedelta(days=1)]


async def test_only_whom_it_is_for_may_press(desk: Desk) -> None:
    await desk.team.reminders.create(desk.team.anna, an_arrival(), "in 5 minutes tea", said)
    (sent,) = await desk.sends(now := NOW + timedelta(minutes=5))
    with pytest.raises(NotAllowed, match="for Анна"):
        await desk.presses.see(desk.team.boris, an_arrival(), sent.id, now, ok)


async def test_a_member_who_sees_only_their_own_presses_on_a_task_given_to_them(desk: Desk) -> None:
    team = desk.team
    await team.database.fetch("UPDATE workspaces SET visibility = 'own'")
    await team.tasks.create(team.anna, an_arrival(), "in 5 minutes tea !15m @Clara", said)
    now = NOW + timedelta(minutes=5)
    (sent,) = [one for one in await desk.sends(now) if one.notice is None]
    assert sent.actor.member_id == team.clara.member_id
    await desk.presses.put_off(team.clara, an_arrival(), sent.id, to(now + timedelta(hours=1)), now, ok)
    await desk.presses.take_back(team.clara, an_arrival(), sent.id, now, ok)
    await desk.presses.complete(team.clara, an_arrival(), sent.id, now, ok)
    await desk.presses.take_back(team.clara, an_arrival(), sent.id, now, ok)
    assert (await desk.presses.show(team.clara, sent.id)).is_open


async def test_a_moment_that_has_passed_is_refused(desk: Desk) -> None:
    anna = desk.team.anna
    await desk.team.reminders.create(anna, an_arrival(), "in 5 minutes tea", said)
    (sent,) = await desk.sends(now := NOW + timedelta(minutes=5))
    with pytest.raises(BadInput, match="already passed"):
        await desk.presses.put_off(anna, an_arrival(), sent.id, to(now - timedelta(hours=1)), now, ok)
    assert await desk.states() == ["sent"]


def test_an_hour_is_an_hour_across_a_change_of_clocks() -> None:
    before = datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )  # Berlin goes back from three to two half an hour later
    here = before.astimezone(ZoneInfo("Europe/Berlin"))
    message = Message(1, 1, 1, "Anna", "sent", Due(here.date(), here.time(), "Europe/Berlin"), "tea")
    for how, minutes in (("quarter", 15), ("hour", 60)):
        due = put_off_by(how, here, here.time())(message)
        assert due.at == before + timedelta(minutes=minutes)


async def test_urgent_and_how_often_it_is_said_again_are_kept(desk: Desk) -> None:
    team = desk.team
    for line, urgent, minutes in (
        ("in 1 hour tea !! !15m", True, 15),
        ("срочно через 2 часа чай !1ч", True, 60),
        ("in 3 hours tea", False, None),
    ):
        await team.reminders.create(team.anna, an_arrival(), line, said)
        row = (
            await team.database.fetch("SELECT urgent, nag_minutes FROM reminders ORDER BY id DESC LIMIT 1")
        )[0]
        assert (row[0], row[1]) == (urgent, minutes), line
    await team.tasks.create(team.anna, an_arrival(), "in 4 hours tea p1", said)
    assert (await team.database.fetch("SELECT urgent FROM reminders ORDER BY id DESC LIMIT 1"))[0][0] is True
