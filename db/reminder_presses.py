"""Presses on reminders, as rows. What is put off or said again is another delivery, which knows of which occurrence."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Result, Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.grammar.dates import Due
from crm.reminder_presses import SEEN, Message
from crm.reminders import NAGS
from db.activity import names_of_members
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks

CALLED_BACK = "put off no longer"
_names = names_of_members("names")
_again = deliveries.alias("again")
_occurrence = func.coalesce(deliveries.c.occurrence_at, deliveries.c.due_at)


class SqlPresses:
    """See crm.reminder_presses.PressStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def message(self, delivery_id: int, *, to_change: bool = False) -> Message | None:
        if to_change:
            await self._link.execute(
                select(deliveries.c.id).where(deliveries.c.id == delivery_id).with_for_update()
            )
        put_off_to = (
            select(_again.c.due_at)
            .where(
                _again.c.reminder_id == deliveries.c.reminder_id,
                _again.c.occurrence_at == _occurrence,
                _again.c.id > deliveries.c.id,
                _again.c.nag == 0,
                _again.c.state != "skipped",
            )
            .order_by(_again.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        found: Result[Any] = await self._link.execute(
            select(
                deliveries.c.id.label("delivery_id"),
                deliveries.c.recipient_id,
                deliveries.c.state,
                deliveries.c.due_at,
                reminders.c.id.label("reminder_id"),
                reminders.c.text,
                reminders.c.task_id,
                reminders.c.timezone,
                _names.c.display_name,
                tasks.c.number,
                tasks.c.title,
                tasks.c.task_type,
                tasks.c.contact_id,
                tasks.c.status,
                put_off_to.label("put_off_to"),
            )
            .join(reminders, reminders.c.id == deliveries.c.reminder_id)
            .join(_names, _names.c.member_id == deliveries.c.recipient_id)
            .outerjoin(tasks, tasks.c.id == reminders.c.task_id)
            .where(
                deliveries.c.id == delivery_id,
                reminders.c.notice.is_(None),
                # those of a task are made anew when it changes, and their messages are still its own
                reminders.c.deleted_at.is_(None) | reminders.c.task_id.is_not(None),
                reminders.c.task_id.is_(None) | tasks.c.id.is_not(None) & tasks.c.deleted_at.is_(None),
            )
        )
        row = found.one_or_none()
        return None if row is None else _message(row)

    async def see(self, delivery_id: int, at: datetime) -> None:
        await self._end_others(delivery_id, at)
        await self._link.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery_id)
            .values(state="acknowledged", acknowledged_at=at, lease=None)
        )

    async def hush(self, delivery_id: int) -> None:
        await self._link.execute(
            update(deliveries)
            .where(
                self._of_same(delivery_id),
                deliveries.c.nag > 0,
                deliveries.c.state.in_(("pending", "leased")),
            )
            .values(state="skipped", reason=SEEN, lease=None)
        )

    async def put_off(self, delivery_id: int, to: datetime) -> None:
        await self._end_others(delivery_id, None)
        done = await self._link.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery_id)
            .values(state="snoozed", lease=None)
            .returning(
                deliveries.c.reminder_id, deliveries.c.recipient_id, _occurrence.label("occurrence_at")
            )
        )
        row = done.one()
        await self._link.execute(
            insert(deliveries)
            .values(
                workspace_id=self._workspace_id,
                reminder_id=row.reminder_id,
                recipient_id=row.recipient_id,
                due_at=to,
                occurrence_at=row.occurrence_at,
            )
            .on_conflict_do_update(
                index_elements=["workspace_id", "reminder_id", "due_at", "recipient_id"],
                set_={"state": "pending", "reason": None, "next_retry_at": None},
                where=deliveries.c.state == "skipped",
            )
        )

    async def call_back(self, delivery_id: int) -> bool:
        done = await self._link.execute(
            update(deliveries)
            .where(
                self._of_same(delivery_id),
                deliveries.c.occurrence_at.is_not(None),
                deliveries.c.id != delivery_id,
                deliveries.c.state.in_(("pending", "leased")),
            )
            .values(state="skipped", reason=CALLED_BACK, lease=None)
            .returning(deliveries.c.id)
        )
        if not done.all():
            return False  # it has come again since
        back = await self._link.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery_id, deliveries.c.state == "snoozed")
            .values(state="sent")
            .returning(deliveries.c.id)
        )
        return back.one_or_none() is not None

    async def nag(self, delivery_id: int, now: datetime) -> None:
        await self._link.execute(
            text(
                "INSERT INTO reminder_deliveries"
                " (workspace_id, reminder_id, recipient_id, due_at, occurrence_at, nag)"
                " SELECT d.workspace_id, d.reminder_id, d.recipient_id,"
                " CAST(:now AS timestamptz) + r.nag_minutes * interval '1 minute',"
                " coalesce(d.occurrence_at, d.due_at), d.nag + 1"
                " FROM reminder_deliveries d JOIN reminders r ON r.id = d.reminder_id"
                " WHERE d.id = :id AND d.state = 'sent' AND r.deleted_at IS NULL AND r.paused_at IS NULL"
                " AND r.nag_minutes IS NOT NULL AND d.nag < coalesce(r.nag_limit, :usual)"
                " ON CONFLICT DO NOTHING"
            ),
            {"now": now, "id": delivery_id, "usual": NAGS},
        )

    async def _end_others(self, delivery_id: int, at: datetime | None) -> None:
        """What else was sent of the same occurrence needs no press any more, and nothing else of it is sent."""
        others = (self._of_same(delivery_id), deliveries.c.id != delivery_id)
        await self._link.execute(
            update(deliveries)
            .where(*others, deliveries.c.state == "sent")
            .values(state="acknowledged", acknowledged_at=func.coalesce(at, func.now()))
        )
        await self._link.execute(
            update(deliveries)
            .where(*others, deliveries.c.state.in_(("pending", "leased")))
            .values(state="skipped", reason=SEEN, lease=None)
        )

    def _of_same(self, delivery_id: int) -> ColumnElement[bool]:
        """Deliveries of the same occurrence: itself, where it was put off, where it was said again."""
        this = deliveries.alias("this")
        occurrence = func.coalesce(this.c.occurrence_at, this.c.due_at)
        return (
            select(this.c.id)
            .where(
                this.c.id == delivery_id,
                this.c.reminder_id == deliveries.c.reminder_id,
                this.c.recipient_id == deliveries.c.recipient_id,
                occurrence == _occurrence,
            )
            .exists()
        )


def _message(row: Row[Any]) -> Message:
    zone = row.timezone or "UTC"
    local = row.due_at.astimezone(ZoneInfo(zone))
    return Message(
        delivery_id=row.delivery_id,
        reminder_id=row.reminder_id,
        recipient_id=row.recipient_id,
        recipient=row.display_name,
        state=row.state,
        due=Due(local.date(), local.time().replace(fold=0), zone),
        text=row.title or row.text,
        task_id=row.task_id,
        task_number=row.number,
        contact_id=row.contact_id if row.task_type == "call" else None,
        is_closed=row.status in ("completed", "canceled"),
        put_off_to=row.put_off_to,
    )
