"""Fakes of what is pressed on a reminder, and of the list of those to come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crm.grammar.dates import Due
from crm.people import Actor
from crm.reminder_lists import Listed, Turn
from crm.reminder_presses import SEEN, Message
from tests.fakes.people import is_seen
from tests.fakes.reminders import ReminderRow

if TYPE_CHECKING:
    from tests.fakes.storage import State

COMING = ("pending", "leased")


class FakePresses:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def message(self, delivery_id: int, *, to_change: bool = False) -> Message | None:
        row = self._state.reminders.get(delivery_id)
        if row is None or row.delivery.notice is not None or not is_seen(row.delivery.actor, self._actor):
            return None
        task = self._state.tasks[row.reminder.task_id].task if row.reminder.task_id else None
        if task is not None and task.id in self._state.deleted:
            return None
        again = [one for one in self._same(row) if one.nag == 0 and one.delivery.id > delivery_id]
        local = row.delivery.due_at.astimezone(ZoneInfo(row.reminder.due.tz))
        return Message(
            delivery_id=delivery_id,
            reminder_id=row.reminder.id,
            recipient_id=row.delivery.actor.member_id,
            recipient=row.delivery.actor.display_name,
            state="acknowledged" if row.acknowledged_at is not None else row.state,
            due=Due(local.date(), local.time().replace(fold=0), row.reminder.due.tz),
            text=task.title if task else row.reminder.text,
            task_id=task.id if task else None,
            task_number=task.number if task else None,
            contact_id=task.contact_id if task and task.task_type == "call" else None,
            is_closed=task is not None and task.is_closed,
            put_off_to=again[-1].delivery.due_at if again and again[-1].state != "skipped" else None,
        )

    async def see(self, delivery_id: int, at: datetime) -> None:
        row = self._state.reminders[delivery_id]
        self._end_others(row)
        self._state.reminders[delivery_id] = replace(row, state="acknowledged", acknowledged_at=at)

    async def hush(self, delivery_id: int) -> None:
        for one in self._same(self._state.reminders[delivery_id]):
            if one.nag > 0 and one.state in COMING:
                self._state.reminders[one.delivery.id] = replace(one, state="skipped", reason=SEEN)

    async def put_off(self, delivery_id: int, to: datetime) -> None:
        row = self._state.reminders[delivery_id]
        self._end_others(row)
        self._state.reminders[delivery_id] = replace(row, state="snoozed")
        self._add(row, to, nag=0)

    async def call_back(self, delivery_id: int) -> bool:
        row = self._state.reminders[delivery_id]
        coming = [one for one in self._same(row) if one.state in COMING and one.delivery.id != delivery_id]
        for one in coming:
            self._state.reminders[one.delivery.id] = replace(one, state="skipped", reason="put off no longer")
        if coming:
            self._state.reminders[delivery_id] = replace(row, state="sent")
        return bool(coming)

    async def nag(self, delivery_id: int, now: datetime) -> None:
        row = self._state.reminders[delivery_id]
        minutes = row.reminder.nag_minutes
        if row.state == "sent" and minutes is not None and row.nag < row.reminder.nag_limit:
            self._add(row, now + timedelta(minutes=minutes), nag=row.nag + 1)

    def _add(self, row: ReminderRow, at: datetime, *, nag: int) -> None:
        delivery = replace(row.delivery, id=self._state.next_id(), due_at=at, lease="", attempts=0, nag=nag)
        self._state.reminders[delivery.id] = replace(
            row,
            delivery=delivery,
            state="pending",
            reason=None,
            look_at=at,
            acknowledged_at=None,
            occurrence_at=row.occurrence_at or row.delivery.due_at,
            nag=nag,
        )

    def _end_others(self, row: ReminderRow) -> None:
        for one in self._same(row):
            if one.delivery.id == row.delivery.id:
                continue
            if one.state == "sent":
                self._state.reminders[one.delivery.id] = replace(one, state="acknowledged")
            elif one.state in COMING:
                self._state.reminders[one.delivery.id] = replace(one, state="skipped", reason=SEEN)

    def _same(self, row: ReminderRow) -> list[ReminderRow]:
        occurrence = row.occurrence_at or row.delivery.due_at
        return [
            one
            for one in self._state.reminders.values()
            if one.reminder.id == row.reminder.id and (one.occurrence_at or one.delivery.due_at) == occurrence
        ]


class FakeReminderLists:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def page(
        self, member_id: int, turn: Turn | None, *, only_chat_id: int | None, limit: int
    ) -> Sequence[Listed]:
        ids = dict.fromkeys(row.reminder.id for row in self._state.reminders.values())
        found = [one for each in ids if (one := await self.one(each)) is not None]
        coming = [
            one
            for one in found
            if one.recipient_id == member_id and not one.is_deleted and (one.is_paused or one.next_at)
        ]

        def place(at: datetime | None, id_: int) -> tuple[datetime, int]:
            return at or datetime.max.replace(tzinfo=UTC), id_

        falling = turn is not None and turn.back
        coming.sort(key=lambda one: place(one.next_at, one.id), reverse=falling)
        if turn is not None:
            edge = place(turn.next_at, turn.reminder_id)
            here = [(place(one.next_at, one.id), one) for one in coming]
            coming = [one for at, one in here if (at < edge if falling else at > edge)]
        return coming[:limit]

    async def one(self, reminder_id: int, *, to_change: bool = False) -> Listed | None:
        rows = self._rows(reminder_id)
        if not rows or rows[0].delivery.notice is not None:
            return None
        row = rows[-1]
        task = self._state.tasks[row.reminder.task_id].task if row.reminder.task_id else None
        coming = [one.delivery.due_at for one in rows if one.state in COMING]
        return Listed(
            reminder=row.reminder,
            recipient_id=row.delivery.actor.member_id,
            next_at=min(coming, default=None),
            is_paused=row.is_paused,
            before=row.before if task else None,
            task_number=task.number if task else None,
            is_deleted=row.is_dropped or row.reason == "taken back",
        )

    async def pause(self, reminder_id: int, at: datetime) -> bool:
        rows = self._rows(reminder_id)
        for row in rows:
            state, reason = ("skipped", "paused") if row.state in COMING else (row.state, row.reason)
            self._state.reminders[row.delivery.id] = replace(row, is_paused=True, state=state, reason=reason)
        return not rows[0].is_paused

    async def resume(self, reminder_id: int, now: datetime, next_at: datetime | None) -> bool:
        again = False
        for row in self._rows(reminder_id):
            comes = row.reason == "paused" and row.delivery.due_at > now
            again = again or comes
            state, reason = ("pending", None) if comes else (row.state, row.reason)
            self._state.reminders[row.delivery.id] = replace(row, is_paused=False, state=state, reason=reason)
        return again or next_at is not None

    async def retext(self, reminder_id: int, text: str) -> None:
        for row in self._rows(reminder_id):
            self._state.reminders[row.delivery.id] = replace(
                row, reminder=replace(row.reminder, text=text), delivery=replace(row.delivery, text=text)
            )

    async def set_nag(self, reminder_id: int, minutes: int | None, limit: int) -> None:
        for row in self._rows(reminder_id):
            nagging = replace(row.reminder, nag_minutes=minutes, nag_limit=limit)
            self._state.reminders[row.delivery.id] = replace(row, reminder=nagging)

    def _rows(self, reminder_id: int) -> list[ReminderRow]:
        return [row for row in self._state.reminders.values() if row.reminder.id == reminder_id]
