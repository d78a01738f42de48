"""Reminders and their deliveries, as rows; a delivery belongs to whoever holds its lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.people import Actor
from crm.reminders import Delivery, NewReminder, Reminder
from crm.updates import Arrival
from db.actors import actor_of
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks
from db.transactions import plain_transaction


class SqlReminders:
    """See crm.reminders.ReminderStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def add(self, reminder: NewReminder, actor: Actor, arrival: Arrival) -> Reminder:
        made = await self._link.execute(
            reminders.insert()
            .values(
                workspace_id=self._workspace_id,
                kind="relative" if reminder.task_id else "standalone",
                task_id=reminder.task_id,
                recipient_id=actor.member_id,
                text=reminder.text,
                before=timedelta(0) if reminder.task_id else None,
                local_date=reminder.due.date,
                local_time=reminder.due.time,
                timezone=reminder.due.tz,
                source_chat_id=actor.chat_id,
                source_thread_id=arrival.thread_id,
            )
            .returning(reminders.c.id)
        )
        reminder_id = made.scalar_one()
        await self._link.execute(
            deliveries.insert().values(
                workspace_id=self._workspace_id,
                reminder_id=reminder_id,
                recipient_id=actor.member_id,
                due_at=reminder.due.at,
            )
        )
        return Reminder(reminder_id, reminder.text, reminder.due, reminder.task_id)

    async def skip_for_task(self, task_id: int, reason: str) -> None:
        of_task = select(reminders.c.id).where(reminders.c.task_id == task_id)
        await self._link.execute(
            update(deliveries)
            .where(deliveries.c.reminder_id.in_(of_task), deliveries.c.state.in_(("pending", "leased")))
            .values(state="skipped", reason=reason, lease=None)
        )

    async def holds(self, delivery: Delivery) -> bool:
        open_task = (
            select(reminders.c.id)
            .outerjoin(tasks, tasks.c.id == reminders.c.task_id)
            .where(
                reminders.c.id == deliveries.c.reminder_id,
                reminders.c.deleted_at.is_(None),
                tasks.c.completed_at.is_(None),
                tasks.c.deleted_at.is_(None),
            )
        )
        held = select(deliveries.c.id).where(_ours(delivery), open_task.exists()).with_for_update()
        return (await self._link.scalar(held)) is not None

    async def mark_sent(self, delivery: Delivery, telegram_message_id: int, late_seconds: int) -> bool:
        return await self._mark(
            delivery,
            state="sent",
            telegram_message_id=telegram_message_id,
            late_seconds=late_seconds,
            sent_at=text("now()"),
        )

    async def mark_skipped(self, delivery: Delivery, reason: str) -> None:
        await self._mark(delivery, state="skipped", reason=reason)

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> None:
        state = "failed" if retry_at is None else "pending"
        await self._mark(delivery, state=state, reason=reason, next_retry_at=retry_at)

    async def acknowledge(self, delivery_id: int, at: datetime) -> bool:
        done = await self._link.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery_id)
            .values(state="acknowledged", acknowledged_at=at)
            .returning(deliveries.c.id)
        )
        return done.one_or_none() is not None

    async def _mark(self, delivery: Delivery, **values: object) -> bool:
        done = await self._link.execute(
            update(deliveries).where(_ours(delivery)).values(lease=None, **values).returning(deliveries.c.id)
        )
        return done.one_or_none() is not None


class SqlReminderDoors:
    """See crm.reminders.ReminderDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(
        self, now: datetime, *, ahead: timedelta, limit: int, lease: timedelta
    ) -> Sequence[Delivery]:
        async with plain_transaction(self._engine) as link:
            rows = await link.execute(
                text("SELECT * FROM claim_deliveries(:now, :until, :limit, :lease)"),
                {"now": now, "until": now + ahead, "limit": limit, "lease": lease},
            )
            return [
                Delivery(
                    id=row.id,
                    lease=row.lease,
                    attempts=row.attempts,
                    due_at=row.due_at,
                    text=row.body,
                    actor=actor_of(row),
                    thread_id=row.thread_id,
                    task_number=row.task_number,
                )
                for row in rows
            ]


def _ours(delivery: Delivery) -> ColumnElement[bool]:
    return (
        (deliveries.c.id == delivery.id)
        & (deliveries.c.lease == delivery.lease)
        & (deliveries.c.state == "leased")
    )
