"""Being away in Telegram: /away with words or buttons, and /back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from aiogram import Bot, F, Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.away import Away, AwayView
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.calendars import month_of, month_rows
from handlers.private import only_in_private
from handlers.questions import closing
from handlers.texts import formatted, moment_words
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]
UNTIL = "away:until"
OFFERED = 20  # colleagues on one card
SPANS = {"week": "for a week", "weeks": "for two weeks"}
IS_BACK = frozenset(
    {"я вернулся", "я вернулась", "вернулся", "вернулась", "i am back", "i'm back", "im back"}
)


class SaysBack(Filter):
    """The words alone, in a private chat."""

    async def __call__(self, message: Message) -> bool:
        said = (message.text or "").strip(" .!").casefold().replace("’", "'")
        return message.chat.type == "private" and said in IS_BACK


def router() -> Router:
    own = Router(name="away")
    own.message.register(go_away, Words("away", "отпуск", alone=True))
    own.message.register(come_back, Words("back", alone=True))
    own.message.register(say_back, SaysBack())
    own.callback_query.register(leave_for, F.data.regexp(r"^away:for:(week|weeks)$"))
    own.callback_query.register(ask_until, F.data == "away:ask")
    own.callback_query.register(turn_month, F.data.regexp(r"^away:move:\d{4}-(0[1-9]|1[0-2])$"))
    own.callback_query.register(choose_day, F.data.regexp(r"^away:day:\d{4}-\d{2}-\d{2}$"))
    own.callback_query.register(show_card, F.data == "away:card")
    own.callback_query.register(offer_colleagues, F.data == "away:who")
    own.callback_query.register(choose_substitute, F.data.regexp(r"^away:in:(none|\d{1,18})$"))
    own.callback_query.register(press_back, F.data == "away:back")
    return own


def answers() -> Router:
    """The day that was asked for; asked after all commands, so that any of them ends the question."""
    own = Router(name="away answers")
    own.message.register(answer_until, AnswerTo(UNTIL))
    return own


async def go_away(
    message: Message,
    words: str,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    away: Away,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    if not words:
        return away_card(await away.show(actor, clock()), actor)
    return await away.leave(actor, arrival, words, clock(), lambda view: away_card(view, actor))


async def answer_until(
    message: Message, words: str, actor: Actor, arrival: Arrival, away: Away, clock: Clock, state: FSMContext
) -> Answer:
    """What can't be read leaves the question open."""
    arrival = closing(state, arrival)
    return await away.leave(actor, arrival, words, clock(), lambda view: away_card(view, actor))


async def leave_for(query: CallbackQuery, actor: Actor, arrival: Arrival, away: Away, clock: Clock) -> Answer:
    words = SPANS[str(query.data).rsplit(":", 1)[1]]
    return await away.leave(actor, arrival, words, clock(), lambda view: away_card(view, actor, edit=True))


async def ask_until(query: CallbackQuery, actor: Actor, clock: Clock, state: FSMContext) -> Answer:
    """A calendar; a day, or a day and a time, may be typed instead."""
    await state.set_state(UNTIL)
    return day_question(actor, clock())


async def turn_month(query: CallbackQuery, actor: Actor, clock: Clock) -> Answer:
    return day_question(actor, clock(), month_of(str(query.data).rsplit(":", 1)[1]))


async def choose_day(
    query: CallbackQuery, actor: Actor, arrival: Arrival, away: Away, clock: Clock, state: FSMContext
) -> Answer:
    day = str(query.data).rsplit(":", 1)[1]
    answer = await away.leave(
        actor, arrival, f"until {day}", clock(), lambda view: away_card(view, actor, edit=True)
    )
    await state.clear()
    return answer


async def show_card(
    query: CallbackQuery, actor: Actor, away: Away, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    return away_card(await away.show(actor, clock()), actor, edit=True)


async def offer_colleagues(query: CallbackQuery, actor: Actor, away: Away, clock: Clock) -> Answer:
    view = await away.show(actor, clock())
    if not view.others:
        return Answer(toast=_("There is nobody else in this team yet. See /team"))
    rows = tuple((Button(one.name, data=f"away:in:{one.id}"),) for one in view.others[:OFFERED])
    nobody = (Button(_("Nobody, let it wait"), data="away:in:none"),)
    return Answer(
        _("Who stands in for you? They get reminders of your tasks, from the teams you are both in."),
        buttons=(*rows, nobody),
        edit=True,
    )


async def choose_substitute(
    query: CallbackQuery, actor: Actor, arrival: Arrival, away: Away, clock: Clock
) -> Answer:
    chosen = str(query.data).rsplit(":", 1)[1]
    member_id = None if chosen == "none" else int(chosen)
    return await away.choose_substitute(
        actor, arrival, member_id, clock(), lambda view: away_card(view, actor, edit=True)
    )


async def come_back(
    message: Message, actor: Actor, arrival: Arrival, away: Away, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    return await away.come_back(actor, arrival, clock(), back_words)


async def say_back(
    message: Message, actor: Actor, arrival: Arrival, away: Away, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    return await away.come_back(actor, arrival, clock(), back_words)


async def press_back(
    query: CallbackQuery, actor: Actor, arrival: Arrival, away: Away, clock: Clock
) -> Answer:
    return await away.come_back(actor, arrival, clock(), lambda was: back_words(was, edit=True))


def day_question(actor: Actor, now: datetime, month: date | None = None) -> Answer:
    """From tomorrow on: whoever is back today is not away."""

    def data(what: str, value: str) -> str:
        return f"away:{what}:{value}"

    tomorrow = now.astimezone(actor.zone).date() + timedelta(days=1)
    _soon, *rows = month_rows(data, month or tomorrow.replace(day=1), tomorrow)
    first = (Button(_("Tomorrow"), data=data("day", tomorrow.isoformat())),)
    return Answer(
        _("Which day are you back? Press it, or type it: 15 August, or tomorrow 14:00"),
        buttons=(first, *rows, (Button(_("‹ Back"), data="away:card"),)),
        edit=True,
    )


def away_card(view: AwayView, actor: Actor, *, edit: bool = False) -> Answer:
    """Until when, who stands in, and what can be changed of it."""
    if view.absence is None:
        spans = (
            Button(_("A week"), data="away:for:week"),
            Button(_("Two weeks"), data="away:for:weeks"),
        )
        text = _(
            "Are you going away? What is not urgent waits until you are back, or goes to whoever stands in."
            " Choose, or write: /away until 15 August @boris"
        )
        return Answer(text, buttons=(spans, (Button(_("Choose a day"), data="away:ask"),)), edit=edit)
    absence = view.absence
    until = moment_words(absence.until.astimezone(actor.zone))
    lines = [_("You are away until {date}. I write again then.").format(date=until)]
    if absence.substitute is not None:
        lines.append(
            _("{name} stands in, in the teams you are both in; elsewhere things wait.").format(
                name=absence.substitute
            )
        )
    else:
        lines.append(_("What is not urgent waits. Urgent things come all the same."))
    text, entities = formatted("\n".join(lines))
    rows = (
        (
            Button(_("Who stands in"), data="away:who"),
            Button(_("Another day"), data="away:ask"),
        ),
        (Button(_("I am back"), data="away:back"),),
    )
    return Answer(text, entities, buttons=rows, edit=edit)


def back_words(was_away: bool, *, edit: bool = False) -> Answer:
    if not was_away:
        return Answer(_("You were not away. /away when you are."), edit=edit)
    return Answer(_("Welcome back. What waited comes now, with a summary."), edit=edit)
