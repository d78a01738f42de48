"""Budgets: whose spending one limits, what may be typed for it, and the sentence when it has no room for a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crm.errors import N_, BadInput, CrmError
from crm.people import Actor
from crm.updates import Notice

MICROS = 1_000_000  # of a US dollar; money is kept in whole millionths of it
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
class Refusal:
    """The budget that has no room for a call. `is_news`: nobody was told today that it is used up."""

    scope: Scope
    period: Period
    micros: int
    is_news: bool = False


class BudgetSpent(CrmError):
    """A budget has no room for this call; the sentence is for whoever asked."""

    def __init__(self, refusal: Refusal, notices: Sequence[Notice] = ()) -> None:
        """`notices` are to be sent: what the operators hear of it, which is written down already."""
        super().__init__(REASONS[refusal.scope, refusal.period] if refusal.micros else NOTHING[refusal.scope])
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

NOTHING: Mapping[Scope, str] = {
    Scope.BOT: N_(
        "The whole bot's budget for assistants is 0, so no model was asked. Whoever runs the bot can change that;"
        " commands work on."
    ),
    Scope.TEAM: N_(
        "Your team's budget for assistants is 0, so no model was asked. Commands work on. A manager can change it:"
        " /usage"
    ),
    Scope.MEMBER: N_(
        "Your own budget for assistants is 0, so no model was asked. Commands work on. A manager can change it:"
        " /usage"
    ),
    Scope.CHAT: N_(
        "This chat's budget for assistants is 0, so no model was asked. Commands work on. A manager can change it:"
        " /usage"
    ),
    Scope.AGENT: N_(
        "This assistant's budget is 0, so no model was asked. Other assistants and commands work on."
    ),
}
"""Of a budget of 0, which no new day fills."""


def holding(budgets: Sequence[Budget], actor: Actor) -> list[Budget]:
    """Those that limit a member wherever they ask: the team's, their own before that of each member, and those of each
    chat and of each assistant."""
    own = {one.period for one in budgets if (one.scope, one.target) == (Scope.MEMBER, actor.member_id)}
    return [
        one
        for one in budgets
        if (one.target is None and not (one.scope is Scope.MEMBER and one.period in own))
        or (one.scope, one.target) == (Scope.MEMBER, actor.member_id)
    ]


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
