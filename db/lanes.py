"""Lanes: updates that any replica may get, one of each chat at a time, by a lease on the update's own row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Update, case, func, null, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.answers import Answer
from crm.updates import LANE_LEASE, Beginning, Place
from db.models.updates import handled_updates as updates
from db.transactions import plain_transaction

# Two replicas that look at one lane do it one after the other, for the moment of the look: PostgreSQL's clock is
# the only one, and each statement after the lock sees what was committed before it.
_ALONE = text(
    "SELECT set_config('synchronous_commit', 'off', true),"
    " pg_advisory_xact_lock(hashtextextended(:lane, :bot_id))"
)
# What another process holds in this lane keeps us out. What we hold there ourselves can only be left from a time
# when it could not be given back: within a process, updates of a lane wait for each other in memory.
# An attempt is one that might have ended its process, so any but the first is counted as its effect begins: what only
# waited for its chat or for others must not be passed with whatever ends processes. The same process, alive, does not
# count itself twice.
_TAKE = text(
    "WITH before AS (SELECT holder FROM handled_updates WHERE bot_id = :bot_id AND update_id = :update_id)"
    " INSERT INTO handled_updates AS mine"
    " (bot_id, update_id, attempts, begun_at, lane, holder, lease_until)"
    " SELECT :bot_id, :update_id, 1, now(), :lane, :holder, clock_timestamp() + :lease"
    " WHERE NOT EXISTS (SELECT FROM handled_updates WHERE bot_id = :bot_id AND lane = :lane"
    " AND lease_until > clock_timestamp() AND holder <> :holder)"
    " ON CONFLICT (bot_id, update_id) DO UPDATE SET lane = excluded.lane, holder = excluded.holder,"
    " lease_until = excluded.lease_until"
    " RETURNING attempts + (SELECT count(*) FROM before WHERE holder IS DISTINCT FROM :holder) AS attempts,"
    " handled_at, answered_at, answer, postponed"
)

_SETTLED = updates.c.postponed.is_(None)  # nobody is to send the answer later


class SqlLanes:
    """See crm.updates.UpdateLanes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def take(self, place: Place) -> Beginning | None:
        given = {"bot_id": place.bot_id, "lane": place.lane}
        more = {"update_id": place.update_id, "holder": place.holder, "lease": LANE_LEASE}
        async with plain_transaction(self._engine) as link:
            await link.execute(_ALONE, given)
            row = (await link.execute(_TAKE, given | more)).one_or_none()
            if row is None:
                return await _finished(link, place)
        owed = row.answer if row.handled_at and not row.answered_at and row.postponed is None else None
        return Beginning(row.attempts, row.handled_at is not None, Answer.from_json(owed) if owed else None)

    async def count_attempt(self, place: Place) -> None:
        async with plain_transaction(self._engine) as link:
            await link.execute(
                update(updates)
                .where(
                    updates.c.bot_id == place.bot_id,
                    updates.c.update_id == place.update_id,
                    updates.c.holder == place.holder,
                )
                .values(attempts=updates.c.attempts + 1)
            )

    async def finish(self, place: Place) -> None:
        """The answer is forgotten: nobody will ask for it again, and it may hold a link or a phone. One that is
        postponed is kept for whoever sends it, also when the update comes again meanwhile."""
        told = {
            "answered_at": case((_SETTLED, _now(updates.c.answered_at)), else_=updates.c.answered_at),
            "answer": case((_SETTLED, null()), else_=updates.c.answer),
        }
        async with plain_transaction(self._engine) as link:
            await link.execute(
                update(updates)
                .where(updates.c.bot_id == place.bot_id, updates.c.update_id == place.update_id)
                .values(handled_at=_now(updates.c.handled_at), holder=None, lease_until=None, **told)
            )

    async def release(self, place: Place) -> None:
        async with plain_transaction(self._engine) as link:
            await link.execute(
                _given_back().where(
                    updates.c.bot_id == place.bot_id,
                    updates.c.update_id == place.update_id,
                    updates.c.holder == place.holder,
                )
            )

    async def stay(self, bot_id: int, holder: str, update_ids: Sequence[int]) -> None:
        mine = (
            (updates.c.bot_id == bot_id) & (updates.c.holder == holder) & updates.c.lease_until.is_not(None)
        )
        async with plain_transaction(self._engine) as link:
            await link.execute(
                update(updates)
                .where(mine, updates.c.update_id.in_(update_ids))
                .values(lease_until=func.clock_timestamp() + LANE_LEASE)
            )
            await link.execute(_given_back().where(mine, updates.c.update_id.not_in(update_ids)))


def _now(column: Column[Any]) -> ColumnElement[Any]:
    """Since it was first so."""
    return func.coalesce(column, func.now())


def _given_back() -> Update:
    return update(updates).values(
        attempts=func.greatest(updates.c.attempts - 1, 0), holder=None, lease_until=None
    )


async def _finished(link: AsyncConnection, place: Place) -> Beginning | None:
    """The chat is busy, which is nothing to an update that is through."""
    done = await link.scalar(
        text(
            "SELECT attempts FROM handled_updates"
            " WHERE bot_id = :bot_id AND update_id = :update_id AND (answered_at IS NOT NULL OR postponed IS NOT NULL)"
        ),
        {"bot_id": place.bot_id, "update_id": place.update_id},
    )
    return None if done is None else Beginning(done, handled=True, owed=None)
