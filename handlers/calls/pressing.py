"""Pressing a button of a call's card: which call, as of which version, and what to show when it has changed since."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime

from crm.answers import Answer
from crm.calls import Call, Calls
from crm.errors import Stale
from crm.people import Actor
from handlers.calls.cards import call_card
from handlers.texts import gettext as _


@dataclass(frozen=True, slots=True)
class Press:
    """`c:<call>.<version>:<what>` or `c:<call>.<version>:<what>:<value>`; a way back carries no version."""

    call_id: int
    version: int | None
    what: str
    value: str


def press_of(data: str) -> Press:
    _mark, which, what, value = (*data.split(":", 3), "")[:4]
    call_id, _point, version = which.partition(".")
    return Press(int(call_id), int(version) if version else None, what, value)


async def or_as_it_is(
    doing: Awaitable[Answer], press: Press, actor: Actor, calls: Calls, now: datetime
) -> Answer:
    """What the press does, or the card as it is by now when it was drawn before a change. Raises NotFound."""
    try:
        return await doing
    except Stale as stale:
        call: Call = await calls.show(actor, press.call_id)
        return call_card(call, actor, now, edit=True, head=_(stale.text))
