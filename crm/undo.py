"""Undo: one's own last change taken back, if nothing newer stands on it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crm.activity import Activity, Line, is_pair
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, CrmError, NotAllowed
from crm.people import Actor, Role
from crm.reminder_edits import restored as as_it_was
from crm.settings import restored_settings
from crm.storage import Storage, Unit
from crm.tasks import DONE, TAKEN_BACK, Status, restored, set_reminders
from crm.tasks.series import drop_next
from crm.updates import Arrival
from crm.visibility import Sight

KEPT = timedelta(days=30)  # how long a change can be taken back (DESIGN §3)


@dataclass(frozen=True, slots=True)
class Back:
    """Whose taking back it is, by which update, and when."""

    actor: Actor
    arrival: Arrival
    now: datetime


TakeBack = Callable[[Unit, Line, Back], Awaitable[bool]]
"""Undoes what a line of history tells of; False when the thing is out of reach by now."""


class Standing(BadInput):
    """Something newer stands on the change; `line` is the newest of it."""

    def __init__(self, line: Line) -> None:
        super().__init__(N_("This was changed again since, so your last change can't be taken back."))
        self.line = line


class Undo:
    """The rules of taking back; `undoable` maps (entity, action) to how it is done."""

    def __init__(self, storage: Storage, undoable: Mapping[tuple[str, str], TakeBack]) -> None:
        self._storage = storage
        self._undoable = undoable

    async def last(self, actor: Actor, arrival: Arrival, now: datetime, reply: Reply[Line]) -> Answer:
        """Take back the actor's last change; the next time, the one before it. It is logged like any change.

        Raises BadInput when there is none, Standing when something newer stands on it, NotAllowed when it is
        out of the actor's reach by now.
        """
        async with self._storage.transaction(actor) as unit:
            line = await unit.activity.last_own(actor.member_id, now - KEPT)
            if line is None:
                raise _nothing()
            take_back = self._undoable.get((line.entity, line.action))
            if take_back is None:
                raise BadInput(N_("Your last change is of a kind that can't be taken back."))
            if (newer := await unit.activity.newer(line)) is not None:
                raise Standing(newer)
            undone = Activity(
                "undone",
                line.entity,
                line.entity_id,
                actor_member_id=actor.member_id,
                changes=reversed_changes(line.changes),
                undo_of=line.id,
            )
            if not await unit.activity.add(undone):  # by another process, this very moment
                raise _nothing()
            if not await take_back(unit, line, Back(actor, arrival, now)):
                raise NotAllowed(N_("This is out of your reach by now, so it stays as it is."))
            answer = reply(line)
            await unit.updates.finish(arrival, answer)
        return answer


def reversed_changes(changes: Mapping[str, object]) -> dict[str, object]:
    """[old, new] the other way round; a first value goes to nothing."""
    return {
        name: [*reversed(told)] if isinstance(told, list) and is_pair(name, told) else [told, None]
        for name, told in changes.items()
    }


def _nothing() -> CrmError:
    return BadInput(N_("There is nothing of yours to take back."))


async def forget_task(unit: Unit, line: Line, back: Back) -> bool:
    await unit.reminders.skip_for_task(line.entity_id, TAKEN_BACK)
    return await unit.tasks.delete(line.entity_id, back.now)


async def reopen_task(unit: Unit, line: Line, back: Back) -> bool:
    task = await unit.tasks.by_id(line.entity_id, to_change=True)
    if task is None:
        return False
    await drop_next(unit, task, back.now)
    reopened = await unit.tasks.reopen(line.entity_id, Status(str(_before(line, "status") or "not_started")))
    await unit.reminders.restore_for_task(line.entity_id, DONE, back.now)
    return reopened


async def restore_task(unit: Unit, line: Line, back: Back) -> bool:
    task = await unit.tasks.by_id(line.entity_id, to_change=True)
    if task is None:
        return False
    again = await unit.tasks.change(restored(task, line.changes))
    if again.status is not Status.COMPLETED:
        await set_reminders(unit, again, back.actor, replace(back.arrival, sent_at=back.now))
    return True


async def bring_back_task(unit: Unit, line: Line, back: Back) -> bool:
    if not await unit.tasks.restore(line.entity_id):
        return False
    await unit.reminders.restore_for_task(line.entity_id, TAKEN_BACK, back.now)
    return True


async def forget_contact(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.contacts.delete(line.entity_id, back.now)


async def restore_contact(unit: Unit, line: Line, back: Back) -> bool:
    if "name" in line.changes:
        await unit.contacts.rename(line.entity_id, str(_before(line, "name")))
    if "phone" in line.changes:
        await unit.contacts.remove_phone(line.entity_id, str(_after(line, "phone")))
    return True


async def forget_call(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.calls.delete(line.entity_id, back.now)


async def bring_back_call(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.calls.restore(line.entity_id)


async def forget_reminder(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.reminders.delete(line.entity_id, back.now)


async def bring_back_reminder(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.reminders.restore(line.entity_id, back.now)


async def restore_reminder(unit: Unit, line: Line, back: Back) -> bool:
    """A time that has passed meanwhile is not made up for."""
    reminder = await unit.reminders.by_id(line.entity_id)
    if reminder is None:
        return False
    old = as_it_was(reminder, line.changes)
    ahead = old.due.at is not None and old.due.at > back.now
    await unit.reminders.change(reminder.id, old, pending=ahead)
    return True


async def unsee_reminder(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.reminders.forget_acknowledgement(line.entity_id)


async def restore_visibility(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.visibility.set(Sight(str(_before(line, "visibility"))))


async def restore_name(unit: Unit, line: Line, back: Back) -> bool:
    if back.actor.role not in (Role.OWNER, Role.MANAGER):
        return False
    await unit.teams.rename(str(_before(line, "name")))
    return True


async def restore_settings(unit: Unit, line: Line, back: Back) -> bool:
    now = await unit.people.settings(back.actor.person_id, to_change=True)
    await unit.people.set_settings(back.actor.person_id, restored_settings(now, line.changes))
    return True


UNDOABLE: Mapping[tuple[str, str], TakeBack] = {
    ("task", "created"): forget_task,
    ("task", "changed"): restore_task,
    ("task", "completed"): reopen_task,
    ("task", "deleted"): bring_back_task,
    ("contact", "created"): forget_contact,
    ("contact", "updated"): restore_contact,
    ("call", "created"): forget_call,
    ("call", "deleted"): bring_back_call,
    ("reminder", "created"): forget_reminder,
    ("reminder", "deleted"): bring_back_reminder,
    ("reminder", "changed"): restore_reminder,
    ("delivery", "acknowledged"): unsee_reminder,
    ("workspace", "visibility"): restore_visibility,
    ("workspace", "renamed"): restore_name,
    ("settings", "changed"): restore_settings,
}


def _before(line: Line, name: str) -> object:
    told = line.changes.get(name)
    return told[0] if isinstance(told, list) and is_pair(name, told) else None


def _after(line: Line, name: str) -> object:
    told = line.changes.get(name)
    return told[1] if isinstance(told, list) and is_pair(name, told) else told
