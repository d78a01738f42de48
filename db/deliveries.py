"""Deliveries, as rows; each belongs to whoever holds its lease."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.types import BigInteger, Text

from crm.deliveries import LEASE, Delivery, Group
from crm.grammar.dates import Due
from crm.hours import TO_GROUPS, Matter
from crm.people import ChatKind
from crm.reminders import NAGS
from crm.storage import MUCH
from db.actors import actor_of
from db.gathering import Gathered
from db.hours import matter_of
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.transactions import by_statement, plain_transaction

BATCHES = 20  # taken from where the one before began, before a look from the very oldest
_EVER = datetime.min.replace(tzinfo=UTC)
_CLAIM = text(
    "SELECT * FROM claim_deliveries(:now, :until, :limit, :lease, :held, :leases, :since)"
).bindparams(bindparam("held", type_=ARRAY(BigInteger)), bindparam("leases", type_=ARRAY(Text)))
_READ = text("SELECT * FROM read_deliveries(:claims)").bindparams(bindparam("claims", type_=JSONB))
_LOOK = text("SELECT * FROM look_at_deliveries(:claims, :lease)").bindparams(bindparam("claims", type_=JSONB))
_SENT = text("SELECT mark_sent(:claims, :message, :now, :nags)").bindparams(bindparam("claims", type_=JSONB))


class SqlDeliveries:
    """See crm.deliveries.DeliveryStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

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

    async def retry(self, delivery_id: int) -> int:
        again = await self._link.scalar(text("SELECT retry_deliveries(:id)"), {"id": delivery_id})
        return int(again or 0)

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

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> bool:
        state = "failed" if retry_at is None else "pending"
        return await self._mark(delivery, state=state, reason=reason, next_retry_at=retry_at)

    async def _mark(self, delivery: Delivery, **values: object) -> bool:
        done = await self._link.execute(
            update(deliveries).where(_ours(delivery)).values(lease=None, **values).returning(deliveries.c.id)
        )
        return done.one_or_none() is not None


class SqlDeliveryDoors:
    """See crm.deliveries.DeliveryDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._at_once = engine, by_statement(engine)
        self._since, self._batches = _EVER, 0
        self.look = Gathered(self._look)

    async def claim(
        self, now: datetime, *, ahead: timedelta, limit: int, lease: timedelta, held: Iterable[Delivery]
    ) -> Sequence[Delivery]:
        ours = {one.id: one.lease for one in held}
        async with plain_transaction(self._engine) as link:
            found = await link.execute(
                _CLAIM,
                {
                    "now": now,
                    "until": now + ahead,
                    "limit": limit,
                    "lease": lease,
                    "held": list(ours),
                    "leases": list(ours.values()),
                    "since": self._since,
                },
            )
            claims = {
                row.id: {
                    "id": row.id, "lease": row.lease, "w": row.workspace_id, "m": row.member_id, "c": row.chat_id
                }
                for row in found
            }  # fmt: skip
            if not claims:
                self._since = _EVER
                return []
            rows = (await link.execute(_READ, {"claims": list(claims.values())})).all()
        claimed = [_delivery(row, str(claims[row.delivery_id]["lease"])) for row in rows]
        claimed.sort(key=lambda delivery: delivery.due_at)
        self._go_on_from(claimed, full=len(claims) >= limit)
        return claimed

    async def _look(self, deliveries: Sequence[Delivery]) -> Mapping[int, Matter | None]:
        async with plain_transaction(self._at_once) as link:
            rows = (await link.execute(_LOOK, {"claims": _claims(deliveries), "lease": LEASE})).all()
        return {row.delivery_id: matter_of(row) if row.is_member else None for row in rows}

    async def mark(
        self, deliveries: Sequence[Delivery], telegram_message_id: int, now: datetime
    ) -> Collection[int]:
        told = {"claims": _claims(deliveries), "message": telegram_message_id, "now": now, "nags": NAGS}
        async with plain_transaction(self._at_once) as link:
            return (await link.scalars(_SENT, told)).all()

    def _go_on_from(self, claimed: Sequence[Delivery], *, full: bool) -> None:
        """A full batch is followed by what is due after it; each so many, what is older is looked for again."""
        self._batches += 1
        going_on = full and claimed and self._batches % BATCHES
        self._since = min(one.moment for one in claimed) if going_on else _EVER

    async def alive(self, now: datetime) -> datetime | None:
        async with plain_transaction(self._engine) as link:
            before: datetime | None = await link.scalar(text("SELECT alive(:now)"), {"now": now})
        return before

    async def heard(self, now: datetime, kept: timedelta) -> int:
        async with plain_transaction(self._engine, patience=MUCH) as link:
            return int(await link.scalar(text("SELECT heard(:now, :kept)"), {"now": now, "kept": kept}) or 0)


def _claims(deliveries: Sequence[Delivery]) -> list[dict[str, object]]:
    """As the functions that enter for each take them: the row, and whom and where to enter as."""

    def claim(delivery: Delivery) -> dict[str, object]:
        to = delivery.actor
        seat = {"w": to.workspace_id, "m": to.member_id, "c": to.chat_id}
        return {"id": delivery.id, "lease": delivery.lease, **seat}

    return [claim(one) for one in deliveries]


def _delivery(row: Row[Any], lease: str) -> Delivery:
    """In private where that is possible, else in the group; a notice to a group goes there in any case."""
    linked = row.is_linked and row.kind == ChatKind.GROUP
    privately = not (linked and row.notice in TO_GROUPS)
    if row.private_chat_id is None and not linked and row.kind != ChatKind.PRIVATE:
        actor = replace(
            actor_of(row, privately=False, from_group=row.from_group),
            telegram_chat_id=row.telegram_user_id,  # whoever never wrote refuses there, and that is handled
            chat_kind=ChatKind.PRIVATE,
        )
    else:
        actor = actor_of(row, privately=privately, from_group=row.from_group)
    return Delivery(
        id=row.delivery_id,
        lease=lease,
        attempts=row.attempts,
        due_at=row.due_at,
        text=row.body,
        actor=actor,
        thread_id=row.thread_id if actor.chat_kind is ChatKind.GROUP else None,
        task_number=row.number,
        task_id=row.task_id,
        notice=row.notice,
        at=row.look_at,
        reason=row.reason,
        repeats=row.repeats,
        assigner_id=row.assigner_id,
        group=Group(row.telegram_chat_id, row.thread_id) if linked else None,
        contact_id=row.contact_id,
        nag=row.nag,
    )


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
