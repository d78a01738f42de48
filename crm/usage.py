"""Usage: what assistants cost, whose it counts to, and the budgets that stop a call before it is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, CrmError, NotAllowed
from crm.faults import Operator
from crm.people import Actor, Role
from crm.storage import Storage
from crm.updates import Arrival, Notice

MICROS = 1_000_000  # of a US dollar; money is kept in whole millionths of it
TOKEN_MICROS = (
    1  # what a token of a model without a known price counts as: a dollar of budget is a million tokens
)
MOST = 100_000  # US dollars a budget may be at most


class Scope(StrEnum):
    """Whose spending a budget limits. BOT is the whole bot's (MODEL_BUDGET_MONTH), TEAM all of one team."""

    BOT = "bot"
    TEAM = "team"
    MEMBER = "member"
    CHAT = "chat"
    AGENT = "agent"


class Period(StrEnum):
    """Calendar days and months, UTC."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Budget:
    """A team's limit in millionths of a dollar. `target` is a member's, chat's or agent's id; None: each of them."""

    id: int
    scope: Scope
    period: Period
    micros: int
    target: int | None = None


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
class Refusal:
    """The budget that has no room for a call. `is_news`: nobody was told today that it is used up."""

    scope: Scope
    period: Period
    micros: int
    is_news: bool = False


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
    """What somebody may see: their own sums, and who manages a team all of its shares and budgets."""

    mine: Share
    team: Share | None = None
    shares: Mapping[Scope, Sequence[Share]] | None = None
    budgets: Sequence[Budget] = ()
    everyone: Share | None = None  # the whole bot's, for operators
    bot_micros: int | None = None


class BudgetSpent(CrmError):
    """A budget has no room for this call; the sentence is for whoever asked."""

    def __init__(self, refusal: Refusal, notices: Sequence[Notice] = ()) -> None:
        """`notices` are to be sent: what the operators hear of it, which is written down already."""
        super().__init__(REASONS[refusal.scope, refusal.period])
        self.refusal = refusal
        self.notices = notices


REASONS: Mapping[tuple[Scope, Period], str] = {
    (Scope.BOT, Period.MONTH): N_(
        "This month's budget of the whole bot is used up, so no model was asked. Assistants answer again next"
        " month (UTC), or once whoever runs the bot raises it; commands work on."
    ),
    (Scope.TEAM, Period.DAY): N_(
        "Your team's budget for assistants is used up for today, so no model was asked. They answer again tomorrow"
        " (UTC); commands work on. A manager can change it: /usage"
    ),
    (Scope.TEAM, Period.MONTH): N_(
        "Your team's budget for assistants is used up for this month, so no model was asked. They answer again next"
        " month (UTC); commands work on. A manager can change it: /usage"
    ),
    (Scope.MEMBER, Period.DAY): N_(
        "Your own budget for assistants is used up for today, so no model was asked. They answer again tomorrow"
        " (UTC); commands work on. A manager can change it: /usage"
    ),
    (Scope.MEMBER, Period.MONTH): N_(
        "Your own budget for assistants is used up for this month, so no model was asked. They answer again next"
        " month (UTC); commands work on. A manager can change it: /usage"
    ),
    (Scope.CHAT, Period.DAY): N_(
        "This chat's budget for assistants is used up for today, so no model was asked. They answer again tomorrow"
        " (UTC); commands work on. A manager can change it: /usage"
    ),
    (Scope.CHAT, Period.MONTH): N_(
        "This chat's budget for assistants is used up for this month, so no model was asked. They answer again next"
        " month (UTC); commands work on. A manager can change it: /usage"
    ),
    (Scope.AGENT, Period.DAY): N_(
        "This assistant's budget is used up for today, so no model was asked. It answers again tomorrow (UTC);"
        " other assistants and commands work on."
    ),
    (Scope.AGENT, Period.MONTH): N_(
        "This assistant's budget is used up for this month, so no model was asked. It answers again next month"
        " (UTC); other assistants and commands work on."
    ),
}


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
        """One's own; for who manages the team also its shares and budgets, for operators the bot's total."""
        now = self._clock()
        async with self._storage.transaction(actor) as unit:
            members = await unit.usage.shares(Scope.MEMBER, now)
            none = Share(actor.member_id, actor.display_name, Sum(), Sum())
            mine = next((one for one in members if one.id == actor.member_id), none)
            everyone = await unit.usage.everyone(now) if actor.is_operator else None
            bot_micros = self._bot_micros if actor.is_operator else None
            if not manages(actor):
                return UsageView(mine, everyone=everyone, bot_micros=bot_micros)
            (team,) = await unit.usage.shares(Scope.TEAM, now)
            shares = {
                Scope.MEMBER: members,
                Scope.CHAT: await unit.usage.shares(Scope.CHAT, now),
                Scope.AGENT: await unit.usage.shares(Scope.AGENT, now),
            }
            budgets = await unit.usage.budgets()
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


def micros_of(dollars: str) -> int | None:
    """Typed dollars as millionths, None for off. 0 stops every call. Raises BadInput."""
    typed = dollars.strip().lstrip("$").replace(",", ".").casefold()
    if typed in ("off", "no", "none", "выкл", "нет", "-"):
        return None
    try:
        value = float(typed)
    except ValueError:
        value = -1
    if not 0 <= value <= MOST:
        raise BadInput(N_("Type US dollars, for example 2 or 0.50, or off."))
    return round(value * MICROS)


def counted(model: str, input_tokens: int, output_tokens: int, dollars: float | None) -> Used:
    """A call in millionths of a dollar; by its tokens where no price is known."""
    tokens = input_tokens + output_tokens
    micros = tokens * TOKEN_MICROS if dollars is None else -int(-dollars * MICROS // 1)
    return Used(model, input_tokens, output_tokens, micros, dollars is not None)


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
