"""Pace: a question to an assistant costs a model call, and who asks faster than that is told so once."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from crm.answers import Answer
from crm.errors import N_, BadInput
from crm.limits import TURN_COST, Limits, Pace
from crm.people import Actor
from handlers.texts import gettext as _

_TOO_MANY = N_("That is more questions than I can answer at once. Ask again in a minute.")


async def at_pace(
    limits: Limits, actor: Actor, now: datetime, ask: Callable[[], Awaitable[Answer | None]]
) -> Answer | None:
    """What `ask` answers, or that there were too many; nothing for who was told so within the minute."""
    pace = limits.spend(actor.telegram_user_id, TURN_COST, now)
    if pace is Pace.TOO_FAST:
        return Answer(_(_TOO_MANY))
    return await ask() if pace is Pace.FINE else None


def demand_pace(limits: Limits, actor: Actor, now: datetime) -> None:
    """Before what is pressed or typed into a question, which then stays open. Raises BadInput when it is too much."""
    if limits.spend(actor.telegram_user_id, TURN_COST, now) is not Pace.FINE:
        raise BadInput(_TOO_MANY)
