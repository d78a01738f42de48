"""Calls in Telegram: /call and /calls."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.calls import Call, Calls, Direction, Outcome
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.questions import CALL, ask
from handlers.task_cards import about
from handlers.texts import formatted, moment_words
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="calls")
    own.message.register(log_call, Words("call", "звонок", labels=("Call",)))
    own.message.register(list_calls, Words("calls", "звонки", alone=True))
    own.callback_query.register(take_back_call, F.data.regexp(r"^c:\d{1,18}:undo$"))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="calls answers")
    own.message.register(log_call, AnswerTo(CALL))
    return own


async def log_call(
    message: Message, words: str, actor: Actor, arrival: Arrival, calls: Calls, state: FSMContext
) -> Answer:
    await state.clear()
    if not words:
        return await ask(state, CALL, _("Who was it with, and how did it end?"))
    return await calls.log(actor, arrival, words, lambda call: call_card(call, actor))


async def take_back_call(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, clock: Clock
) -> Answer:
    call_id = int(str(query.data).split(":")[1])
    taken_back = Answer(_("Taken back: the call is not logged."), edit=True)
    return await calls.take_back(actor, arrival, call_id, clock(), lambda _none: taken_back)


async def list_calls(message: Message, actor: Actor, calls: Calls, state: FSMContext) -> Answer:
    await state.clear()
    return replace(call_list(await calls.latest(actor), actor), aside=True)


def call_card(call: Call, actor: Actor) -> Answer:
    """A logged call; phones and notes are never posted to a group unasked (DESIGN §2.8)."""
    lines = [" · ".join(_facts(call, actor))]
    if call.phone and actor.chat_kind is ChatKind.PRIVATE and call.phone != call.contact.full_name:
        lines.append(call.phone)
    if call.notes and actor.chat_kind is ChatKind.PRIVATE:
        lines.append(call.notes)
    if call.follow_up is not None:
        lines.append(
            "→ #"
            + " ".join([str(call.follow_up.number), call.follow_up.title, *about(call.follow_up, actor)[:1]])
        )
    text, entities = formatted("☎ ", Bold(_name(call, actor)), "\n", "\n".join(lines))
    return Answer(text, entities, buttons=((Button(_("Take back"), data=f"c:{call.id}:undo"),),))


def call_list(calls: Sequence[Call], actor: Actor) -> Answer:
    if not calls:
        return Answer(_("There are no calls yet. Log one: /call Anna +7 999 123-45-67: wants the new price"))
    parts: list[object] = [Bold(_("Last calls"))]
    for call in calls:
        parts += ["\n", Bold(_name(call, actor)), " · ", " · ".join(_facts(call, actor))]
    text, entities = formatted(*parts)
    return Answer(text, entities)


def outcome_words(outcome: Outcome) -> str:
    return {
        Outcome.CONNECTED: _("talked"),
        Outcome.NO_ANSWER: _("no answer"),
        Outcome.BUSY: _("busy"),
        Outcome.LEFT_VOICEMAIL: _("voicemail"),
        Outcome.LEFT_LIVE_MESSAGE: _("left a message"),
        Outcome.WRONG_NUMBER: _("wrong number"),
        Outcome.CALLBACK_REQUESTED: _("call back"),
        Outcome.OTHER: _("other"),
    }[outcome]


def _name(call: Call, actor: Actor) -> str:
    """A contact known by number only shows its last four digits to a group."""
    name = call.contact.full_name
    return f"…{name[-4:]}" if name.startswith("+") and actor.chat_kind is not ChatKind.PRIVATE else name


def _facts(call: Call, actor: Actor) -> list[str]:
    direction = _("incoming") if call.direction is Direction.INBOUND else _("outgoing")
    facts = [direction, outcome_words(call.outcome), moment_words(call.started_at.astimezone(actor.zone))]
    if call.duration_seconds:
        facts.append(_("{minutes} min").format(minutes=max(1, round(call.duration_seconds / 60))))
    return facts
