"""Usage, as lines of a ledger that doors write; what is a member's to see is added up under the policies."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.budgets import Budget, Period, Refusal, Scope
from crm.faults import Operator
from crm.usage import Estimate, Share, Sum, Used
from db.faults import operators
from db.models.agents import agents
from db.models.chats import chats
from db.models.usage import budgets, spends

_OF: dict[Scope, ColumnElement[int]] = {
    Scope.TEAM: spends.c.workspace_id,
    Scope.MEMBER: spends.c.member_id,
    Scope.CHAT: spends.c.chat_id,
    Scope.AGENT: spends.c.agent_id,
}
MOST_SHOWN = 50  # shares of each kind

_RESERVE = text("SELECT * FROM reserve_spend(:agent, :turn, :model, :micros, :tokens, :now, :bot)")
_SETTLE = text("SELECT settle_spend(:spend, :model, :input, :output, :micros, :priced)")


class SqlUsage:
    """See crm.usage.UsageStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def reserve(self, estimate: Estimate, now: datetime, bot_micros: int) -> int | Refusal:
        found = await self._link.execute(
            _RESERVE,
            {
                "agent": estimate.agent_id,
                "turn": estimate.turn_id,
                "model": estimate.model,
                "micros": estimate.micros,
                "tokens": estimate.tokens,
                "now": now,
                "bot": bot_micros,
            },
        )
        row = found.one()
        if row.spend_id is not None:
            return int(row.spend_id)
        return Refusal(Scope(row.scope), Period(row.period), row.budget_micros, row.is_news)

    async def operators(self) -> Sequence[Operator]:
        return await operators(self._link)

    async def settle(self, spend_id: int, used: Used) -> None:
        await self._link.execute(
            _SETTLE,
            {
                "spend": spend_id,
                "model": used.model,
                "input": used.input_tokens,
                "output": used.output_tokens,
                "micros": used.micros,
                "priced": used.is_priced,
            },
        )

    async def shares(self, scope: Scope, now: datetime) -> Sequence[Share]:
        day, month = _begins(now)
        key = _OF[scope]
        query = _sums(day, month).where(spends.c.workspace_id == self._workspace_id)
        if scope is Scope.TEAM:
            return [_share(self._workspace_id, None, (await self._link.execute(query)).one())]
        grouped = query.add_columns(key.label("id")).where(key.is_not(None)).group_by(key)
        rows = (
            await self._link.execute(grouped.order_by(text("month_tokens DESC"), key).limit(MOST_SHOWN))
        ).all()
        names = await self._names(scope, [row.id for row in rows])
        return [_share(row.id, names.get(row.id), row) for row in rows]

    async def named(self, scope: Scope) -> Mapping[int, str]:
        if scope is Scope.MEMBER:
            rows = await self._link.execute(text("SELECT id, name FROM team_members() ORDER BY id"))
            return {row.id: row.name for row in rows}
        groups = select(chats.c.id, chats.c.title).where(
            chats.c.workspace_id == self._workspace_id, chats.c.kind == "group"
        )
        found = await self._link.execute(groups.order_by(chats.c.id.desc()).limit(MOST_SHOWN))
        return {row.id: row.title or "…" for row in found}

    async def everyone(self, now: datetime) -> Share:
        day, month = _begins(now)
        found = await self._link.execute(
            text("SELECT * FROM usage_in_all(:day, :month)"), {"day": day, "month": month}
        )
        row = found.one_or_none()
        return _share(0, None, row) if row is not None else Share(0, None, Sum(), Sum())

    async def budgets(self) -> Sequence[Budget]:
        rows = await self._link.execute(
            select(budgets)
            .where(budgets.c.workspace_id == self._workspace_id)
            .order_by(budgets.c.scope, budgets.c.target.nulls_first(), budgets.c.period)
        )
        return [Budget(row.id, Scope(row.scope), Period(row.period), row.micros, row.target) for row in rows]

    async def set_budget(self, scope: Scope, target: int | None, period: Period, micros: int | None) -> None:
        if micros is None:
            await self._link.execute(
                delete(budgets).where(
                    budgets.c.workspace_id == self._workspace_id,
                    budgets.c.scope == scope.value,
                    budgets.c.target.is_not_distinct_from(target),
                    budgets.c.period == period.value,
                )
            )
            return
        await self._link.execute(
            insert(budgets)
            .values(
                workspace_id=self._workspace_id,
                scope=scope.value,
                target=target,
                period=period.value,
                micros=micros,
            )
            .on_conflict_do_update(
                index_elements=["workspace_id", "scope", "target", "period"], set_={"micros": micros}
            )
        )

    async def _names(self, scope: Scope, ids: Sequence[int]) -> dict[int, str | None]:
        if scope is Scope.MEMBER:
            return dict(await self.named(scope))
        if scope is Scope.CHAT:
            found = await self._link.execute(
                select(chats.c.id, chats.c.title).where(chats.c.id.in_(ids), chats.c.kind == "group")
            )
        else:
            found = await self._link.execute(
                select(agents.c.id, agents.c.slug.label("title")).where(agents.c.id.in_(ids))
            )
        return {row.id: row.title for row in found}


def _begins(now: datetime) -> tuple[datetime, datetime]:
    """Of this day and this month, UTC."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return today, today.replace(day=1)


def _sums(day: datetime, month: datetime) -> Select[Any]:
    tokens = spends.c.input_tokens + spends.c.output_tokens
    priced = or_(spends.c.is_priced, spends.c.settled_at.is_(None))
    today = spends.c.at >= day

    def total(what: ColumnElement[Any], *when: ColumnElement[bool]) -> ColumnElement[Any]:
        summed = func.sum(what)
        return func.coalesce(summed.filter(*when) if when else summed, 0)

    return select(
        total(spends.c.micros, today, priced).label("day_micros"),
        total(tokens, today).label("day_tokens"),
        total(tokens, today, ~priced).label("day_unpriced"),
        func.count().filter(today).label("day_calls"),
        total(spends.c.micros, priced).label("month_micros"),
        total(tokens).label("month_tokens"),
        total(tokens, ~priced).label("month_unpriced"),
        func.count().label("month_calls"),
    ).where(spends.c.at >= month)


def _share(key: int, name: str | None, row: Row[Any]) -> Share:
    day, month = (
        Sum(*(int(row._mapping[f"{period}_{what}"]) for what in ("micros", "tokens", "unpriced", "calls")))
        for period in ("day", "month")
    )
    return Share(key, name, day, month)
