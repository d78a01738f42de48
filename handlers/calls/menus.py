"""Menus of a call's card: what a chip offers, and what each press changes."""

from collections.abc import Callable
from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.calls import Ask, CallCards, Calls, Choices, Direction, Outcome
from crm.calls.cards import skip, too_old
from crm.calls.changes import Change, leave_open, set_direction, set_duration, set_moment, set_outcome
from crm.calls.checks import LONGEST
from crm.people import Actor
from crm.updates import Arrival
from handlers.calls.buttons import Rows, length_rows, mark, moment_rows, next_rows, outcome_rows, rows_of
from handlers.calls.cards import call_card, taken_back_card
from handlers.calls.pressing import or_as_it_is, press_of
from handlers.texts import gettext as _

Clock = Callable[[], datetime]
MARK = r"^c:\d{1,18}\.\d{1,9}"


def router() -> Router:
    own = Router(name="call menus")
    own.callback_query.register(open_menu, F.data.regexp(MARK + ":menu:(out|dur|ago|who|merge|next)$"))
    own.callback_query.register(show_call, F.data.regexp(r"^c:\d{1,18}(\.\d{1,9})?:(card|open)$"))
    own.callback_query.register(
        change_call, F.data.regexp(MARK + r":(skip|next:none|(dir|out|dur|ago):\w{1,20})$")
    )
    own.callback_query.register(choose_contact, F.data.regexp(MARK + r":who:\d{1,18}$"))
    own.callback_query.register(take_back_call, F.data.regexp(r"^c:\d{1,18}(\.\d{1,9})?:undo$"))
    own.callback_query.register(bring_back_call, F.data.regexp(r"^c:\d{1,18}:back$"))
    return own


async def open_menu(query: CallbackQuery, actor: Actor, call_cards: CallCards, clock: Clock) -> Answer:
    press = press_of(str(query.data))
    choices = await call_cards.choices(actor, press.call_id, to_merge=press.value == "merge")
    rows = menu(choices, press.value)
    return call_card(choices.call, actor, clock(), edit=True, menu=rows)


async def show_call(query: CallbackQuery, actor: Actor, calls: Calls, clock: Clock) -> Answer:
    """Back from a menu in its place; from a list as a message of its own."""
    press = press_of(str(query.data))
    call = await calls.show(actor, press.call_id)
    return call_card(call, actor, clock(), edit=press.what == "card")


async def change_call(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, call_cards: CallCards, clock: Clock
) -> Answer:
    press, now = press_of(str(query.data)), clock()
    changing = call_cards.change(
        actor,
        arrival,
        press.call_id,
        press.version or 0,
        meant(press.what, press.value, now),
        lambda call: call_card(call, actor, now, edit=True),
    )
    return await or_as_it_is(changing, press, actor, calls, now)


async def choose_contact(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, call_cards: CallCards, clock: Clock
) -> Answer:
    press, now = press_of(str(query.data)), clock()
    choosing = call_cards.choose_contact(
        actor,
        arrival,
        press.call_id,
        press.version or 0,
        int(press.value),
        lambda call: call_card(call, actor, now, edit=True),
    )
    return await or_as_it_is(choosing, press, actor, calls, now)


async def take_back_call(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, clock: Clock
) -> Answer:
    press, now = press_of(str(query.data)), clock()
    taking_back = calls.take_back(
        actor, arrival, press.call_id, now, lambda call: taken_back_card(call, actor), press.version
    )
    return await or_as_it_is(taking_back, press, actor, calls, now)


async def bring_back_call(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, clock: Clock
) -> Answer:
    press, now = press_of(str(query.data)), clock()
    return await calls.bring_back(
        actor, arrival, press.call_id, now, lambda call: call_card(call, actor, now, edit=True)
    )


def meant(what: str, value: str, now: datetime) -> Change:
    """The change a press stands for. Raises BadInput for data no menu offers."""
    changes: dict[str, Callable[[], Change]] = {
        "dir": lambda: set_direction(Direction(value)),
        "out": lambda: set_outcome(Outcome(value)),
        "dur": lambda: set_duration(_within(int(value), LONGEST)),
        "ago": lambda: set_moment(now - timedelta(minutes=_within(int(value), LONGEST))),
        "skip": lambda: skip,
        "next": lambda: leave_open(Ask.NEXT),
    }
    try:
        return changes[what]()
    except ValueError:
        raise too_old() from None


def _within(number: int, limit: int) -> int:
    if not 0 <= number <= limit:
        raise ValueError(number)
    return number


def menu(choices: Choices, name: str) -> Rows:
    """The buttons of one chip."""
    call = choices.call
    back = (Button(_("‹ Back"), data=f"{mark(call)}:card"),)
    if name in ("who", "merge"):
        people = [Button(one.full_name, data=f"{mark(call)}:who:{one.id}") for one in choices.contacts]
        typed = (Button(_("Type a name"), data=f"{mark(call)}:type:contact"),)
        return (*rows_of(people, 1), typed, back)
    if name == "next":
        typed = (Button(_("Type it"), data=f"{mark(call)}:type:next"),)
        return (*(() if call.do_not_call else next_rows(call)), typed, back)
    rows = {"out": outcome_rows, "dur": length_rows, "ago": moment_rows}[name](call)
    return (*rows, back)
