"""Usage: what assistants cost, whose it counts to, and the budgets that stop a call before it is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.budgets import MICROS, Budget, BudgetSpent, Period, Refusal, Scope, holding, micros_of
from crm.errors import N_, NotAllowed
from crm.faults import Operator
from crm.people import Actor, Role
from crm.storage import Storage
from crm.updates import Arrival, Notice

TOKEN_MICROS = (
    1  # what a token of a model without a known price counts as: a dollar of budget is a million tokens
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A call to a model before it is made, at the most that it may use."""

    model: str
    tokens: int
    micros: int
    agent_id: int | None = None
    turn_id: int | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What one call used. `is_priced` False: no price is known, and `micros` are its tokens (TOKEN_MICROS)."""

    model: str
    input_tokens: int
    output_tokens: int
    micros: int
    is_priced: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """What was spent: `micros` where prices are known, `tokens` all in all, `unpriced` of them without a price."""

    micros: int = 0
    tokens: int = 0
    unpriced: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one member, chat or agent spent; `name` None: without one, such as somebody's private chat."""

    id: int
    name: str | None
    today: Sum
    month: Sum


@dataclass(frozen=True, slots=True)
class UsageView:
    """What somebody may see: their own sums and the budgets that hold for them; who manages a team all of its shares,
    also of those that spent nothing yet, and all of its budgets."""

    mine: Share
    team: Share | None = None
    shares: Mapping[Scope, Sequence[Share]] | None = None
    budgets: Sequence[Budget] = ()
    everyone: Share | None = None  # the whole bot's, for operators
    bot_micros: int | None = None


Warn = Callable[[Refusal, Sequence[Operator]], Sequence[Notice]]


class UsageStore(Protocol):
    """The ledger of the entered team, and its budgets."""

    async def operators(self) -> Sequence[Operator]:
        """Who is told of a budget that is used up."""

    async def reserve(self, estimate: Estimate, now: datetime, bot_micros: int) -> int | Refusal:
        """Set the estimate aside, or say which budget has no room for it. One at a time in the whole bot."""

    async def settle(self, spend_id: int, used: Used) -> None:
        """What the call used in place of its estimate, also on its turn; the second time changes nothing."""

    async def shares(self, scope: Scope, now: datetime) -> Sequence[Share]:
        """What is the actor's to see, who spent most this month first. For TEAM one share."""

    async def named(self, scope: Scope) -> Mapping[int, str]:
        """The team's members or groups by id, whether they spent anything or not."""

    async def everyone(self, now: datetime) -> Share:
        """The whole bot's; nothing for anyone but an operator."""

    async def budgets(self) -> Sequence[Budget]: ...

    async def set_budget(self, scope: Scope, target: int | None, period: Period, micros: int | None) -> None:
        """None takes it away. For managers."""


class Meter(Protocol):
    """What a model's call is counted by."""

    async def reserve(self, model: str, tokens: int, micros: int) -> int:
        """Raises BudgetSpent."""

    async def settle(self, held: int, used: Used) -> None: ...


class Usage:
    """The rules of spending. A call is paid for before it is made, at an estimate, and settled after it."""

    def __init__(
        self,
        storage: Storage,
        clock: Callable[[], datetime],
        *,
        bot_micros: int,
        warn: Warn = lambda _refusal, _operators: (),
    ) -> None:
        """`warn` words what the operators hear once a day of each budget that is used up."""
        self._storage = storage
        self._clock = clock
        self._bot_micros = bot_micros
        self._warn = warn

    async def reserve(self, actor: Actor, estimate: Estimate) -> int:
        """Room for a call in every budget it counts to; the ledger's id. Raises BudgetSpent."""
        async with self._storage.transaction(actor) as unit:
            held = await unit.usage.reserve(estimate, self._clock(), self._bot_micros)
            notices: Sequence[Notice] = ()
            if isinstance(held, Refusal) and held.is_news:
                notices = self._warn(held, await unit.usage.operators())
                await unit.updates.owe(notices)
        if isinstance(held, Refusal):
            raise BudgetSpent(held, notices)
        return held

    async def settle(self, actor: Actor, held: int, used: Used) -> None:
        """A call that is never settled, since its process was killed, counts as its estimate."""
        async with self._storage.transaction(actor) as unit:
            await unit.usage.settle(held, used)

    def meter(self, actor: Actor, *, agent_id: int | None = None, turn_id: int | None = None) -> Meter:
        return _Meter(self, actor, agent_id, turn_id)

    async def show(self, actor: Actor) -> UsageView:
        """One's own and what holds for oneself; for who manages the team all of its shares and budgets, for operators
        the bot's total."""
        now = self._clock()
        async with self._storage.transaction(actor) as unit:
            members = await unit.usage.shares(Scope.MEMBER, now)
            none = Share(actor.member_id, actor.display_name, Sum(), Sum())
            mine = next((one for one in members if one.id == actor.member_id), none)
            everyone = await unit.usage.everyone(now) if actor.is_operator else None
            bot_micros = self._bot_micros if actor.is_operator else None
            budgets = await unit.usage.budgets()
            if not manages(actor):
                held = holding(budgets, actor)
                return UsageView(mine, budgets=held, everyone=everyone, bot_micros=bot_micros)
            (team,) = await unit.usage.shares(Scope.TEAM, now)
            assistants = {agent.id: agent.name(actor.language) for agent in await unit.agents.active()}
            chats = await unit.usage.shares(Scope.CHAT, now)
            shares = {
                Scope.MEMBER: _all(members, await unit.usage.named(Scope.MEMBER)),
                Scope.CHAT: _all(chats, await unit.usage.named(Scope.CHAT)),
                Scope.AGENT: _all(await unit.usage.shares(Scope.AGENT, now), assistants),
            }
        return UsageView(mine, team, shares, budgets, everyone, bot_micros)

    async def set_budget(
        self,
        actor: Actor,
        arrival: Arrival,
        scope: Scope,
        target: int | None,
        period: Period,
        dollars: str,
        reply: Reply[Budget | None],
    ) -> Answer:
        """`dollars` as typed, or off. Raises NotAllowed for who doesn't manage the team, BadInput."""
        micros = micros_of(dollars)
        if not manages(actor):
            raise NotAllowed(N_("Only owners and managers of the team set budgets."))
        async with self._storage.transaction(actor) as unit:
            before = _same(await unit.usage.budgets(), scope, target, period)
            await unit.usage.set_budget(scope, target, period, micros)
            after = _same(await unit.usage.budgets(), scope, target, period)
            if (before and before.micros) != (after and after.micros):
                told = [None if one is None else f"${one.micros / MICROS:g}" for one in (before, after)]
                changes: dict[str, object] = {"budget": told}
                await unit.activity.add(
                    Activity(
                        "budget",
                        "workspace",
                        actor.workspace_id,
                        actor_member_id=actor.member_id,
                        changes=changes,
                    )
                )
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer


def manages(actor: Actor) -> bool:
    return actor.role in (Role.OWNER, Role.MANAGER)


def counted(model: str, input_tokens: int, output_tokens: int, dollars: float | None) -> Used:
    """A call in millionths of a dollar; by its tokens where no price is known."""
    tokens = input_tokens + output_tokens
    micros = tokens * TOKEN_MICROS if dollars is None else -int(-dollars * MICROS // 1)
    return Used(model, input_tokens, output_tokens, micros, dollars is not None)


def _all(spent: Sequence[Share], names: Mapping[int, str]) -> list[Share]:
    """Who spent most first, then those who spent nothing."""
    known = {one.id for one in spent}
    named = [replace(one, name=names.get(one.id, one.name)) for one in spent]
    return [*named, *(Share(key, name, Sum(), Sum()) for key, name in names.items() if key not in known)]


def _same(budgets: Sequence[Budget], scope: Scope, target: int | None, period: Period) -> Budget | None:
    return next(
        (one for one in budgets if (one.scope, one.target, one.period) == (scope, target, period)), None
    )


@dataclass(frozen=True, slots=True)
class _Meter:
    usage: Usage
    actor: Actor
    agent_id: int | None
    turn_id: int | None

    async def reserve(self, model: str, tokens: int, micros: int) -> int:
        estimate = Estimate(model, tokens, micros, self.agent_id, self.turn_id)
        return await self.usage.reserve(self.actor, estimate)

    async def settle(self, held: int, used: Used) -> None:
        await self.usage.settle(self.actor, held, used)
