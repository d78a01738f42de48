"""Reminders and their deliveries, as rows; a delivery belongs to whoever holds its lease."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update

from crm.grammar.dates import Due
from crm.people import Actor
from crm.reminders import NOTHING, Heard, NewReminder, Reminder
from crm.tasks.reminding import Habits
from crm.updates import Arrival
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.owed_reminders import look_again, owed_reminders, pass_on
from db.reminder_edits import EditedReminders, read_reminder

TAKEN_BACK = "reminder taken back"
PAUSED = "paused"


class SqlReminders(EditedReminders):
    """See crm.reminders.ReminderStore."""

    async def add(self, reminder: NewReminder, actor: Actor, arrival: Arrival) -> Reminder:
        made = await self._link.execute(
            reminders.insert()
            .values(
                workspace_id=self._workspace_id,
                kind=_kind(reminder),
                task_id=reminder.task_id,
                recipient_id=reminder.recipient_id or actor.member_id,
                text=reminder.text,
                before=reminder.before if reminder.task_id else None,
                rrule=reminder.rrule,
                urgent=reminder.urgent,
                nag_minutes=reminder.nag_minutes,
                nag_limit=reminder.nag_limit,
                paused_at=func.now() if reminder.is_paused else None,
                local_date=reminder.due.date,
                local_time=reminder.due.time,
                timezone=reminder.due.tz,
                source_chat_id=actor.chat_id,
                source_thread_id=arrival.thread_id,
                source_message_id=None if reminder.task_id else arrival.message_id,
            )
            .returning(reminders)
        )
        row = made.one()
        await self._link.execute(
            deliveries.insert().values(
                workspace_id=self._workspace_id,
                reminder_id=row.id,
                recipient_id=row.recipient_id,
                due_at=reminder.due.at,
                state="skipped" if reminder.is_paused else "pending",
                reason=PAUSED if reminder.is_paused else None,
            )
        )
        return read_reminder(row)

    async def owe(
        self, notice: str, task_id: int, recipient_ids: Sequence[int], text: str, at: datetime
    ) -> None:
        for recipient_id in recipient_ids:
            row = {"workspace_id": self._workspace_id, "recipient_id": recipient_id}
            made = await self._link.execute(
                reminders.insert()
                .values(**row, kind="standalone", task_id=task_id, text=text, notice=notice)
                .returning(reminders.c.id)
            )
            await self._link.execute(
                deliveries.insert().values(**row, reminder_id=made.scalar_one(), due_at=at)
            )

    async def skip_for_task(self, task_id: int, reason: str) -> None:
        of_task = select(reminders.c.id).where(reminders.c.task_id == task_id, reminders.c.notice.is_(None))
        await self._link.execute(
            update(deliveries)
            .where(deliveries.c.reminder_id.in_(of_task), deliveries.c.state.in_(("pending", "leased")))
            .values(state="skipped", reason=reason, lease=None)
        )

    async def drop_for_task(
        self,
        task_id: int,
        reason: str,
        *,
        passed: Mapping[timedelta, Due] = NOTHING,
        heard: Heard | None = None,
        now: datetime | None = None,
    ) -> Collection[timedelta]:
        owed: Mapping[int, timedelta] = {}
        if heard is not None and now is not None:
            owed = await owed_reminders(self._link, task_id, passed, now)
            await pass_on(self._link, self._workspace_id, owed, heard, reason)
        put_off = select(deliveries.c.id).where(
            deliveries.c.reminder_id == reminders.c.id,
            deliveries.c.state == "pending",
            deliveries.c.occurrence_at.is_not(None),
            deliveries.c.nag == 0,
        )
        await self._link.execute(  # what a person put off comes when they said, whatever becomes of the due
            update(reminders)
            .where(
                reminders.c.task_id == task_id,
                reminders.c.kind == "relative",
                reminders.c.deleted_at.is_(None),
                put_off.exists(),
            )
            .values(kind="absolute", before=None)
        )
        dropped = await self._link.execute(
            update(reminders)
            .where(
                reminders.c.task_id == task_id,
                reminders.c.kind == "relative",
                reminders.c.deleted_at.is_(None),
                reminders.c.id.not_in(list(owed)),
            )
            .values(deleted_at=text("now()"))
            .returning(reminders.c.id, reminders.c.before, reminders.c.paused_at)
        )
        rows = dropped.all()
        if rows:
            await self._link.execute(
                update(deliveries)
                .where(
                    deliveries.c.reminder_id.in_([row.id for row in rows]),
                    deliveries.c.state.in_(("pending", "leased")),
                )
                .values(state="skipped", reason=reason, lease=None)
            )
        return {row.before for row in rows if row.paused_at is not None}

    async def follow_task(self, task_id: int, heard: Heard) -> None:
        followed = await self._link.execute(
            update(reminders)
            .where(
                reminders.c.task_id == task_id,
                reminders.c.kind == "absolute",
                reminders.c.deleted_at.is_(None),
            )
            .values(text=heard.text, recipient_id=heard.recipient_id, urgent=heard.urgent)
            .returning(reminders.c.id)
        )
        if ids := followed.scalars().all():
            if heard.urgent:
                await look_again(self._link, ids)
            await self._link.execute(
                update(deliveries)
                .where(
                    deliveries.c.reminder_id.in_(ids),
                    deliveries.c.recipient_id != heard.recipient_id,
                    deliveries.c.state.in_(("pending", "leased")),
                )
                .values(recipient_id=heard.recipient_id, occurrence_at=None, state="pending", lease=None)
            )

    async def habits(self, member_id: int) -> Habits:
        found = await self._link.execute(
            text("SELECT * FROM reminder_habits(:member)"), {"member": member_id}
        )
        row = found.one_or_none()
        if row is None:
            return Habits()
        return Habits(
            timed=_leads(row.timed_leads),
            meetings=_leads(row.meeting_leads),
            days=_leads(row.day_leads),
            workday_starts=row.workday_starts,
        )

    async def restore_for_task(self, task_id: int, reason: str, now: datetime) -> None:
        of_task = select(reminders.c.id).where(
            reminders.c.task_id == task_id, reminders.c.deleted_at.is_(None)
        )
        await self._link.execute(
            update(deliveries)
            .where(
                deliveries.c.reminder_id.in_(of_task),
                deliveries.c.state == "skipped",
                deliveries.c.reason == reason,
                deliveries.c.due_at > now,
            )
            .values(state="pending", reason=None)
        )

    async def delete(self, reminder_id: int, at: datetime) -> bool:
        done = await self._link.execute(
            update(reminders)
            .where(reminders.c.id == reminder_id, reminders.c.deleted_at.is_(None))
            .values(deleted_at=at)
            .returning(reminders.c.id)
        )
        await self._link.execute(
            update(deliveries)
            .where(deliveries.c.reminder_id == reminder_id, deliveries.c.state.in_(("pending", "leased")))
            .values(state="skipped", reason=TAKEN_BACK, lease=None)
        )
        return done.one_or_none() is not None

    async def restore(self, reminder_id: int, now: datetime) -> bool:
        done = await self._link.execute(
            update(reminders)
            .where(reminders.c.id == reminder_id, reminders.c.deleted_at.is_not(None))
            .values(deleted_at=None)
            .returning(reminders.c.id)
        )
        await self._link.execute(
            update(deliveries)
            .where(
                deliveries.c.reminder_id == reminder_id,
                deliveries.c.state == "skipped",
                deliveries.c.reason == TAKEN_BACK,
                deliveries.c.due_at > now,
            )
            .values(state="pending", reason=None)
        )
        return done.one_or_none() is not None

    async def forget_acknowledgement(self, delivery_id: int) -> bool:
        done = await self._link.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery_id, deliveries.c.state == "acknowledged")
            .values(state="sent", acknowledged_at=None)
            .returning(deliveries.c.id)
        )
        return done.one_or_none() is not None


def _kind(reminder: NewReminder) -> str:
    if reminder.task_id is None:
        return "standalone"
    return "absolute" if reminder.before is None else "relative"


def _leads(minutes: Sequence[int]) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=each) for each in minutes)
