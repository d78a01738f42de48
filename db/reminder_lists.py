"""Lists of reminders, as rows: what will still come to a member."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, literal_column, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.reminder_lists import Listed, Turn
from db.models.base import Moment
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks
from db.reminder_edits import read_reminder

PAUSED = "paused"
COMING = ("pending", "leased")
_never: ColumnElement[datetime] = literal_column("'infinity'::timestamptz", Moment)  # sorts after all
_next = (
    select(func.min(deliveries.c.due_at))
    .where(
        deliveries.c.reminder_id == reminders.c.id,
        deliveries.c.recipient_id == reminders.c.recipient_id,
        deliveries.c.state.in_(COMING),
    )
    .scalar_subquery()
)


class SqlReminderLists:
    """See crm.reminder_lists.ReminderListStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def page(
        self, member_id: int, turn: Turn | None, *, only_chat_id: int | None, limit: int
    ) -> Sequence[Listed]:
        place = (func.coalesce(_next, _never), reminders.c.id)
        query = _listed().where(
            reminders.c.recipient_id == member_id,
            reminders.c.deleted_at.is_(None),
            reminders.c.notice.is_(None),
            or_(
                reminders.c.task_id.is_(None),
                tasks.c.deleted_at.is_(None) & tasks.c.status.not_in(("completed", "canceled")),
            ),
            or_(reminders.c.paused_at.is_not(None), _next.is_not(None)),
        )
        if only_chat_id is not None:
            query = query.where(reminders.c.source_chat_id == only_chat_id)
        falling = turn is not None and turn.back
        if turn is not None:
            edge = (
                _never if turn.next_at is None else literal(turn.next_at, Moment),
                literal(turn.reminder_id),
            )
            here, there = tuple_(*place), tuple_(*edge)
            query = query.where(here < there if falling else here > there)
        order = [each.desc() if falling else each.asc() for each in place]
        return [_read(row) for row in await self._link.execute(query.order_by(*order).limit(limit))]

    async def one(self, reminder_id: int, *, to_change: bool = False) -> Listed | None:
        if to_change:
            await self._link.execute(
                select(reminders.c.id).where(reminders.c.id == reminder_id).with_for_update()
            )
        found = await self._link.execute(
            _listed().where(reminders.c.id == reminder_id, reminders.c.notice.is_(None))
        )
        row = found.one_or_none()
        return None if row is None else _read(row)

    async def pause(self, reminder_id: int, at: datetime) -> bool:
        done = await self._link.execute(
            update(reminders)
            .where(
                reminders.c.id == reminder_id,
                reminders.c.paused_at.is_(None),
                reminders.c.deleted_at.is_(None),
            )
            .values(paused_at=at)
            .returning(reminders.c.id)
        )
        if done.one_or_none() is None:
            return False
        await self._link.execute(
            update(deliveries)
            .where(deliveries.c.reminder_id == reminder_id, deliveries.c.state.in_(COMING))
            .values(state="skipped", reason=PAUSED, lease=None)
        )
        return True

    async def resume(self, reminder_id: int, now: datetime, next_at: datetime | None) -> bool:
        done = await self._link.execute(
            update(reminders)
            .where(reminders.c.id == reminder_id, reminders.c.paused_at.is_not(None))
            .values(paused_at=None)
            .returning(reminders.c.recipient_id)
        )
        row = done.one_or_none()
        if row is None:
            return False
        again = await self._link.execute(
            update(deliveries)
            .where(
                deliveries.c.reminder_id == reminder_id,
                deliveries.c.state == "skipped",
                deliveries.c.reason == PAUSED,
                deliveries.c.due_at > now,
            )
            .values(state="pending", reason=None, next_retry_at=None)
            .returning(deliveries.c.id)
        )
        if next_at is None:
            return bool(again.all())
        await self._link.execute(
            insert(deliveries)
            .values(
                workspace_id=self._workspace_id,
                reminder_id=reminder_id,
                recipient_id=row.recipient_id,
                due_at=next_at,
            )
            .on_conflict_do_update(
                index_elements=["workspace_id", "reminder_id", "due_at", "recipient_id"],
                set_={"state": "pending", "reason": None, "next_retry_at": None},
                where=deliveries.c.state == "skipped",
            )
        )
        return True

    async def retext(self, reminder_id: int, text: str) -> None:
        await self._link.execute(update(reminders).where(reminders.c.id == reminder_id).values(text=text))

    async def set_nag(self, reminder_id: int, minutes: int | None, limit: int) -> None:
        await self._link.execute(
            update(reminders)
            .where(reminders.c.id == reminder_id)
            .values(nag_minutes=minutes, nag_limit=limit)
        )


def _listed() -> Select[Any]:
    return select(
        reminders,
        _next.label("next_at"),
        tasks.c.number,
        tasks.c.title,
    ).outerjoin(tasks, tasks.c.id == reminders.c.task_id)


def _read(row: Row[Any]) -> Listed:
    return Listed(
        reminder=read_reminder(row),
        recipient_id=row.recipient_id,
        next_at=row.next_at,
        is_paused=row.paused_at is not None,
        before=row.before if row.kind == "relative" else None,
        task_number=row.number,
        is_deleted=row.deleted_at is not None,
    )
