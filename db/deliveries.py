"""Deliveries, as rows; each belongs to whoever holds its lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Result, case, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.deliveries import Delivery
from crm.errors import Removed
from crm.grammar.dates import Due
from db.actors import actor_columns, actor_of, claims_by_member
from db.models.chats import chats
from db.models.people import members, people
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks
from db.transactions import entered, plain_transaction


class SqlDeliveries:
    """See crm.deliveries.DeliveryStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def holds(self, delivery: Delivery) -> bool:
        open_task = (
            select(reminders.c.id)
            .outerjoin(tasks, tasks.c.id == reminders.c.task_id)
            .where(
                reminders.c.id == deliveries.c.reminder_id,
                reminders.c.deleted_at.is_(None),
                tasks.c.completed_at.is_(None) | reminders.c.notice.is_not(None),
                tasks.c.deleted_at.is_(None),
                # a task that is out of the recipient's sight by now is not told of
                reminders.c.task_id.is_(None) | tasks.c.id.is_not(None),
            )
        )
        held = select(deliveries.c.id).where(_ours(delivery), open_task.exists()).with_for_update()
        return (await self._link.scalar(held)) is not None

    async def release(self, delivery: Delivery) -> None:
        await self._mark(delivery, state="pending", lease_until=None, attempts=deliveries.c.attempts - 1)

    async def mark_sent(self, delivery: Delivery, telegram_message_id: int, late_seconds: int) -> bool:
        return await self._mark(
            delivery,
            state="sent",
            telegram_message_id=telegram_message_id,
            late_seconds=late_seconds,
            sent_at=text("now()"),
        )

    async def series(self, delivery: Delivery) -> tuple[str, Due] | None:
        row = (
            await self._link.execute(
                select(reminders)
                .join(deliveries, deliveries.c.reminder_id == reminders.c.id)
                .where(
                    deliveries.c.id == delivery.id,
                    deliveries.c.occurrence_at.is_(None),
                    reminders.c.rrule.is_not(None),
                    reminders.c.paused_at.is_(None),
                )
            )
        ).first()
        return None if row is None else (row.rrule, Due(row.local_date, row.local_time, row.timezone))

    async def add_delivery(self, delivery: Delivery, due: Due) -> None:
        row = (await self._link.execute(select(reminders).where(_of(delivery)))).one()
        await self._link.execute(
            insert(deliveries)
            .values(
                workspace_id=self._workspace_id,
                reminder_id=row.id,
                recipient_id=row.recipient_id,
                due_at=due.at,
            )
            .on_conflict_do_nothing()
        )

    async def mark_skipped(self, delivery: Delivery, reason: str) -> None:
        await self._mark(delivery, state="skipped", reason=reason)

    async def mark_held(self, delivery: Delivery, reason: str, until: datetime) -> None:
        await self._mark(
            delivery,
            state="pending",
            reason=reason,
            next_retry_at=until,
            lease_until=None,
            attempts=deliveries.c.attempts - 1,
        )

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> None:
        state = "failed" if retry_at is None else "pending"
        await self._mark(delivery, state=state, reason=reason, next_retry_at=retry_at)

    async def _mark(self, delivery: Delivery, **values: object) -> bool:
        done = await self._link.execute(
            update(deliveries).where(_ours(delivery)).values(lease=None, **values).returning(deliveries.c.id)
        )
        return done.one_or_none() is not None


class SqlDeliveryDoors:
    """See crm.deliveries.DeliveryDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(
        self, now: datetime, *, ahead: timedelta, limit: int, lease: timedelta
    ) -> Sequence[Delivery]:
        async with plain_transaction(self._engine) as link:
            found = await link.execute(
                text("SELECT * FROM claim_deliveries(:now, :until, :limit, :lease)"),
                {"now": now, "until": now + ahead, "limit": limit, "lease": lease},
            )
            claims = found.all()
        claimed: list[Delivery] = []
        for entry, rows in claims_by_member(claims):
            try:
                async with entered(self._engine, *entry) as link:
                    claimed += await _read(link, {row.id: row.lease for row in rows})
            except Removed:  # in the moment since the claim; the lease runs out, and the door passes them by
                continue
        return sorted(claimed, key=lambda delivery: delivery.due_at)


async def _read(link: AsyncConnection, leases: dict[int, str]) -> list[Delivery]:
    """What the claimed deliveries say and to whom, as far as the entered member may see it."""
    rows: Result[Any] = await link.execute(
        select(
            deliveries.c.id.label("delivery_id"),
            deliveries.c.attempts,
            deliveries.c.due_at,
            reminders.c.text,
            reminders.c.notice,
            reminders.c.source_thread_id,
            tasks.c.number,
            tasks.c.id.label("task_id"),
            case((tasks.c.task_type == "call", tasks.c.contact_id)).label("contact_id"),
            deliveries.c.nag,
            reminders.c.urgent,
            *actor_columns(),
        )
        .join(reminders, reminders.c.id == deliveries.c.reminder_id)
        .join(members, members.c.id == deliveries.c.recipient_id)
        .join(people, people.c.id == members.c.person_id)
        .outerjoin(chats, chats.c.id == reminders.c.source_chat_id)
        .outerjoin(tasks, tasks.c.id == reminders.c.task_id)
        .where(deliveries.c.id.in_(leases), deliveries.c.lease.in_(leases.values()))
    )
    return [
        Delivery(
            id=row.delivery_id,
            lease=leases[row.delivery_id],
            attempts=row.attempts,
            due_at=row.due_at,
            text=row.text,
            actor=actor_of(row, privately=True),
            thread_id=row.source_thread_id if row.private_chat_id is None else None,
            task_number=row.number,
            task_id=row.task_id,
            notice=row.notice,
            contact_id=row.contact_id,
            nag=row.nag,
            is_urgent=row.urgent,
        )
        for row in rows
    ]


def _of(delivery: Delivery) -> ColumnElement[bool]:
    """The reminder a delivery is of."""
    return (
        reminders.c.id
        == select(deliveries.c.reminder_id).where(deliveries.c.id == delivery.id).scalar_subquery()
    )


def _ours(delivery: Delivery) -> ColumnElement[bool]:
    return (
        (deliveries.c.id == delivery.id)
        & (deliveries.c.lease == delivery.lease)
        & (deliveries.c.state == "leased")
    )
