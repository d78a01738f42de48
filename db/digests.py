"""Digests, as rows that belong to a person whatever team they are in: by doors; what they tell, by the policies."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.digests import Digest, Kind, Seat, TeamReport
from crm.people import Actor, ChatKind, Role
from crm.reasons import Why
from crm.tasks import Status, Task
from crm.tasks.filters import Days
from db.activity import names_of_members
from db.models.chats import activity_logs
from db.models.contacts import crm_contacts as contacts
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks
from db.tasks import read_task, shown
from db.transactions import plain_transaction


class SqlDigests:
    """See crm.digests.DigestStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def waiting(self, member_id: int, limit: int) -> Sequence[Task]:
        query = (
            shown()
            .where(
                tasks.c.assignee_id == member_id,
                tasks.c.status == Status.DEFERRED.value,
                tasks.c.deleted_at.is_(None),
                tasks.c.due_date.is_(None),
            )
            .order_by(tasks.c.number)
            .limit(limit)
        )
        return [read_task(row) for row in await self._link.execute(query)]

    async def new_contacts(self, of: Days) -> int:
        query = select(func.count()).where(
            contacts.c.created_at >= of.begins,
            contacts.c.created_at < of.ends,
            contacts.c.deleted_at.is_(None),
        )
        return int(await self._link.scalar(query) or 0)

    async def report(self, member_id: int, since: datetime, limit: int) -> TeamReport:
        ours = (  # reminders, and tasks that were given meanwhile
            select(func.coalesce(tasks.c.title, reminders.c.text))
            .select_from(reminders)
            .join(deliveries, deliveries.c.reminder_id == reminders.c.id)
            .outerjoin(tasks, tasks.c.id == reminders.c.task_id)
            .where(
                deliveries.c.recipient_id == member_id,
                deliveries.c.due_at >= since,
                func.coalesce(reminders.c.notice, "task_assigned") == "task_assigned",
            )
            .order_by(deliveries.c.due_at)
            .limit(limit)
        )
        names = names_of_members("names")
        done = (
            select(names.c.display_name, tasks.c.title)
            .join(activity_logs, activity_logs.c.actor_member_id == names.c.member_id)
            .join(tasks, tasks.c.id == activity_logs.c.entity_id)
            .where(
                activity_logs.c.entity == "task",
                activity_logs.c.action == "completed",
                activity_logs.c.created_at >= since,
                activity_logs.c.actor_member_id != member_id,
                tasks.c.assignee_id == member_id,
            )
            .order_by(activity_logs.c.id)
            .limit(limit)
        )
        return TeamReport(
            "",
            list(dict.fromkeys(await self._link.scalars(ours.where(deliveries.c.reason == Why.AWAY)))),
            list(dict.fromkeys(await self._link.scalars(ours.where(deliveries.c.reason == Why.STOOD_IN)))),
            [(row.display_name, row.title) for row in await self._link.execute(done)],
        )


class SqlDigestDoors:
    """See crm.digests.DigestDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Digest]:
        async with plain_transaction(self._engine) as link:
            claims = (
                await link.execute(
                    text("SELECT * FROM claim_digests(:now, :limit, :lease)"),
                    {"now": now, "limit": limit, "lease": lease},
                )
            ).all()
        found = []
        for claim in claims:
            async with plain_transaction(self._engine) as link:
                row = await _leased(link, claim.id, claim.lease)
                if row is not None:
                    seats = await link.execute(
                        text("SELECT * FROM seats_of(:person)"), {"person": row.person_id}
                    )
                    found.append(_digest_of(claim, row, seats.all()))
        return found

    async def holds(self, digest: Digest) -> bool:
        async with plain_transaction(self._engine) as link:
            row = await _leased(link, digest.id, digest.lease)
        return row is not None and row.private_chat_id == digest.telegram_chat_id

    async def mark_sent(self, digest: Digest, telegram_message_id: int, now: datetime) -> bool:
        return await self._mark(digest, "sent", now, message=telegram_message_id)

    async def mark_skipped(self, digest: Digest, reason: str, now: datetime) -> bool:
        return await self._mark(digest, "skipped", now, reason=reason)

    async def mark_pending(self, digest: Digest, reason: str, until: datetime, now: datetime) -> bool:
        return await self._mark(digest, "pending", now, reason=reason, until=until)

    async def mark_failed(self, digest: Digest, reason: str, now: datetime) -> bool:
        return await self._mark(digest, "failed", now, reason=reason)

    async def purge(self, before: datetime) -> None:
        async with plain_transaction(self._engine) as link:
            await link.execute(text("SELECT purge_digests(:before)"), {"before": before})

    async def _mark(
        self,
        digest: Digest,
        state: str,
        now: datetime,
        *,
        message: int | None = None,
        reason: str | None = None,
        until: datetime | None = None,
    ) -> bool:
        told = {"id": digest.id, "lease": digest.lease, "state": state, "now": now}
        async with plain_transaction(self._engine) as link:
            done = await link.scalar(
                text("SELECT mark_digest(:id, :lease, :state, :message, :reason, :until, :now)"),
                told | {"message": message, "reason": reason, "until": until},
            )
        return bool(done)


async def _leased(link: AsyncConnection, digest_id: int, lease: str) -> Row[Any] | None:
    found = await link.execute(
        text("SELECT * FROM leased_digest(:id, :lease)"), {"id": digest_id, "lease": lease}
    )
    return found.one_or_none()


def _digest_of(claim: Row[Any], row: Row[Any], seats: Sequence[Row[Any]]) -> Digest:
    return Digest(
        id=claim.id,
        lease=claim.lease,
        attempts=row.attempts,
        kind=Kind(row.kind),
        day=row.local_date,
        due_at=row.due_at,
        language=row.language,
        telegram_chat_id=row.private_chat_id,
        seats=[_seat_of(row, seat) for seat in seats],
        about=row.about,
        since=row.since,
        until=row.until,
    )


def _seat_of(row: Row[Any], seat: Row[Any]) -> Seat:
    actor = Actor(
        person_id=row.person_id,
        telegram_user_id=row.telegram_user_id,
        display_name=row.display_name,
        language=row.language,
        timezone=row.timezone,
        workspace_id=seat.workspace_id,
        member_id=seat.member_id,
        role=Role(seat.role),
        chat_id=seat.chat_id or 0,
        telegram_chat_id=row.private_chat_id,
        chat_kind=ChatKind.PRIVATE,
        is_operator=row.is_operator,
        is_new=False,
    )
    return Seat(actor, seat.team, seat.size, bool(seat.is_current))
