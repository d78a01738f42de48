"""Edits of reminders: the message is read again, and history can take the change back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput
from crm.grammar.dates import Due
from crm.grammar.fields import Draft
from crm.grammar.reminding import read_lead
from crm.people import Actor
from crm.recurrence import next_due
from crm.reminder_lists import Listed, own_reminder
from crm.reminders import NewReminder, Reminder, at_once, checked_text, new_reminder, read_reminder
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.tasks.changes import asked, set_reminders_to
from crm.tasks.lines import typed_moment
from crm.tasks.reaching import to_change
from crm.tasks.writing import write_change
from crm.updates import Arrival


class Field(StrEnum):
    """What of a reminder is typed anew."""

    TEXT = "text"
    TIME = "time"
    REPEAT = "repeat"


OF_TASK = N_("This reminder is its task's: open the task to change that.")
NEVER = frozenset({"no", "none", "never", "once", "off", "нет", "никогда", "один раз", "не повторять"})


class ReminderEdits:
    """What becomes of a reminder when its message changes, or when it is typed anew from its card."""

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
            if _said(new) != _said(before):
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

    async def edit(
        self,
        actor: Actor,
        arrival: Arrival,
        reminder_id: int,
        field: Field,
        words: str,
        reply: Reply[Listed],
    ) -> Answer:
        """One field becomes what was typed. Raises BadInput for what can't be read, for a moment that has passed, and
        for what is the task's to say; NotFound, NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            listed = await own_reminder(unit, actor, reminder_id, to_change=True)
            if listed.hangs_on_task:
                await _move_before_task(unit, actor, arrival, listed, field, words)
                after = listed
            else:
                await _type(unit, actor, arrival, listed, field, words)
                after = await own_reminder(unit, actor, reminder_id)
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer

    async def set_nag(
        self,
        actor: Actor,
        arrival: Arrival,
        reminder_id: int,
        minutes: int | None,
        limit: int,
        reply: Reply[Listed],
    ) -> Answer:
        """How often it is said again until it is seen, and how many times at most. Raises as `edit` does."""
        async with self._storage.transaction(actor) as unit:
            listed = await own_reminder(unit, actor, reminder_id, to_change=True)
            if listed.hangs_on_task:
                raise BadInput(OF_TASK)
            before = listed.reminder
            after = replace(before, nag_minutes=minutes, nag_limit=limit)
            await unit.reminder_lists.set_nag(reminder_id, minutes, limit)
            await _write_down(unit, actor, before, after)
            answer = reply(replace(listed, reminder=after))
            await unit.updates.finish(arrival, answer)
        return answer


async def _type(unit: Unit, actor: Actor, arrival: Arrival, listed: Listed, field: Field, words: str) -> None:
    before = listed.reminder
    if field is Field.TEXT:
        if before.task_id is not None:
            raise BadInput(OF_TASK)
        after = replace(before, text=checked_text(words))
        await unit.reminder_lists.retext(before.id, after.text)
    else:
        draft = typed_moment(words, arrival.sent_at, await reader_of(unit, actor))
        new = (
            _moved(before, draft, arrival.sent_at)
            if field is Field.TIME
            else (_repeated(before, draft, words, arrival.sent_at, listed.next_at))
        )
        if listed.is_paused:  # whoever gives it another moment wants it to come
            await unit.reminder_lists.resume(before.id, arrival.sent_at, new.due.at)
        after = await unit.reminders.change(before.id, new)
    await _write_down(unit, actor, before, after)


def _moved(before: Reminder, draft: Draft, now: datetime) -> NewReminder:
    if draft.due is None:
        raise BadInput(N_("I can't read a date or a time in that. Type it like this: tomorrow 15:00"))
    due = draft.due if draft.due.time is not None else Due(draft.due.date, before.due.time, draft.due.tz)
    if due.at is None or due.at <= now:
        raise BadInput(N_("That time has already passed. Choose a later one."))
    return replace(_as_new(before), due=due, rrule=draft.rrule or before.rrule)


def _repeated(
    before: Reminder, draft: Draft, words: str, now: datetime, next_at: datetime | None
) -> NewReminder:
    """Another rule, drawn from the first day it names, at the reminder's own clock unless it names one."""
    if words.strip(" .!").casefold() in NEVER:
        here = (next_at or now).astimezone(before.due.zone)
        due = before.due if next_at is None else Due(here.date(), here.time().replace(fold=0), before.due.tz)
        return replace(_as_new(before), due=due, rrule=None)
    if draft.rrule is None or draft.due is None or before.task_id is not None:
        raise BadInput(N_("How often is that? Type it like this: every Monday, every 2 weeks, or never"))
    due = draft.due if draft.due.time is not None else Due(draft.due.date, before.due.time, draft.due.tz)
    if due.at is not None and due.at <= now:
        ahead = next_due(draft.rrule, due, due, now=now)
        if ahead is None:
            raise BadInput(N_("That time has already passed. Choose a later one."))
        due = ahead
    return replace(_as_new(before), due=due, rrule=draft.rrule)


async def _move_before_task(
    unit: Unit, actor: Actor, arrival: Arrival, listed: Listed, field: Field, words: str
) -> None:
    """Of a task's reminder only how long before is its own."""
    lead = read_lead(words) if field is Field.TIME else None
    if field is not Field.TIME:
        raise BadInput(OF_TASK)
    if lead is None:
        raise BadInput(N_("How long before? For example: 2 hours before"))
    task = await to_change(unit, listed.reminder.task_id or 0)
    leads = {*asked(task)} - {listed.before} | {lead}
    after = await write_change(unit, actor, arrival, task, set_reminders_to(leads)(task))
    if lead not in after.rings:
        raise BadInput(N_("That moment is over, or the task has no date to count from."))


async def _write_down(unit: Unit, actor: Actor, before: Reminder, after: Reminder) -> None:
    if changes := difference(before, after):
        await unit.activity.add(
            Activity("changed", "reminder", after.id, actor_member_id=actor.member_id, changes=changes)
        )


def _as_new(reminder: Reminder) -> NewReminder:
    return NewReminder(
        text=reminder.text,
        due=reminder.due,
        task_id=reminder.task_id,
        rrule=reminder.rrule,
        urgent=reminder.urgent,
        nag_minutes=reminder.nag_minutes,
        nag_limit=reminder.nag_limit,
    )


def difference(before: Reminder, after: Reminder) -> dict[str, object]:
    """[old, new] of each field that differs, as history tells it; `restored` reads it back."""
    pairs = {
        "text": (before.text, after.text),
        "due": (_told(before.due), _told(after.due)),
        "rrule": (before.rrule, after.rrule),
        "urgent": (before.urgent, after.urgent),
        "nag_minutes": (before.nag_minutes, after.nag_minutes),
        "nag_limit": (before.nag_limit, after.nag_limit),
    }
    return {name: [old, new] for name, (old, new) in pairs.items() if old != new}


def _said(reminder: NewReminder | Reminder) -> tuple[object, ...]:
    return reminder.text, reminder.due, reminder.rrule, reminder.urgent, reminder.nag_minutes


def restored(reminder: Reminder, changes: Mapping[str, Any]) -> NewReminder:
    """The reminder with each field of a change as it was before it."""
    old = {name: told[0] for name, told in changes.items()}
    due = reminder.due
    if "due" in old:
        day, clock, tz = str(old["due"]).split(" ")
        due = Due(date.fromisoformat(day), time.fromisoformat(clock), tz)
    return NewReminder(
        old.get("text", reminder.text),
        due,
        rrule=old.get("rrule", reminder.rrule),
        urgent=bool(old.get("urgent", reminder.urgent)),
        nag_minutes=old.get("nag_minutes", reminder.nag_minutes),
        nag_limit=old.get("nag_limit", reminder.nag_limit),
    )


def _told(due: Due) -> str:
    return f"{due.date} {due.time:%H:%M:%S} {due.tz}"
