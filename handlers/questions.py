"""Questions: a bare command asks, and the next message is the answer; any command ends the question, "cancel" too."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime

from aiogram import Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from crm.answers import Answer
from crm.errors import BadInput, CrmError
from crm.grammar.letters import storable
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.dialogs import key_of
from handlers.texts import gettext as _
from handlers.words import Words

TASK, CALL, CONTACT, REMIND = (f"ask:{about}" for about in ("task", "call", "contact", "remind"))
DONE, FIND = "ask:done", "ask:find"
CONTACT_FIELDS = (  # what a contact's card asks for, as "contact:" and the field
    "task", "note", "name", "company", "phone", "email", "telegram", "zone", "labels",
)  # fmt: skip
ZONE = "ask:zone"  # asked with buttons; other text passes it by, as no question of the first minute blocks anything

CANCEL = frozenset({"cancel", "never mind", "отмена", "отменить", "отмени", "не надо"})


class Canceled(Filter):
    """The word alone, while something is asked: it is no answer, and takes nothing back that was saved before."""

    async def __call__(self, message: Message, raw_state: str | None = None) -> bool:
        return raw_state not in (None, ZONE) and (message.text or "").strip(" .!").casefold() in CANCEL


def router() -> Router:
    """Asked before all commands, as "отмена" is one of them."""
    own = Router(name="questions")
    own.message.register(drop_question, Canceled())
    own.message.register(drop_question, Words("cancel"))
    return own


async def drop_question(message: Message, state: FSMContext) -> Answer:
    is_asked = await is_open(state)
    await state.clear()
    if is_asked:
        return Answer(_("All right, it stays as it is."))
    return Answer(_("Nothing is asked right now. /undo takes your last change back."))


async def is_open(state: FSMContext) -> bool:
    """Whether something is asked that only its answer, a command or "cancel" ends."""
    return await state.get_state() not in (None, ZONE)


async def ask(state: FSMContext, about: str, question: str) -> Answer:
    """Remember what was asked: TASK, CALL, CONTACT or REMIND."""
    await state.set_state(about)
    return Answer(question, question=True)


def in_place(question: str, actor: Actor) -> str:
    """A question with how it is answered in a group, where the bot hears only what is said to it."""
    if actor.chat_kind is ChatKind.PRIVATE:
        return question
    return question + "\n" + _("Answer as a reply to this message.")


async def keep(state: FSMContext, words: str, arrival: Arrival) -> None:
    """Remember a line that something is still missing from, and when it was said."""
    await state.update_data(kept=storable(words), sent_at=arrival.sent_at.isoformat())


def closing(state: FSMContext, arrival: Arrival) -> Arrival:
    """An answer, whose effect ends the question. One that can't be taken leaves it open for the next try."""
    return replace(arrival, closes=key_of(state.key))


async def or_ended(doing: Awaitable[Answer], state: FSMContext) -> Answer:
    """What an answer does. One that can't be taken leaves the question open; one that comes too late ends it."""
    try:
        return await doing
    except BadInput:
        raise
    except CrmError:
        await state.clear()
        raise


async def with_what_was_kept(state: FSMContext, words: str, arrival: Arrival) -> tuple[str, Arrival]:
    """An answer with the line it was missing from, whose "tomorrow" is that day's."""
    kept, arrival = await state.get_data(), closing(state, arrival)
    if "kept" not in kept:
        return words, arrival
    return f"{words} {kept['kept']}", replace(arrival, sent_at=datetime.fromisoformat(kept["sent_at"]))
