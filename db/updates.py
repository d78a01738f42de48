"""Updates: the row that says an update has had its effect, and which answer is still owed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.answers import Answer
from crm.errors import AlreadyHandled
from crm.updates import Arrival, Beginning, Notice, Postponed
from db.dialogs import at_key
from db.models.updates import dialogs
from db.models.updates import handled_updates as updates
from db.transactions import by_statement, plain_transaction

_BEGIN = text(
    # what is counted are ends of the process, which an unflushed commit survives
    "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true)),"
    " before AS (SELECT FROM handled_updates WHERE bot_id = :bot_id AND update_id = :update_id)"
    " INSERT INTO handled_updates AS mine (bot_id, update_id, attempts, begun_at)"
    " SELECT :bot_id, :update_id, 1, now() FROM quick"
    " ON CONFLICT (bot_id, update_id) DO UPDATE SET attempts = mine.attempts"
    " RETURNING attempts + (SELECT count(*) FROM before) AS attempts, handled_at, answered_at, answer, postponed"
)
_GIVEN = insert(updates).values(
    {name: bindparam(name) for name in ("bot_id", "update_id", "begun_at", "handled_at", "answer")}
)
_FINISH = _GIVEN.on_conflict_do_update(
    index_elements=[updates.c.bot_id, updates.c.update_id],
    set_={"handled_at": _GIVEN.excluded.handled_at, "answer": _GIVEN.excluded.answer},
    where=updates.c.handled_at.is_(None),
).returning(updates.c.update_id)
PURGE_PATIENCE = 60.0  # seconds; a week of updates goes at once


class SqlUpdates:
    """See crm.updates.UpdateStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def owe(self, notices: Sequence[Notice]) -> None:
        await owe(self._link, notices)

    async def finish(self, arrival: Arrival, answer: Answer | None, notices: Sequence[Notice] = ()) -> None:
        now = datetime.now(UTC)
        values = {
            "bot_id": arrival.bot_id,
            "update_id": arrival.update_id,
            "begun_at": now,
            "handled_at": now,
            "answer": answer.to_json() if answer else None,
        }
        done = await self._link.execute(_FINISH, values)
        if done.one_or_none() is None:
            raise AlreadyHandled(f"update {arrival.update_id} has had its effect")
        if arrival.closes is not None:
            await self._link.execute(delete(dialogs).where(at_key(arrival.closes)))
        await owe(self._link, notices)


async def owe(link: AsyncConnection, notices: Sequence[Notice]) -> None:
    """Write down what is to be sent, in the caller's transaction."""
    now = datetime.now(UTC)
    rows = [
        {
            "bot_id": notice.bot_id,
            "update_id": notice.owed.update_id,
            "begun_at": now,
            "handled_at": now,
            "answer": notice.owed.answer.to_json(),
            "postponed": {"address": dict(notice.owed.address), "tries": notice.owed.tries},
            "postponed_until": notice.until,
        }
        for notice in notices
    ]
    if rows:
        await link.execute(insert(updates), rows)


class SqlUpdateJournal:
    """See crm.updates.UpdateJournal."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._at_once = by_statement(engine)

    async def begin(self, bot_id: int, update_id: int) -> Beginning:
        async with plain_transaction(self._at_once) as link:
            row = (await link.execute(_BEGIN, {"bot_id": bot_id, "update_id": update_id})).one()
        owed = row.answer if row.handled_at and not row.answered_at and row.postponed is None else None
        return Beginning(row.attempts, row.handled_at is not None, Answer.from_json(owed) if owed else None)

    async def count_attempt(self, bot_id: int, update_id: int) -> None:
        await self._set(bot_id, update_id, attempts=updates.c.attempts + 1)

    async def answered(self, bot_id: int, update_id: int) -> None:
        """The answer itself is forgotten: nobody will ask for it again, and it may hold a link or a phone.

        What had no effect, a list that was shown, is handled by that too, and not shown again.
        """
        handled_at = func.coalesce(updates.c.handled_at, func.now())
        await self._set(
            bot_id, update_id, handled_at=handled_at, answered_at=func.now(), answer=null(), postponed=null()
        )

    async def postpone(self, bot_id: int, postponed: Postponed, until: datetime) -> None:
        await self._set(
            bot_id,
            postponed.update_id,
            handled_at=func.coalesce(updates.c.handled_at, func.now()),
            answer=postponed.answer.to_json(),
            postponed={"address": dict(postponed.address), "tries": postponed.tries},
            postponed_until=until,
        )

    async def due(
        self, bot_id: int, now: datetime, *, lease: timedelta, limit: int = 50
    ) -> Sequence[Postponed]:
        ready = (
            select(updates.c.update_id)
            .where(
                updates.c.bot_id == bot_id, updates.c.postponed.is_not(None), updates.c.postponed_until <= now
            )
            .order_by(updates.c.postponed_until, updates.c.update_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("ready")  # looked for once: as a subquery some plans look again for each row, and take more
        )
        async with plain_transaction(self._engine) as link:
            taken = await link.execute(
                update(updates)
                .where(updates.c.bot_id == bot_id, updates.c.update_id.in_(select(ready.c.update_id)))
                .values(postponed_until=now + lease)
                .returning(updates.c.update_id, updates.c.postponed, updates.c.answer)
            )
            rows = sorted(taken.all(), key=lambda row: int(row.update_id))
        return [
            Postponed(
                row.update_id, row.postponed["address"], Answer.from_json(row.answer), row.postponed["tries"]
            )
            for row in rows
        ]

    async def give_up(self, bot_id: int, update_id: int) -> None:
        """An answer that nobody will send is forgotten as one that was sent."""
        await self._set(
            bot_id, update_id, handled_at=func.now(), answered_at=func.now(), answer=null(), postponed=null()
        )

    async def purge(self, before: datetime) -> None:
        async with plain_transaction(self._engine, patience=PURGE_PATIENCE) as link:
            await link.execute(text("SELECT purge(:before)"), {"before": before})

    async def _set(self, bot_id: int, update_id: int, **values: object) -> None:
        async with plain_transaction(self._at_once) as link:
            await link.execute(
                update(updates)
                .where(updates.c.bot_id == bot_id, updates.c.update_id == update_id)
                .values(**values)
            )
