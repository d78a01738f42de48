"""Logging in Telegram: /call with a line or alone, a contact's "Log a call", and edits of the line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.calls import Call, Calls, Unclear
from crm.contacts import Contact
from crm.errors import BadInput
from crm.grammar.letters import storable
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.calls.buttons import rows_of
from handlers.calls.cards import call_card
from handlers.calls.words import choice_words
from handlers.confirmations import NO_LONGER
from handlers.questions import CALL, ask, closing
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]
CALL_WORDS = Words("call", "звонок", labels=("Call",))
_OPENING = re.compile(r"^\s*(?:call|звонок)(?!\w)\s*:?\s*", re.IGNORECASE)
WHO = "ask:who"  # asked with buttons; other text passes it by


def router() -> Router:
    own = Router(name="logging calls")
    own.message.register(log_call, CALL_WORDS)
    own.edited_message.register(reread_call, CALL_WORDS)
    own.callback_query.register(choose_who, F.data.regexp(r"^callwho:\d{1,18}:\d{1,18}$"))
    own.callback_query.register(start_call, F.data.regexp(r"^callfor:\d{1,18}$"))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="calls answers")
    own.message.register(answer_call, AnswerTo(CALL))
    return own


async def log_call(
    message: Message, words: str, actor: Actor, arrival: Arrival, calls: Calls, state: FSMContext
) -> Answer:
    await state.clear()
    if words:
        return await _save_or_ask(words, actor, arrival, calls, state)
    recent = await calls.recent_contacts(actor) if actor.chat_kind is ChatKind.PRIVATE else []
    return await _ask_who(state, recent)


async def answer_call(
    message: Message, words: str, actor: Actor, arrival: Arrival, calls: Calls, state: FSMContext
) -> Answer:
    return await _save_or_ask(words, actor, closing(state, arrival), calls, state)


async def reread_call(
    message: Message, words: str, actor: Actor, arrival: Arrival, calls: Calls, state: FSMContext
) -> Answer | None:
    """An edit of the message that made a call; one that made none, because it could not be read, may make it now."""
    if not words:
        return None
    try:
        reread = await calls.reread(
            actor, arrival, words, lambda call: call_card(call, actor, arrival.sent_at)
        )
    except Unclear as unclear:
        return await _ask_which(state, words, actor, arrival, unclear)
    return reread or await _save_or_ask(words, actor, arrival, calls, state)


async def reread_line(
    words: str, actor: Actor, arrival: Arrival, calls: Calls, state: FSMContext
) -> Answer | None:
    """An edit of a line that was saved as a call without a command. None when the message made no call."""
    line = _OPENING.sub("", words)
    try:
        return await calls.reread(actor, arrival, line, lambda call: call_card(call, actor, arrival.sent_at))
    except Unclear as unclear:
        return await _ask_which(state, line, actor, arrival, unclear)


async def choose_who(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, clock: Clock, state: FSMContext
) -> Answer:
    """Save the line that was kept, with whom it meant. Raises BadInput for a question that has passed."""
    _callwho, of, contact_id = str(query.data).split(":")
    kept, waiting = await state.get_data(), await state.get_state()
    if waiting != WHO or kept.get("of") != of:
        raise BadInput(NO_LONGER)
    then = replace(
        closing(state, arrival),
        sent_at=datetime.fromisoformat(kept["sent_at"]),
        message_id=kept["message_id"],
    )
    line, chosen = kept["kept"], int(contact_id)

    def card(call: Call) -> Answer:
        return call_card(call, actor, clock(), edit=True)

    changed = await calls.reread(actor, then, line, card, contact_id=chosen)
    return changed or await calls.log(actor, then, line, card, contact_id=chosen)


async def start_call(
    query: CallbackQuery, actor: Actor, arrival: Arrival, calls: Calls, clock: Clock, state: FSMContext
) -> Answer:
    """One press is a call with that contact; its card asks for the rest."""
    await state.clear()
    contact_id = int(str(query.data).split(":")[1])
    return await calls.start(actor, arrival, contact_id, lambda call: call_card(call, actor, clock()))


async def _save_or_ask(words: str, actor: Actor, arrival: Arrival, calls: Calls, state: FSMContext) -> Answer:
    """Save a line; where several contacts may be meant, keep it and ask."""
    try:
        return await calls.log(actor, arrival, words, lambda call: call_card(call, actor, arrival.sent_at))
    except Unclear as unclear:
        return await _ask_which(state, words, actor, arrival, unclear)


async def _ask_who(state: FSMContext, recent: Sequence[Contact]) -> Answer:
    """The contacts of late as buttons; a name or a whole line may be typed all the same."""
    asked = await ask(state, CALL, _("Who was it with, and how did it end?"))
    if not recent:
        return asked
    buttons = [Button(one.full_name, data=f"callfor:{one.id}") for one in recent]
    hint = _("Choose, or type a name or the whole line: Anna out 12m talked")
    return Answer(f"{asked.text}\n{hint}", buttons=rows_of(buttons, 2))


async def _ask_which(
    state: FSMContext, words: str, actor: Actor, arrival: Arrival, unclear: Unclear
) -> Answer:
    """Keep the line until it is said whose call it was."""
    await state.set_state(WHO)
    await state.set_data(
        {
            "kept": storable(words),
            "sent_at": arrival.sent_at.isoformat(),
            "message_id": arrival.message_id,
            "of": str(arrival.update_id),
        }
    )
    buttons = [
        Button(choice_words(one, actor), data=f"callwho:{arrival.update_id}:{one.contact_id}")
        for one in unclear.choices
    ]
    return Answer(_(unclear.text).format(**unclear.fields), buttons=rows_of(buttons, 1))
