"""Calendar feeds, as rows: the hash of an address, and the tasks behind it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Row,
    ScalarSelect,
    case,
    cast,
    delete,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.errors import Removed
from crm.feeds import FeedTask
from crm.grammar.dates import Due
from db.models.files import calendar_feeds as feeds
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks
from db.transactions import entered, plain_transaction


class SqlFeeds:
    """See crm.feeds.FeedStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def made_at(self, member_id: int) -> datetime | None:
        found: datetime | None = await self._link.scalar(
            select(feeds.c.updated_at).where(feeds.c.member_id == member_id)
        )
        return found

    async def put(self, member_id: int, secret_hash: bytes) -> None:
        await self._link.execute(
            insert(feeds)
            .values(workspace_id=self._workspace_id, member_id=member_id, secret_hash=secret_hash)
            .on_conflict_do_update(
                index_elements=["workspace_id", "member_id"], set_={"secret_hash": secret_hash}
            )
        )

    async def remove(self, member_id: int) -> bool:
        gone = await self._link.execute(
            delete(feeds).where(feeds.c.member_id == member_id).returning(feeds.c.id)
        )
        return gone.one_or_none() is not None

    async def tasks(self, member_id: int, since: datetime, limit: int) -> Sequence[FeedTask]:
        first = tasks.alias("first")
        begins = cast(tasks.c.due_date, DateTime)
        before = case(
            (tasks.c.due_time.is_not(None), reminders.c.before),
            else_=begins - (reminders.c.local_date + reminders.c.local_time),
        )
        leads = _reminders_of(before, reminders.c.kind == "relative")
        its_own = reminders.c.kind == "absolute"
        is_coming = deliveries.c.state.in_(("pending", "leased"))
        coming = reminders.join(deliveries, (deliveries.c.reminder_id == reminders.c.id) & is_coming)
        moments = _reminders_of(deliveries.c.due_at, its_own, coming)
        last_changed = _reminders_of(reminders.c.updated_at, true(), gather=func.max, kept=true())
        rows = await self._link.execute(
            select(
                tasks,
                first.c.due_date.label("first_date"),
                first.c.due_time.label("first_time"),
                first.c.due_tz.label("first_tz"),
                leads.label("lead_times"),
                moments.label("moments"),
                func.greatest(tasks.c.updated_at, last_changed).label("changed_at"),
            )
            .outerjoin(first, first.c.id == tasks.c.series_id)
            .where(
                tasks.c.assignee_id == member_id,
                tasks.c.deleted_at.is_(None),
                tasks.c.due_date.is_not(None),
                or_(
                    tasks.c.status.in_(("not_started", "in_progress", "deferred")),
                    tasks.c.completed_at >= since,
                    (tasks.c.status == "canceled") & (tasks.c.updated_at >= since),
                ),
            )
            .order_by(tasks.c.due_date.desc(), tasks.c.id.desc())  # past the limit the oldest go
            .limit(limit)
        )
        return [_task(row) for row in rows][::-1]


class SqlFeedDoors:
    """See crm.feeds.FeedDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def read(self, secret_hash: bytes, since: datetime, limit: int) -> Sequence[FeedTask] | None:
        async with plain_transaction(self._engine) as link:
            found = await link.execute(text("SELECT * FROM open_feed(:hash)"), {"hash": secret_hash})
            row = found.one_or_none()
        if row is None:
            return None
        try:
            async with entered(self._engine, row.workspace_id, row.member_id, None) as link:
                return await SqlFeeds(link, row.workspace_id).tasks(row.member_id, since, limit)
        except Removed:  # in this very moment
            return None


def _reminders_of(
    what: ColumnElement[Any],
    which: ColumnElement[bool],
    source: FromClause = reminders,
    *,
    gather: Callable[..., ColumnElement[Any]] = func.array_agg,
    kept: ColumnElement[bool] | None = None,
) -> ScalarSelect[Any]:
    """Of a task's reminders, gathered; without those that are paused or gone, unless `kept` says which."""
    there = reminders.c.deleted_at.is_(None) & reminders.c.paused_at.is_(None) if kept is None else kept
    return (
        select(gather(what))
        .select_from(source)
        .where(reminders.c.task_id == tasks.c.id, reminders.c.notice.is_(None), which, there)
        .scalar_subquery()
    )


def _task(row: Row[Any]) -> FeedTask:
    first = None
    if row.first_date is not None:
        first = Due(row.first_date, row.first_time, row.first_tz)
    return FeedTask(
        id=row.id,
        number=row.number,
        title=row.title,
        description=row.description,
        status=row.status,
        due=Due(row.due_date, row.due_time, row.due_tz),
        duration_minutes=row.duration_minutes,
        reminders=tuple(row.lead_times or ()),
        moments=tuple(row.moments or ()),
        rrule=row.rrule,
        repeats_from_schedule=row.repeat_from == "schedule",
        series_id=row.series_id,
        first=first,
        updated_at=row.changed_at,
    )
