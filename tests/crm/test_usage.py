"""Usage: who sees what of it, and the budgets that stop a call before it is made."""

from datetime import timedelta

import pytest

from crm.answers import Answer
from crm.budgets import MICROS, Budget, BudgetSpent, Period, Scope, holding, micros_of
from crm.errors import BadInput, NotAllowed
from crm.people import Actor, Role
from crm.usage import Estimate, Usage, counted
from tests.fakes import FakeClock, FakeStorage, an_actor, an_arrival

DOLLAR = MICROS
ANNA = an_actor(role=Role.OWNER)
BORIS = an_actor(telegram_user_id=1002, person_id=2, member_id=2, chat_id=2, role=Role.MEMBER)


class Ledger:
    def __init__(self, bot_micros: int = 5 * DOLLAR) -> None:
        self.storage, self.clock = FakeStorage(), FakeClock()
        self.usage = Usage(self.storage, self.clock, bot_micros=bot_micros)
        self._updates = 0

    async def limit(
        self, scope: Scope, period: Period, dollars: str, *, by: Actor = ANNA, target: int | None = None
    ) -> None:
        self._updates += 1
        await self.usage.set_budget(
            by, an_arrival(self._updates), scope, target, period, dollars, lambda _set: Answer("set")
        )

    async def spend(self, actor: Actor, micros: int, agent_id: int = 7) -> int:
        held = await self.usage.reserve(actor, Estimate("m", 10, micros, agent_id))
        await self.usage.settle(actor, held, counted("m", 1, 1, micros / MICROS))
        return held


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


async def test_a_call_fits_to_the_last_millionth_and_not_beyond(ledger: Ledger) -> None:
    await ledger.limit(Scope.MEMBER, Period.DAY, "1")
    await ledger.spend(ANNA, DOLLAR)
    with pytest.raises(BudgetSpent, match="Your own budget for assistants is used up for today"):
        await ledger.spend(ANNA, 1)
    await ledger.spend(BORIS, DOLLAR)  # each has their own


async def test_what_is_in_flight_counts_at_its_estimate(ledger: Ledger) -> None:
    await ledger.limit(Scope.TEAM, Period.MONTH, "1")
    held = await ledger.usage.reserve(ANNA, Estimate("m", 10, DOLLAR))
    with pytest.raises(BudgetSpent, match="Your team's budget"):
        await ledger.usage.reserve(BORIS, Estimate("m", 10, 1))
    await ledger.usage.settle(ANNA, held, counted("m", 1, 1, 0.25))
    await ledger.usage.reserve(BORIS, Estimate("m", 10, DOLLAR // 2))


@pytest.mark.parametrize("scope", [Scope.MEMBER, Scope.CHAT, Scope.AGENT, Scope.TEAM])
@pytest.mark.parametrize("period", list(Period))
async def test_each_scope_and_period_has_its_limit_and_its_sentence(
    ledger: Ledger, scope: Scope, period: Period
) -> None:
    await ledger.limit(scope, period, "0")
    with pytest.raises(BudgetSpent, match="is 0") as spent:
        await ledger.spend(ANNA, 1)
    assert (spent.value.refusal.scope, spent.value.refusal.period) == (scope, period)
    words = {Period.DAY: "for today.*tomorrow", Period.MONTH: "for this month.*next month"}[period]
    await ledger.limit(scope, period, "0.000001")
    with pytest.raises(BudgetSpent, match=f"used up {words}"):
        await ledger.spend(ANNA, 2)
    await ledger.limit(scope, period, "off")
    await ledger.spend(ANNA, 1)


async def test_tomorrow_and_next_month_begin_anew(ledger: Ledger) -> None:
    await ledger.limit(Scope.MEMBER, Period.DAY, "1")
    await ledger.spend(ANNA, DOLLAR)
    ledger.clock.move(days=1)
    await ledger.spend(ANNA, DOLLAR)
    await ledger.limit(Scope.MEMBER, Period.MONTH, "2")
    ledger.clock.move(days=1)
    with pytest.raises(BudgetSpent):
        await ledger.spend(ANNA, 1)
    ledger.clock.move(days=31)
    await ledger.spend(ANNA, 1)


async def test_a_members_own_budget_goes_before_that_of_each(ledger: Ledger) -> None:
    await ledger.limit(Scope.MEMBER, Period.DAY, "0")
    await ledger.limit(Scope.MEMBER, Period.DAY, "1", target=ANNA.member_id)
    await ledger.spend(ANNA, DOLLAR)
    with pytest.raises(BudgetSpent):
        await ledger.spend(BORIS, 1)


async def test_the_whole_bots_budget_stops_everybody(ledger: Ledger) -> None:
    await ledger.spend(ANNA, 5 * DOLLAR)
    with pytest.raises(BudgetSpent, match="whole bot") as spent:
        await ledger.spend(BORIS, 1)
    assert spent.value.refusal.is_news
    with pytest.raises(BudgetSpent) as again:
        await ledger.spend(BORIS, 1)
    assert not again.value.refusal.is_news  # said once a day
    ledger.clock.move(hours=24)
    with pytest.raises(BudgetSpent) as tomorrow:
        await ledger.spend(BORIS, 1)
    assert tomorrow.value.refusal.is_news


def test_without_a_price_tokens_are_counted() -> None:
    assert counted("own", 900, 100, None).micros == 1000
    assert not counted("own", 900, 100, None).is_priced
    assert counted("known", 900, 100, 0.0000015).micros == 2  # rounded up


async def test_a_member_sees_their_own_and_a_manager_the_teams(ledger: Ledger) -> None:
    await ledger.spend(ANNA, DOLLAR)
    await ledger.spend(BORIS, 2 * DOLLAR)
    seen = await ledger.usage.show(BORIS)
    assert (seen.mine.today.micros, seen.team, seen.shares) == (2 * DOLLAR, None, None)
    seen = await ledger.usage.show(ANNA)
    assert seen.team is not None
    assert seen.team.month.micros == 3 * DOLLAR
    assert seen.shares is not None
    assert {share.id: share.month.micros for share in seen.shares[Scope.MEMBER]} == {
        ANNA.member_id: DOLLAR,
        BORIS.member_id: 2 * DOLLAR,
    }
    assert seen.everyone is None


def test_what_holds_for_a_member() -> None:
    each = [
        Budget(1, Scope.TEAM, Period.MONTH, 9),
        Budget(2, Scope.MEMBER, Period.DAY, 1),
        Budget(3, Scope.MEMBER, Period.MONTH, 5),
        Budget(4, Scope.MEMBER, Period.DAY, 2, target=BORIS.member_id),
        Budget(5, Scope.CHAT, Period.DAY, 3),
        Budget(6, Scope.CHAT, Period.DAY, 3, target=77),
    ]
    assert [one.id for one in holding(each, BORIS)] == [1, 3, 4, 5]
    assert [one.id for one in holding(each, ANNA)] == [1, 2, 3, 5]


async def test_an_operator_sees_the_bots_total(ledger: Ledger) -> None:
    await ledger.spend(ANNA, DOLLAR)
    ledger.clock.now += timedelta(0)
    seen = await ledger.usage.show(an_actor(telegram_user_id=9, person_id=9, member_id=9, is_operator=True))
    assert seen.everyone is not None
    assert seen.everyone.month.micros == DOLLAR
    assert seen.bot_micros == 5 * DOLLAR


async def test_a_plain_member_sets_no_budget(ledger: Ledger) -> None:
    with pytest.raises(NotAllowed):
        await ledger.limit(Scope.TEAM, Period.DAY, "1", by=BORIS)


@pytest.mark.parametrize(
    ("typed", "micros"), [("2", 2 * DOLLAR), ("$0,50", DOLLAR // 2), ("0", 0), ("нет", None)]
)
def test_dollars_as_typed(typed: str, micros: int | None) -> None:
    assert micros_of(typed) == micros


@pytest.mark.parametrize("typed", ["", "much", "-1", "nan", "inf", "1000000"])
def test_what_is_no_sum_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        micros_of(typed)
