"""Edited reminders, as rows: found by the message they came from, and given another time once."""

from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.grammar.dates import Due
from crm.people import Actor
from crm.reminders import NAGS, NewReminder, Reminder
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders


class EditedReminders:
    """The part of crm.reminders.ReminderStore that changes one."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def by_id(self, reminder_id: int) -> Reminder | None:
        return await self._one(
            (reminders.c.id == reminder_id)
            & (reminders.c.task_id.is_(None) | (reminders.c.kind == "absolute"))
        )

    async def by_message(self, actor: Actor, message_id: int) -> Reminder | None:
        return await self._alone(
            (reminders.c.source_chat_id == actor.chat_id) & (reminders.c.source_message_id == message_id)
        )

    async def _alone(self, wanted: ColumnElement[bool]) -> Reminder | None:
        return await self._one(wanted & reminders.c.task_id.is_(None))

    async def _one(self, wanted: ColumnElement[bool]) -> Reminder | None:
        found = await self._link.execute(
            select(reminders).where(wanted, reminders.c.deleted_at.is_(None)).limit(2).with_for_update()
        )
        rows = found.all()
        return read_reminder(rows[0]) if len(rows) == 1 else None

    async def change(self, reminder_id: int, new: NewReminder, *, pending: bool = True) -> Reminder:
        changed = await self._link.execute(
            update(reminders)
            .where(reminders.c.id == reminder_id)
            .values(
                text=new.text,
                rrule=new.rrule,
                urgent=new.urgent,
                nag_minutes=new.nag_minutes,
                nag_limit=new.nag_limit,
                local_date=new.due.date,
                local_time=new.due.time,
                timezone=new.due.tz,
            )
            .returning(reminders)
        )
        row = changed.one()
        await self._link.execute(
            update(deliveries)
            .where(
                deliveries.c.reminder_id == reminder_id,
                deliveries.c.state.in_(("pending", "leased")),
                deliveries.c.due_at != new.due.at,
            )
            .values(state="skipped", reason="reminder changed", lease=None)
        )
        if pending:
            await self._link.execute(
                insert(deliveries)
                .values(
                    workspace_id=self._workspace_id,
                    reminder_id=reminder_id,
                    recipient_id=row.recipient_id,
                    due_at=new.due.at,
                )
                .on_conflict_do_update(
                    index_elements=["workspace_id", "reminder_id", "due_at", "recipient_id"],
                    set_={"state": "pending", "reason": None, "next_retry_at": None},
                    where=deliveries.c.state == "skipped",
                )
            )
        return read_reminder(row)


def read_reminder(row: Row[Any]) -> Reminder:
    return Reminder(
        id=row.id,
        text=row.text,
        due=Due(row.local_date, row.local_time, row.timezone),
        task_id=row.task_id,
        rrule=row.rrule,
        urgent=row.urgent,
        nag_minutes=row.nag_minutes,
        nag_limit=NAGS if row.nag_limit is None else row.nag_limit,
    )
