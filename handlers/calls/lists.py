"""Lists of calls in Telegram: /calls with words, its filters as buttons, and pages."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.calls import Call, CallFilter, CallLists, CallPage, Direction, Named, Outcome, Span, Turn, Unclear
from crm.calls.cards import too_old
from crm.calls.filters import based, filter_of
from crm.calls.lists import People, read_filter
from crm.people import Actor, ChatKind, Role
from handlers.calls.buttons import Rows, rows_of
from handlers.calls.cards import call_line
from handlers.calls.words import choice_words, direction_words, name_words, outcome_words
from handlers.texts import formatted
from handlers.texts import gettext as _
from handlers.words import Words

Clock = Callable[[], datetime]
FIRST = "f"
MENU = "b"
MEMBERS = 30  # that a menu has room for


def router() -> Router:
    own = Router(name="call lists")
    own.message.register(list_calls, Words("calls", "звонки", alone=True))
    own.callback_query.register(turn_calls, F.data.regexp(r"^calls:[a-z0-9.-]{4,30}:(f|[np][0-9a-z]{1,13})$"))
    own.callback_query.register(open_filters, F.data.regexp(r"^calls:[a-z0-9.-]{4,30}:[bodcm]$"))
    return own


async def list_calls(
    message: Message, words: str, actor: Actor, call_lists: CallLists, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    try:
        return replace(call_list(await call_lists.named(actor, words, clock()), actor), aside=True)
    except Unclear as unclear:
        wanted, _name = read_filter(words, actor)
        rows = rows_of([_named(wanted, one, actor) for one in unclear.choices], 1)
        return Answer(_(unclear.text).format(**unclear.fields), buttons=rows, aside=True)


async def turn_calls(query: CallbackQuery, actor: Actor, call_lists: CallLists, clock: Clock) -> Answer:
    wanted, step = _wanted(str(query.data))
    turn = Turn() if step == FIRST else Turn(int(step[1:], 36), back=step[0] == "p")
    return call_list(await call_lists.page(actor, wanted, turn, clock()), actor, edit=True)


async def open_filters(query: CallbackQuery, actor: Actor, call_lists: CallLists) -> Answer:
    wanted, step = _wanted(str(query.data))
    people = await call_lists.people(actor) if step in "cm" else People((), ())
    text, entities = formatted(Bold(_("Calls")), "\n", _("What to show?"))
    return Answer(text, entities, buttons=filter_rows(wanted, step, people, actor), edit=True)


def _wanted(data: str) -> tuple[CallFilter, str]:
    _calls, code, step = data.split(":")
    try:
        return filter_of(code), step
    except ValueError:
        raise too_old() from None


def call_list(page: CallPage, actor: Actor, *, edit: bool = False) -> Answer:
    """A numbered line for each call, a button that opens its card, and pages."""
    if not page.calls:
        return Answer(
            _nothing(page, actor),
            buttons=_head_rows(page.wanted, actor) if page.wanted != CallFilter() else (),
            edit=edit,
        )
    parts: list[object] = [Bold(" · ".join(_title(page, actor)))]
    for number, call in enumerate(page.calls, start=1):
        line = call_line(call, actor, with_member=True)
        parts += ["\n", f"{number}. ", Bold(name_words(call.contact, actor)), " · ", line]
    text, entities = formatted(*parts)
    return Answer(
        text,
        entities,
        buttons=(*_open_rows(page.calls, actor), *_steps(page), *_head_rows(page.wanted, actor)),
        edit=edit,
    )


def _nothing(page: CallPage, actor: Actor) -> str:
    """Guests are not shown a way that is closed to them."""
    if page.wanted != CallFilter():
        return _("There are no such calls.")
    if actor.role is Role.GUEST:
        return _("There are no calls here that you may see.")
    return _("There are no calls yet. Log one: /call Anna +7 999 123-45-67: wants the new price")


def _title(page: CallPage, actor: Actor) -> list[str]:
    """What the list is narrowed to, in words."""
    wanted, first = page.wanted, page.calls[0]
    title = [_("Last calls") if wanted == CallFilter() else _("Calls")]
    if wanted.member_id is not None:
        title.append(_("mine") if wanted.member_id == actor.member_id else first.member_name or "—")
    if wanted.contact_id is not None:
        title.append(name_words(first.contact, actor))
    if wanted.span is not Span.ALWAYS:
        title.append(_("today") if wanted.span is Span.TODAY else _("this week"))
    if wanted.direction is not None:
        title.append(direction_words(wanted.direction))
    if wanted.outcome is not None:
        title.append(outcome_words(wanted.outcome))
    return title


def _open_rows(calls: Sequence[Call], actor: Actor) -> Rows:
    """In a group a card opens in private only."""
    if actor.chat_kind is not ChatKind.PRIVATE:
        start = f"call_{actor.workspace_id}_"
        return rows_of([Button(str(at), start=f"{start}{call.id}") for at, call in enumerate(calls, 1)], 5)
    return rows_of([Button(str(at), data=f"c:{call.id}:open") for at, call in enumerate(calls, 1)], 5)


def _steps(page: CallPage) -> Rows:
    steps = []
    if page.has_newer:
        steps.append(_to(page.wanted, "‹", f"p{based(page.calls[0].id)}"))
    if page.has_older:
        steps.append(_to(page.wanted, "›", f"n{based(page.calls[-1].id)}"))
    return (tuple(steps),) if steps else ()


def _head_rows(wanted: CallFilter, actor: Actor) -> Rows:
    """The filters that are used most; the rest is one press away."""
    is_mine = wanted.member_id == actor.member_id
    mine = replace(wanted, member_id=None if is_mine else actor.member_id)
    spans = ((Span.TODAY, _("Today")), (Span.WEEK, _("This week")))
    row = [_to(mine, _marked(_("Mine"), chosen=is_mine))]
    for span, text in spans:
        chosen = wanted.span is span
        row.append(_to(replace(wanted, span=Span.ALWAYS if chosen else span), _marked(text, chosen=chosen)))
    return (tuple(row), (_to(wanted, _("More filters"), MENU),))


def filter_rows(wanted: CallFilter, step: str, people: People, actor: Actor) -> Rows:
    """The filters' own menu, or the choices of one of them."""
    back = (_to(wanted, _("‹ Back"), FIRST if step == MENU else MENU),)
    return (*_choices(wanted, step, people, actor), back)


def _choices(wanted: CallFilter, step: str, people: People, actor: Actor) -> Rows:
    if step == MENU:
        return _menu_rows(wanted)
    if step == "o":
        return rows_of(
            [
                _choice(replace(wanted, outcome=one), outcome_words(one).capitalize(), wanted)
                for one in Outcome
            ],
            2,
        )
    if step == "d":
        ways = [(one, direction_words(one).capitalize()) for one in Direction]
        return rows_of([_choice(replace(wanted, direction=one), text, wanted) for one, text in ways], 2)
    if step == "c":
        names = [(one.id, name_words(one, actor)) for one in people.contacts]
        return rows_of([_choice(replace(wanted, contact_id=one), text, wanted) for one, text in names], 2)
    seats: list[tuple[int | None, str]] = [(None, _("Everyone"))]
    seats += [(one.id, one.name) for one in people.members[:MEMBERS]]
    return rows_of([_choice(replace(wanted, member_id=one), text, wanted) for one, text in seats], 2)


def _menu_rows(wanted: CallFilter) -> Rows:
    kinds = (("o", _("By result")), ("d", _("By direction")), ("c", _("By contact")), ("m", _("By member")))
    return (
        *rows_of([_to(wanted, text, kind) for kind, text in kinds], 2),
        (_to(CallFilter(), _("All calls")),),
    )


def _named(wanted: CallFilter, one: Named, actor: Actor) -> Button:
    if one.contact_id is not None:
        return _to(replace(wanted, contact_id=one.contact_id), choice_words(one, actor))
    return _to(replace(wanted, member_id=one.member_id), one.name)


def _choice(then: CallFilter, text: str, now: CallFilter) -> Button:
    return _to(then, _marked(text, chosen=then == now))


def _to(wanted: CallFilter, text: str, step: str = FIRST) -> Button:
    return Button(text, data=f"calls:{wanted.code()}:{step}")


def _marked(text: str, *, chosen: bool) -> str:
    return f"✓ {text}" if chosen else text
