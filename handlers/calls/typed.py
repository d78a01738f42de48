"""What is typed of a call: a button asks, and the next message is the answer; any command ends the question."""

from collections.abc import Callable
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.calls import CallCards, Calls, Field, Unclear
from crm.people import Actor
from crm.updates import Arrival
from handlers.calls.buttons import mark, rows_of
from handlers.calls.cards import call_card
from handlers.calls.menus import MARK
from handlers.calls.pressing import press_of
from handlers.questions import closing, or_ended
from handlers.texts import gettext as _
from handlers.words import AnswerTo

Clock = Callable[[], datetime]
TYPED = "ask:call field"


def router() -> Router:
    own = Router(name="typing of calls")
    own.callback_query.register(
        ask_field, F.data.regexp(MARK + r":type:(duration|moment|notes|contact|next)$")
    )
    return own


def answers() -> Router:
    """What follows a question of the card; asked after all commands."""
    own = Router(name="typed of calls")
    own.message.register(type_field, AnswerTo(TYPED))
    return own


async def ask_field(query: CallbackQuery, actor: Actor, calls: Calls, state: FSMContext) -> Answer:
    """Raises NotFound."""
    press = press_of(str(query.data))
    await calls.show(actor, press.call_id)
    await _ask(state, press.call_id, Field(press.value))
    return Answer(question_words(Field(press.value)), question=True)


async def type_field(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    calls: Calls,
    call_cards: CallCards,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    """What can't be read is said, and may be typed again."""
    kept = await state.get_data()
    call_id, field = int(kept["call_id"]), Field(kept["field"])
    doing = call_cards.type(
        actor,
        closing(state, arrival),
        call_id,
        field,
        words,
        lambda call: call_card(call, actor, clock()),
    )
    try:
        return await or_ended(doing, state)
    except Unclear as unclear:
        await state.clear()
        call = await calls.show(actor, call_id)
        people = [Button(one.name, data=f"{mark(call)}:who:{one.contact_id}") for one in unclear.choices]
        return Answer(_(unclear.text).format(**unclear.fields), buttons=rows_of(people, 1))


async def _ask(state: FSMContext, call_id: int, field: Field) -> None:
    await state.set_state(TYPED)
    await state.set_data({"call_id": call_id, "field": field.value})


def question_words(field: Field) -> str:
    return {
        Field.DURATION: _("How long was it? For example: 12 min, or 1 h 5 min"),
        Field.MOMENT: _("When was it? For example: yesterday 15:00, or 20 minutes ago"),
        Field.NOTES: _("What was said? It replaces the notes of the call."),
        Field.CONTACT: _("Who was it with? Type a name or a number."),
        Field.NEXT: _("What comes next, and when? For example: Friday 10:00 send the offer"),
    }[field]
