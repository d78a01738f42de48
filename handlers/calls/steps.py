"""What follows from a call: the next step by a button, and tasks and times that the card offers at one tap."""

from collections.abc import Callable
from datetime import UTC, datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from crm.answers import Answer
from crm.calls import Call, CallCards, Calls
from crm.calls.cards import too_old
from crm.calls.next_steps import due_at, due_in, next_week
from crm.grammar.dates import Due
from crm.people import Actor
from crm.updates import Arrival
from handlers.calls.buttons import STAMP
from handlers.calls.cards import call_card
from handlers.calls.menus import MARK
from handlers.calls.pressing import or_as_it_is, press_of
from handlers.calls.words import is_number
from handlers.texts import gettext as _

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="call steps")
    own.callback_query.register(plan_next, F.data.regexp(MARK + r":(next:(1|3|week)|retry:\d{8}T\d{4})$"))
    own.callback_query.register(take_offer, F.data.regexp(MARK + r":(task|at):\d{1,2}$"))
    return own


async def plan_next(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, call_cards: CallCards, clock: Clock
) -> Answer:
    press, now = press_of(str(query.data)), clock()
    call = await calls.show(actor, press.call_id)
    planning = call_cards.plan(
        actor,
        arrival,
        press.call_id,
        press.version or 0,
        title_of(call),
        due_of(press.what, press.value, now, actor),
        lambda after: call_card(after, actor, now, edit=True),
    )
    return await or_as_it_is(planning, press, actor, calls, now)


async def take_offer(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, call_cards: CallCards, clock: Clock
) -> Answer:
    press, now = press_of(str(query.data)), clock()
    take = call_cards.make_task if press.what == "task" else call_cards.choose_moment
    taking = take(
        actor,
        arrival,
        press.call_id,
        press.version or 0,
        int(press.value),
        lambda after: call_card(after, actor, now, edit=True),
    )
    return await or_as_it_is(taking, press, actor, calls, now)


def title_of(call: Call) -> str:
    """A number is no name, and would stand in lists that a group reads."""
    if is_number(call.contact):
        return _("Call back")
    return _("Call {name}").format(name=call.contact.full_name)


def due_of(what: str, value: str, now: datetime, actor: Actor) -> Due:
    """When a button says. Raises BadInput for a date that is none."""
    if what == "next":
        return next_week(now, actor) if value == "week" else due_in(int(value), now, actor)
    try:
        return due_at(datetime.strptime(value, STAMP).replace(tzinfo=UTC), actor)
    except ValueError:
        raise too_old() from None
