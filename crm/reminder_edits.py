"""Edits of reminders: the message is read again, and history can take the change back."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.grammar.dates import Due
from crm.people import Actor
from crm.reminders import NewReminder, Reminder, at_once, new_reminder, read_reminder
from crm.storage import Storage
from crm.updates import Arrival


class ReminderEdits:
    """What becomes of a reminder when its message changes."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def reread(
        self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Reminder], *, confirmed: bool = False
    ) -> Answer | None:
        """The source message was edited: its reminder becomes what it says now.

        None when the message made none. Raises as Reminders.create does, and then nothing changes.
        """
        async with self._storage.transaction(actor) as unit:
            before = await unit.reminders.by_message(actor, arrival.message_id or 0)
            if before is None:
                return None
            draft = await read_reminder(unit, actor, arrival, text)
            new = at_once(new_reminder(draft, confirmed=confirmed), draft, arrival)
            after = before
            if (new.text, new.due, new.rrule) != (before.text, before.due, before.rrule):
                after = await unit.reminders.change(before.id, new)
                await unit.activity.add(
                    Activity(
                        "changed",
                        "reminder",
                        after.id,
                        actor_member_id=actor.member_id,
                        changes=difference(before, after),
                    )
                )
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer


def difference(before: Reminder, after: Reminder) -> dict[str, object]:
    """[old, new] of each field that differs, as history tells it; `restored` reads it back."""
    pairs = {
        "text": (before.text, after.text),
        "due": (_told(before.due), _told(after.due)),
        "rrule": (before.rrule, after.rrule),
    }
    return {name: [old, new] for name, (old, new) in pairs.items() if old != new}


def restored(reminder: Reminder, changes: Mapping[str, Any]) -> NewReminder:
    """The reminder with each field of a change as it was before it."""
    old = {name: told[0] for name, told in changes.items()}
    due = reminder.due
    if "due" in old:
        day, clock, tz = str(old["due"]).split(" ")
        due = Due(date.fromisoformat(day), time.fromisoformat(clock), tz)
    return NewReminder(old.get("text", reminder.text), due, rrule=old.get("rrule", reminder.rrule))


def _told(due: Due) -> str:
    return f"{due.date} {due.time:%H:%M:%S} {due.tz}"
