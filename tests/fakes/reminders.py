"""Fakes of reminders and their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.deliveries import Delivery
from crm.grammar.dates import Due
from crm.people import Actor
from crm.reminders import NewReminder, Reminder
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


class FakeReminders:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def add(self, reminder: NewReminder, actor: Actor, arrival: Arrival) -> Reminder:
        due_at = reminder.due.at
        assert due_at is not None, "a reminder needs a time"
        saved = Reminder(self._state.next_id(), reminder.text, reminder.due, reminder.task_id, reminder.rrule)
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
        )
        self._state.reminders[delivery.id] = ReminderRow(
            saved, delivery, look_at=due_at, source=(actor.telegram_chat_id, arrival.message_id)
        )
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
        changed = Reminder(reminder_id, new.text, new.due, None, new.rrule)
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

    async def drop_for_task(self, task_id: int, reason: str) -> None:
        await self.skip_for_task(task_id, reason)

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
        self._state.reminders[delivery_id] = replace(row, acknowledged_at=None)
        return True

    async def acknowledge(self, delivery_id: int, at: datetime) -> bool:
        row = self._state.reminders.get(delivery_id)
        if row is None or row.delivery.actor.workspace_id != self._actor.workspace_id:
            return False
        self._state.reminders[delivery_id] = replace(row, acknowledged_at=at)
        return True
