"""Overdue tasks in Telegram: all of them moved to another day, or handed to somebody else, by one press."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from aiogram import F, Router
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.errors import N_, BadInput
from crm.people import Actor
from crm.tasks.agenda import Agenda, Swept
from crm.tasks.filters import CODE, Filter, filter_of
from crm.teams import Member
from crm.updates import Arrival
from handlers.task_lines import in_rows
from handlers.task_lists import data_of, overdue_row
from handlers.texts import day_words, ngettext
from handlers.texts import gettext as _

Clock = Callable[[], datetime]


def router() -> Router:
    """Buttons are od:… when they stand under a list, oa:… under the agenda."""
    own = Router(name="overdue")
    own.callback_query.register(offer_days, F.data.regexp(rf"^o[da]:{CODE}:move$"))
    own.callback_query.register(move_overdue, F.data.regexp(rf"^o[da]:{CODE}:to:[dtm]$"))
    own.callback_query.register(offer_heirs, F.data.regexp(rf"^o[da]:{CODE}:who$"))
    own.callback_query.register(hand_over_overdue, F.data.regexp(rf"^o[da]:{CODE}:give:\d{{1,18}}$"))
    return own


async def offer_days(query: CallbackQuery, actor: Actor, clock: Clock) -> Answer:
    mark, filter_ = pressed(str(query.data))
    today = clock().astimezone(actor.zone).date()
    names = {"d": _("Today"), "t": _("Tomorrow"), "m": day_words(day_of("m", today))}
    days = tuple(Button(name, data=f"{mark}:{filter_.code}:to:{day}") for day, name in names.items())
    return Answer(
        _("Move everything overdue to which day?"), buttons=(days, (_back(mark, filter_),)), edit=True
    )


async def move_overdue(
    query: CallbackQuery, actor: Actor, arrival: Arrival, agenda: Agenda, clock: Clock
) -> Answer:
    mark, filter_ = pressed(str(query.data))
    now = clock()
    day = day_of(str(query.data)[-1], now.astimezone(actor.zone).date())
    return await agenda.move(
        actor, arrival, filter_, day, now, lambda result: swept(result, actor, mark, filter_)
    )


async def offer_heirs(query: CallbackQuery, actor: Actor, agenda: Agenda) -> Answer:
    mark, filter_ = pressed(str(query.data))
    return heirs(await agenda.heirs(actor), mark, filter_)


async def hand_over_overdue(
    query: CallbackQuery, actor: Actor, arrival: Arrival, agenda: Agenda, clock: Clock
) -> Answer:
    mark, filter_ = pressed(str(query.data))
    member_id = int(str(query.data).rsplit(":", 1)[1])
    return await agenda.hand_over(
        actor, arrival, filter_, member_id, clock(), lambda result: swept(result, actor, mark, filter_)
    )


def pressed(data: str) -> tuple[str, Filter]:
    """Where the button stands, and whose overdue tasks it is about. Raises BadInput for data no menu has."""
    mark, code, *_rest = data.split(":")
    try:
        return mark, filter_of(code)
    except ValueError:
        raise BadInput(N_("This button is too old. Open the list again: /tasks")) from None


def day_of(which: str, today: date) -> date:
    """d today, t tomorrow, m the Monday after today."""
    return today + timedelta(days={"d": 0, "t": 1, "m": 7 - today.weekday()}[which])


def heirs(members: Sequence[Member], mark: str, filter_: Filter) -> Answer:
    asked = _("Hand everything overdue to whom?") if members else _("Nobody else is in the team yet: /team")
    names = [Button(one.name, data=f"{mark}:{filter_.code}:give:{one.id}") for one in members[:40]]
    return Answer(asked, buttons=(*in_rows(names, 2), (_back(mark, filter_),)), edit=True)


def swept(result: Swept, actor: Actor, mark: str, filter_: Filter) -> Answer:
    """How many went where, what is left, and how to take it back."""
    lines = [_swept_words(result)] if result.count else [_("Nothing was changed.")]
    if result.refused:
        lines.append(
            ngettext(
                "{count} task is somebody else's and stays.",
                "{count} tasks are somebody else's and stay.",
                result.refused,
            ).format(count=result.refused)
        )
    if result.more:
        lines.append(_("That was as many as go at once. Press again for the rest."))
    if result.count:
        lines.append(_("/undo takes all of it back."))
    more = overdue_row(filter_, actor, mark) if result.more else ()
    return Answer("\n".join(lines), buttons=(*more, (_back(mark, filter_),)), edit=True)


def _swept_words(result: Swept) -> str:
    if isinstance(result.to, date):
        said = ngettext("{count} task moved to {to}", "{count} tasks moved to {to}", result.count)
        return said.format(count=result.count, to=day_words(result.to))
    said = ngettext("{count} task handed to {to}", "{count} tasks handed to {to}", result.count)
    return said.format(count=result.count, to=result.to)


def _back(mark: str, filter_: Filter) -> Button:
    return Button(_("‹ Back"), data="ag:show" if mark == "oa" else data_of(filter_))
