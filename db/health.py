"""Health: how much waits in PostgreSQL, and whether its schema is this code's."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.health import DeliveryHealth, Failed, Queue, Waiting
from db.migrate import revisions
from db.transactions import plain_transaction


class SqlHealth:
    """One look at what waits, in all teams. Raises StorageAway."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._revisions = revisions()

    async def waiting(self) -> tuple[Waiting, bool]:
        """And whether the schema fits: one newer than this code's is a newer process's doing, and no fault."""
        async with plain_transaction(self._engine) as link:
            row = (await link.execute(text("SELECT * FROM health(:now)"), {"now": datetime.now(UTC)})).one()
        found = Waiting(
            Queue(row.overdue_deliveries, timedelta(seconds=row.oldest_delivery)),
            Queue(row.unfinished_turns, timedelta(seconds=row.oldest_turn)),
            Queue(row.owed_answers, timedelta(seconds=row.oldest_answer)),
        )
        return found, row.revision == self._revisions[-1] or row.revision not in self._revisions

    async def deliveries(self, now: datetime, since: datetime) -> DeliveryHealth:
        """See crm.health.HealthDoors."""
        async with plain_transaction(self._engine) as link:
            row = (
                await link.execute(
                    text("SELECT * FROM delivery_health(:now, :since)"), {"now": now, "since": since}
                )
            ).one()
            failed = (await link.execute(text("SELECT * FROM failed_deliveries()"))).all()
        return DeliveryHealth(
            due=row.due,
            leased=row.leased,
            sent=row.sent,
            median=None if row.median is None else timedelta(seconds=row.median),
            worst=None if row.worst is None else timedelta(seconds=row.worst),
            failed=[Failed(one.reason, one.times, one.latest_id, one.latest_at) for one in failed],
        )
