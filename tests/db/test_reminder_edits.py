"""Edited reminders over real rows: one delivery for each moment, and the way back."""

from datetime import timedelta

import pytest

from crm.answers import Answer
from crm.reminder_edits import ReminderEdits
from crm.reminders import Reminder
from crm.updates import Arrival
from tests.acting import NOW, an_arrival
from tests.db.team import Team


def say(reminder: Reminder) -> Answer:
    return Answer(f"{reminder.text} {reminder.due.time:%H:%M}")


def an_edit(of: Arrival) -> Arrival:
    again = an_arrival()
    return Arrival(again.bot_id, again.update_id, of.telegram_chat_id, of.sent_at, message_id=of.message_id)


async def waiting(team: Team) -> list[tuple[str, str]]:
    rows = await team.database.fetch(
        "SELECT r.text, d.due_at FROM reminder_deliveries d JOIN reminders r ON r.id = d.reminder_id"
        " WHERE d.state = 'pending' ORDER BY d.due_at"
    )
    return [(row[0], f"{row[1]:%H:%M}") for row in rows]


async def test_an_edit_moves_the_reminder_and_back(team: Team) -> None:
    said = an_arrival()
    await team.reminders.create(team.anna, said, "at 15:00 call Peter", say)
    for line, expected in (
        ("at 16:00 call Peter", ("call Peter", "15:00")),
        ("at 16:00 call Paul", ("call Paul", "15:00")),
        ("at 15:00 call Paul", ("call Paul", "14:00")),
    ):
        answer = await ReminderEdits(team.storage).reread(team.anna, an_edit(said), line, say)
        assert answer is not None
        assert await waiting(team) == [expected]
    assert len(await team.database.fetch("SELECT id FROM reminders")) == 1


async def test_undo_brings_the_old_time_back_unless_it_has_passed(team: Team) -> None:
    said = an_arrival()
    await team.reminders.create(team.anna, said, "at 15:00 call Peter", say)
    await ReminderEdits(team.storage).reread(team.anna, an_edit(said), "every day at 16:00 call Paul", say)
    line = await team.undo(team.anna)
    assert line.changes["text"] == ["call Peter", "call Paul"]
    assert await waiting(team) == [("call Peter", "14:00")]
    await ReminderEdits(team.storage).reread(team.anna, an_edit(said), "at 23:00 call Paul", say)
    await team.undo(team.anna, NOW + timedelta(hours=8))
    assert await waiting(team) == []


@pytest.mark.parametrize("also", ["deleted", "another"])
async def test_what_is_gone_or_of_another_message_is_left_alone(team: Team, also: str) -> None:
    said = an_arrival()
    await team.reminders.create(team.anna, said, "at 15:00 call Peter", say)
    if also == "deleted":
        await team.database.fetch("UPDATE reminders SET deleted_at = now()")
    else:
        said = an_arrival()
    assert await ReminderEdits(team.storage).reread(team.anna, an_edit(said), "at 16:00 tea", say) is None


async def test_nobody_elses_message_is_reread(team: Team) -> None:
    said = an_arrival()
    await team.reminders.create(team.anna, said, "at 15:00 call Peter", say)
    assert await ReminderEdits(team.storage).reread(team.boris, an_edit(said), "at 16:00 tea", say) is None
