"""Fakes of reminders and their deliveries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crm.deliveries import Delivery
from crm.grammar.dates import Due
from crm.people import Actor
from crm.reminders import NOTHING, Heard, NewReminder, Reminder
from crm.tasks.reminding import Habits
from crm.updates import Arrival
from tests.fakes.people import MONDAY

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """A reminder with its one delivery; `state` is pending, leased, sent, skipped or failed."""

    reminder: Reminder
    delivery: Delivery
    state: str = "pending"
    look_at: datetime = MONDAY  # pending: when to try (next); leased: until when it is held
    telegram_message_id: int | None = None
    late_seconds: int | None = None
    reason: str | None = None
    acknowledged_at: datetime | None = None
    source: tuple[int, int | None] | None = None  # Telegram's chat and message
    before: timedelta | None = None  # the task's due
    is_paused: bool = False
    is_dropped: bool = False
    occurrence_at: datetime | None = None
    nag: int = 0


def rings_in(state: "State", task_id: int) -> tuple[timedelta, ...]:
    """How long before a task's due it reminds."""
    rows = [row for row in state.reminders.values() if row.reminder.task_id == task_id]
    return tuple(sorted({row.before for row in rows if row.before is not None and not row.is_dropped}))


class FakeReminders:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def add(self, reminder: NewReminder, actor: Actor, arrival: Arrival) -> Reminder:
        due_at = reminder.due.at
        assert due_at is not None, "a reminder needs a time"
        saved = Reminder(
            self._state.next_id(),
            reminder.text,
            reminder.due,
            reminder.task_id,
            reminder.rrule,
            reminder.urgent,
            reminder.nag_minutes,
            reminder.nag_limit,
        )
        if reminder.rrule is not None:
            self._state.rules[saved.id] = (reminder.rrule, reminder.due)
        task = self._state.tasks[reminder.task_id].task if reminder.task_id else None
        delivery = Delivery(
            id=self._state.next_id(),
            lease="",
            attempts=0,
            due_at=due_at,
            text=reminder.text,
            actor=actor,
            thread_id=arrival.thread_id,
            task_number=task.number if task else None,
            task_id=task.id if task else None,
            contact_id=task.contact_id if task and task.task_type == "call" else None,
        )
        self._state.reminders[delivery.id] = ReminderRow(
            saved,
            delivery,
            state="skipped" if reminder.is_paused else "pending",
            reason="paused" if reminder.is_paused else None,
            look_at=due_at,
            source=(actor.telegram_chat_id, arrival.message_id),
            before=reminder.before,
            is_paused=reminder.is_paused,
        )
        self._show_rings(reminder.task_id)
        return saved

    async def owe(
        self, notice: str, task_id: int, recipient_ids: Sequence[int], text: str, at: datetime
    ) -> None:
        people = {one.member_id: one for one in self._state.members.values()}
        for recipient_id in recipient_ids:
            actor, task = people[recipient_id], self._state.tasks[task_id].task
            told = Reminder(self._state.next_id(), text, Due(at.date(), at.time(), "UTC"), task_id)
            delivery = Delivery(
                self._state.next_id(), "", 0, at, text, actor, None, task.number, task_id, notice
            )
            self._state.reminders[delivery.id] = ReminderRow(told, delivery, look_at=at)

    async def by_id(self, reminder_id: int) -> Reminder | None:
        return next((row.reminder for row in self._ours() if row.reminder.id == reminder_id), None)

    async def by_message(self, actor: Actor, message_id: int) -> Reminder | None:
        source = (actor.telegram_chat_id, message_id)
        found = {row.reminder.id: row.reminder for row in self._ours() if row.source == source}
        return next(iter(found.values())) if len(found) == 1 else None

    def _ours(self) -> list[ReminderRow]:
        """Those that stand alone and were not taken back."""
        return [
            row
            for row in self._state.reminders.values()
            if row.reminder.task_id is None
            and row.delivery.actor.workspace_id == self._actor.workspace_id
            and row.reason != "taken back"
        ]

    async def change(self, reminder_id: int, new: NewReminder, *, pending: bool = True) -> Reminder:
        changed = Reminder(
            reminder_id, new.text, new.due, None, new.rrule, new.urgent, new.nag_minutes, new.nag_limit
        )
        due_at = new.due.at
        assert due_at is not None
        rows = {key: row for key, row in self._state.reminders.items() if row.reminder.id == reminder_id}
        last = list(rows.values())[-1]
        for key, row in rows.items():
            state, reason = row.state, row.reason
            if row.look_at == due_at and state == "skipped":
                state, reason = "pending", None
            elif row.look_at != due_at and state in ("pending", "leased"):
                state, reason = "skipped", "reminder changed"
            delivery = replace(row.delivery, text=new.text)
            self._state.reminders[key] = replace(
                row, reminder=changed, delivery=delivery, state=state, reason=reason
            )
        if pending and all(row.look_at != due_at for row in rows.values()):
            delivery = replace(last.delivery, id=self._state.next_id(), due_at=due_at, text=new.text)
            self._state.reminders[delivery.id] = ReminderRow(
                changed, delivery, look_at=due_at, source=last.source
            )
        return changed

    async def drop_for_task(
        self,
        task_id: int,
        reason: str,
        *,
        passed: Mapping[timedelta, Due] = NOTHING,
        heard: Heard | None = None,
        now: datetime | None = None,
    ) -> Collection[timedelta]:
        paused: set[timedelta] = set()
        for row in self._of_task(task_id):
            if row.before is None or row.is_dropped:
                continue
            if row.state in ("pending", "leased") and passed.get(row.before) == row.reminder.due:
                continue
            if row.occurrence_at is not None and row.state == "pending" and row.nag == 0:
                self._state.reminders[row.delivery.id] = replace(row, before=None)
                continue
            if row.is_paused:
                paused.add(row.before)
            is_coming = row.state in ("pending", "leased")
            ended = replace(row, state="skipped", reason=reason) if is_coming else row
            self._state.reminders[row.delivery.id] = replace(ended, is_dropped=True)
        self._show_rings(task_id)
        return paused

    async def follow_task(self, task_id: int, heard: Heard) -> None:
        for row in self._of_task(task_id):
            if row.before is None:
                followed = replace(row.reminder, text=heard.text, urgent=heard.urgent)
                self._state.reminders[row.delivery.id] = replace(row, reminder=followed)

    async def habits(self, member_id: int) -> Habits:
        people = {one.member_id: one.person_id for one in self._state.members.values()}
        chosen = self._state.settings.get(people.get(member_id, 0))
        if chosen is None:
            return Habits()
        timed, meetings, days = (
            tuple(timedelta(minutes=one) for one in each)
            for each in (chosen.timed, chosen.meetings, chosen.days)
        )
        return Habits(timed, meetings, days, chosen.hours[0])

    def _show_rings(self, task_id: int | None) -> None:
        """A task that is read has the reminders there are."""
        if task_id is not None:
            row = self._state.tasks[task_id]
            shown = replace(row.task, rings=rings_in(self._state, task_id))
            self._state.tasks[task_id] = replace(row, task=shown)

    def _of_task(self, task_id: int) -> list[ReminderRow]:
        rows = self._state.reminders.values()
        return [row for row in rows if row.reminder.task_id == task_id and row.delivery.notice is None]

    async def skip_for_task(self, task_id: int, reason: str) -> None:
        for row in list(self._state.reminders.values()):
            is_its = row.reminder.task_id == task_id and row.delivery.notice is None
            if is_its and row.state in ("pending", "leased"):
                self._state.reminders[row.delivery.id] = replace(row, state="skipped", reason=reason)

    async def restore_for_task(self, task_id: int, reason: str, now: datetime) -> None:
        for row in list(self._state.reminders.values()):
            skipped = (row.reminder.task_id, row.state, row.reason) == (task_id, "skipped", reason)
            if skipped and row.delivery.due_at > now:
                self._state.reminders[row.delivery.id] = replace(row, state="pending", reason=None)

    async def delete(self, reminder_id: int, at: datetime) -> bool:
        for row in list(self._state.reminders.values()):
            if row.reminder.id == reminder_id and row.state in ("pending", "leased"):
                self._state.reminders[row.delivery.id] = replace(row, state="skipped", reason="taken back")
        return True

    async def restore(self, reminder_id: int, now: datetime) -> bool:
        for row in list(self._state.reminders.values()):
            skipped = (row.reminder.id, row.state, row.reason) == (reminder_id, "skipped", "taken back")
            if skipped and row.delivery.due_at > now:
                self._state.reminders[row.delivery.id] = replace(row, state="pending", reason=None)
        return True

    async def forget_acknowledgement(self, delivery_id: int) -> bool:
        row = self._state.reminders[delivery_id]
        self._state.reminders[delivery_id] = replace(row, state="sent", acknowledged_at=None)
        return True
