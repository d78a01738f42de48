"""The ledger in PostgreSQL: budgets under a race, what is settled once, who sees what, and what the operator sees."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.budgets import MICROS, BudgetSpent, Period, Scope
from crm.usage import Estimate, Usage, counted
from db.storage import SqlStorage
from tests.acting import an_arrival
from tests.db.team import Team

NOW = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # the last hour of a month


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def usage(engine: AsyncEngine, clock: Clock) -> Usage:
    return Usage(SqlStorage(engine), clock, bot_micros=5 * MICROS)


async def limit(usage: Usage, team: Team, scope: Scope, period: Period, dollars: str, **more: Any) -> None:
    await usage.set_budget(
        team.anna, an_arrival(), scope, more.get("target"), period, dollars, lambda _set: Answer("ok")
    )


async def test_calls_made_at_once_never_pass_a_budget_together(usage: Usage, team: Team) -> None:
    """As replicas would: each in a transaction of its own, thirty at once, room for ten."""
    await limit(usage, team, Scope.TEAM, Period.DAY, "1")

    async def reserve(number: int) -> bool:
        actor = (team.anna, team.boris, team.clara)[number % 3]
        try:
            await usage.reserve(actor, Estimate("m", 10, MICROS // 10))
        except BudgetSpent:
            return False
        return True

    done = await asyncio.gather(*(reserve(number) for number in range(30)))
    assert sum(done) == 10


async def test_the_bots_month_is_kept_by_what_was_used_and_begins_anew(
    usage: Usage, team: Team, clock: Clock
) -> None:
    held = await usage.reserve(team.anna, Estimate("m", 10, 5 * MICROS))
    with pytest.raises(BudgetSpent) as spent:
        await usage.reserve(team.boris, Estimate("m", 10, 1))
    assert (spent.value.refusal.scope, spent.value.refusal.is_news) == (Scope.BOT, True)
    for _ in range(2):  # the second time changes nothing
        await usage.settle(team.anna, held, counted("m", 100, 10, 1.0))
    await usage.reserve(team.boris, Estimate("m", 10, 4 * MICROS))
    with pytest.raises(BudgetSpent) as again:
        await usage.reserve(team.boris, Estimate("m", 10, 1))
    assert not again.value.refusal.is_news
    clock.now += timedelta(hours=2)  # December
    await usage.reserve(team.boris, Estimate("m", 10, 5 * MICROS))


@pytest.mark.parametrize("scope", [Scope.MEMBER, Scope.CHAT, Scope.TEAM])
async def test_each_scope_counts_what_is_its_own(usage: Usage, team: Team, scope: Scope) -> None:
    await limit(usage, team, scope, Period.MONTH, "1")
    await usage.reserve(team.anna, Estimate("m", 10, MICROS))
    with pytest.raises(BudgetSpent) as spent:
        await usage.reserve(team.anna, Estimate("m", 10, 1))
    assert spent.value.refusal.scope is scope
    if scope is not Scope.TEAM:
        await usage.reserve(team.boris, Estimate("m", 10, 1))


@pytest.mark.parametrize("scope", [Scope.MEMBER, Scope.CHAT, Scope.AGENT, Scope.TEAM])
@pytest.mark.parametrize(
    ("period", "again"), [(Period.DAY, timedelta(days=1)), (Period.MONTH, timedelta(days=31))]
)
async def test_each_has_its_days_and_its_months(
    usage: Usage, team: Team, clock: Clock, scope: Scope, period: Period, again: timedelta
) -> None:
    clock.now = datetime(2026, 10, 1, 12, tzinfo=UTC)
    [agent] = await team.database.fetch("INSERT INTO agents (slug, spec) VALUES ('a', '{}') RETURNING id")
    call = Estimate("m", 10, MICROS, agent[0])
    await limit(usage, team, scope, period, "1")
    await usage.reserve(team.anna, call)
    for hours in (0, 11):
        clock.now += timedelta(hours=hours)
        with pytest.raises(BudgetSpent) as spent:
            await usage.reserve(team.anna, call)
        assert (spent.value.refusal.scope, spent.value.refusal.period) == (scope, period)
        assert spent.value.refusal.is_news is (hours == 0)
    clock.now += again
    await usage.reserve(team.anna, call)
    await limit(usage, team, scope, period, "0")
    with pytest.raises(BudgetSpent, match=r"budget.* is 0"):
        await usage.reserve(team.anna, call)
    await limit(usage, team, scope, period, "off")
    await usage.reserve(team.anna, call)


async def test_an_agents_budget_counts_its_own_calls(usage: Usage, team: Team) -> None:
    rows = await team.database.fetch(
        "INSERT INTO agents (slug, spec, budget_micros) VALUES ('a', '{}', 10), ('b', '{}', NULL) RETURNING id"
    )
    with pytest.raises(BudgetSpent) as spent:
        await usage.reserve(team.anna, Estimate("m", 10, 11, rows[0][0]))
    assert (spent.value.refusal.scope, spent.value.refusal.period) == (Scope.AGENT, Period.MONTH)
    await usage.reserve(team.anna, Estimate("m", 10, 11, rows[1][0]))


async def test_ones_own_budget_goes_before_that_of_each(usage: Usage, team: Team) -> None:
    await limit(usage, team, Scope.MEMBER, Period.DAY, "0")
    await limit(usage, team, Scope.MEMBER, Period.DAY, "1", target=team.boris.member_id)
    await usage.reserve(team.boris, Estimate("m", 10, MICROS))
    with pytest.raises(BudgetSpent):
        await usage.reserve(team.anna, Estimate("m", 10, 1))


async def test_members_see_their_own_and_managers_all_by_name(usage: Usage, team: Team) -> None:
    for actor in (team.anna, team.boris):
        held = await usage.reserve(actor, Estimate("m", 10, 10))
        await usage.settle(actor, held, counted("m", 10, 5, None))
    mine = await usage.show(team.boris)
    assert (mine.mine.today.unpriced, mine.shares) == (15, None)
    all_of_it = await usage.show(team.anna)
    assert all_of_it.team is not None
    assert all_of_it.team.month.unpriced == 30
    assert all_of_it.shares is not None
    spent = [one.name for one in all_of_it.shares[Scope.MEMBER] if one.month.calls]
    assert set(spent) == {"Анна", "Борис"}


async def test_who_spent_nothing_can_be_given_a_budget_too(usage: Usage, team: Team) -> None:
    seen = await usage.show(team.anna)
    assert seen.shares is not None
    members = {one.name: one.id for one in seen.shares[Scope.MEMBER]}
    assert members["Борис"] == team.boris.member_id
    assert all(one.month.calls == 0 for one in seen.shares[Scope.MEMBER])
    await limit(usage, team, Scope.MEMBER, Period.DAY, "1")
    await limit(usage, team, Scope.MEMBER, Period.DAY, "2", target=team.boris.member_id)
    held = (await usage.show(team.boris)).budgets
    assert [(one.target, one.micros) for one in held] == [(team.boris.member_id, 2 * MICROS)]
    assert [one.micros for one in (await usage.show(team.clara)).budgets] == [MICROS]


async def test_the_whole_bots_sums_are_for_operators_alone(
    engine: AsyncEngine, usage: Usage, team: Team
) -> None:
    await usage.reserve(team.anna, Estimate("m", 10, 7))
    async with SqlStorage(engine).transaction(team.boris) as unit:
        assert (await unit.usage.everyone(NOW)).month.micros == 0
    await team.database.fetch("UPDATE people SET is_operator = true WHERE id = $1", team.boris.person_id)
    async with SqlStorage(engine).transaction(team.boris) as unit:
        assert (await unit.usage.everyone(NOW)).month.micros == 7


async def test_a_turn_keeps_what_its_calls_cost(engine: AsyncEngine, usage: Usage, team: Team) -> None:
    [agent] = await team.database.fetch("INSERT INTO agents (slug, spec) VALUES ('a', '{}') RETURNING id")
    [talk] = await team.database.fetch(
        "INSERT INTO conversations (workspace_id, chat_id, agent_id) VALUES ($1, $2, $3) RETURNING id",
        team.anna.workspace_id, team.anna.chat_id, agent[0],
    )  # fmt: skip
    [turn] = await team.database.fetch(
        "INSERT INTO turns (workspace_id, conversation_id, member_id, user_text, asked_at, reason)"
        " VALUES ($1, $2, $3, 'x', now(), 'default') RETURNING id",
        team.anna.workspace_id, talk[0], team.anna.member_id,
    )  # fmt: skip
    for _ in range(2):  # two steps
        held = await usage.reserve(team.anna, Estimate("m", 10, 10, agent[0], turn[0]))
        await usage.settle(team.anna, held, counted("m", 10, 5, 0.25))
    [kept] = await team.database.fetch("SELECT cost_micros FROM turns WHERE id = $1", turn[0])
    assert kept[0] == MICROS // 2
