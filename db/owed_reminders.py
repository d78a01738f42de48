"""Reminders of a task that are owed still: their moment came, and they were not sent yet or are being said again."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.grammar.dates import Due
from crm.reasons import Why
from crm.reminders import Heard
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders

COMING = ("pending", "leased")
_occurrence = func.coalesce(deliveries.c.occurrence_at, deliveries.c.due_at)


async def owed_reminders(
    link: AsyncConnection, task_id: int, passed: Mapping[timedelta, Due], now: datetime
) -> Mapping[int, timedelta]:
    """The ids of those so long before the due whose moment is that still, and is owed; what a person put off is no
    longer one of them."""
    if not passed:
        return {}
    wanted = [(before, due.date, due.time, due.tz) for before, due in passed.items()]
    of_it = (deliveries.c.reminder_id == reminders.c.id) & deliveries.c.state.in_(COMING)
    was_put_off = deliveries.c.occurrence_at.is_not(None) & (deliveries.c.nag == 0)
    found = await link.execute(
        select(reminders.c.id, reminders.c.before).where(
            reminders.c.task_id == task_id,
            reminders.c.kind == "relative",
            reminders.c.deleted_at.is_(None),
            reminders.c.paused_at.is_(None),
            tuple_(
                reminders.c.before, reminders.c.local_date, reminders.c.local_time, reminders.c.timezone
            ).in_(wanted),
            select(deliveries.c.id).where(of_it, _occurrence <= now).exists(),
            ~select(deliveries.c.id).where(of_it, was_put_off).exists(),
        )
    )
    return {row.id: row.before for row in found}


async def pass_on(
    link: AsyncConnection, workspace_id: int, ids: Collection[int], heard: Heard, reason: str
) -> None:
    """They say what their task says now, to whoever does it now: somebody else gets each from the beginning."""
    if not ids:
        return
    await link.execute(
        update(reminders)
        .where(reminders.c.id.in_(ids))
        .values(text=heard.text, urgent=heard.urgent, recipient_id=heard.recipient_id)
    )
    if heard.urgent:
        await look_again(link, ids)
    ended = await link.execute(
        update(deliveries)
        .where(
            deliveries.c.reminder_id.in_(ids),
            deliveries.c.recipient_id != heard.recipient_id,
            deliveries.c.state.in_(COMING),
        )
        .values(state="skipped", reason=reason, lease=None)
        .returning(deliveries.c.reminder_id, _occurrence.label("occurrence"))
    )
    for reminder_id, occurrence in {(row.reminder_id, row.occurrence) for row in ended}:
        await link.execute(
            insert(deliveries)
            .values(
                workspace_id=workspace_id,
                reminder_id=reminder_id,
                recipient_id=heard.recipient_id,
                due_at=occurrence,
                reason=Why.PASSED_ON,
            )
            .on_conflict_do_update(  # it was theirs before
                index_elements=["workspace_id", "reminder_id", "due_at", "recipient_id"],
                set_={"state": "pending", "reason": Why.PASSED_ON, "next_retry_at": None, "lease": None},
            )
        )


async def look_again(link: AsyncConnection, ids: Collection[int]) -> None:
    """What waits for somebody's hours is looked at now: it may have become urgent."""
    await link.execute(
        update(deliveries)
        .where(
            deliveries.c.reminder_id.in_(ids),
            deliveries.c.state == "pending",
            deliveries.c.reason.in_((Why.QUIET, Why.DAY_OFF, Why.AWAY)),
        )
        .values(next_retry_at=None)
    )
