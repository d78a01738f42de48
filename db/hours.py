"""People's hours, as rows: one's own by the policies, those of colleagues by doors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.grammar.dates import Due
from crm.hours import Absence, Clock, Matter, StandIn, clock_in, moved
from crm.people import Actor, ChatKind, Role
from db.models.people import people
from db.models.reminders import reminder_deliveries as deliveries
from db.people import settings_of

WITHIN_A_DAY = ("FREQ=HOURLY", "FREQ=MINUTELY")  # rules whose clock is another each time


class SqlHours:
    """See crm.hours.HourStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def note(self, delivery_id: int, reason: str) -> None:
        await self._link.execute(
            update(deliveries).where(deliveries.c.id == delivery_id).values(reason=reason)
        )

    async def stand_in(self, now: datetime) -> StandIn | None:
        row = (await self._link.execute(text("SELECT * FROM stand_in(:now)"), {"now": now})).one_or_none()
        if row is None:
            return None
        workspace = await self._link.scalar(text("SELECT my_workspace()"))
        actor = Actor(
            person_id=row.person_id,
            telegram_user_id=row.telegram_user_id,
            display_name=row.display_name,
            language=row.language,
            timezone=row.timezone,
            workspace_id=int(workspace or 0),
            member_id=row.member_id,
            role=Role(row.role),
            chat_id=row.chat_id or 0,
            telegram_chat_id=row.private_chat_id,
            chat_kind=ChatKind.PRIVATE,
            is_operator=row.is_operator,
            is_new=False,
        )
        return StandIn(actor, row.away_until)

    async def absences(self, now: datetime) -> Sequence[Absence]:
        rows = await self._link.execute(text("SELECT * FROM absences(:now)"), {"now": now})
        return [
            Absence(row.member_id, row.name, row.until, row.substitute_id, row.substitute) for row in rows
        ]

    async def away(self, person_id: int) -> tuple[datetime, datetime] | None:
        query = select(people.c.away_since, people.c.away_until).where(people.c.id == person_id)
        row = (await self._link.execute(query)).one()
        return None if row.away_until is None else (row.away_since, row.away_until)

    async def go_away(self, until: datetime, substitute_id: int | None, now: datetime) -> None:
        await self._link.execute(
            text("SELECT go_away(:until, :substitute, :now)"),
            {"until": until, "substitute": substitute_id, "now": now},
        )

    async def come_back(self, now: datetime) -> None:
        await self._link.execute(text("SELECT come_back(:now)"), {"now": now})

    async def clocks(self, zone: str, now: datetime) -> Sequence[Clock]:
        rows = await self._link.execute(
            text("SELECT * FROM clocks_of(:zone, :now)"), {"zone": zone, "now": now}
        )
        return [
            Clock(
                row.kind, row.id, row.title, _due_of(row, zone), row.team, row.rrule is not None, row.task_id
            )
            for row in rows
        ]

    async def move_clocks(self, clocks: Sequence[Clock], zone: str) -> None:
        by_zone: dict[str, list[Clock]] = {}
        for clock in clocks:
            by_zone.setdefault(clock.due.tz, []).append(clock)
        for old, ours in by_zone.items():
            named = {kind: [one for one in ours if one.kind == kind] for kind in ("task", "reminder")}
            await self._link.execute(
                text(
                    "SELECT move_clocks(:old, :new, CAST(:tasks AS bigint[]), CAST(:task_dues AS timestamptz[]),"
                    " CAST(:reminders AS bigint[]), CAST(:reminder_dues AS timestamptz[]))"
                ),
                {
                    "old": old,
                    "new": zone,
                    **{f"{kind}s": [one.id for one in of] for kind, of in named.items()},
                    **{f"{kind}_dues": [moved(one.due, zone).at for one in of] for kind, of in named.items()},
                },
            )


def _named_by_themselves(row: Row[Any]) -> bool:
    """Whether the recipient named the moment: of a reminder of their own, of one they put off, of a task they made for
    themselves. What is said again was named by nobody."""
    if row.notice is not None or row.nag:
        return False
    if row.kind == "standalone":
        return row.source_chat_id is not None  # else it was handed over by somebody who left
    if row.occurrence_at is not None:
        return True
    at_the_time = row.due_time is not None and row.before == timedelta(0)
    return row.created_by == row.recipient_id and (row.kind == "absolute" or at_the_time)


def matter_of(row: Row[Any]) -> Matter:
    """What look_at_deliveries() says of a delivery (migrations/sql/0017_readiness.sql)."""
    has_no_clock = row.due_date is not None and row.due_time is None
    chosen_by_others = row.task_rule is not None or row.created_by != row.recipient_id
    by_default = row.kind == "relative" and row.occurrence_at is None  # no moment that somebody named
    return Matter(
        settings=settings_of(row),
        region=row.default_region,
        urgent=row.urgent or row.priority == "urgent",
        task_id=row.task_id,
        notice=row.notice,
        days_matter=row.notice is None and by_default and has_no_clock and chosen_by_others,
        asked_at=row.asked_at,
        asked_for=row.moment if _named_by_themselves(row) else None,
        away_since=row.away_since,
        away_until=row.away_until,
    )


def _due_of(row: Row[Any], zone: str) -> Due:
    if row.kind == "task":
        return Due(row.local_date, row.local_time, zone)
    clock = None if (row.rrule or "").startswith(WITHIN_A_DAY) else row.local_time
    return clock_in(row.due_at, zone, clock)
