"""Conversations in Telegram: plain text in, and a word to stop what is being answered."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message, MessageGenerationStopped

from crm.answers import Answer
from crm.attachments import Senses
from crm.conversations import Conversations
from crm.limits import Limits
from crm.people import Actor
from crm.updates import Arrival
from handlers.pace import at_pace
from handlers.picking.cards import which
from handlers.quotes import material_of
from handlers.texts import gettext as _
from handlers.words import asks_to_stop


def router() -> Router:
    own = Router(name="conversations")
    own.message.register(ask_assistant, F.text)
    own.message.register(decline_other, F.chat.type == "private")
    return own


def stopping() -> Router:
    """What stops an answer; before all that may take a text for its own."""
    own = Router(name="stopping")
    own.message.register(stop_all, F.text.func(asks_to_stop))
    own.callback_query.register(press_stop, F.data.regexp(r"^turn:stop:\d{1,18}$"))
    # it names no user; a private chat's id is the user's, and drafts live nowhere else
    own.stopped_message_generation.register(stop_answer, F.chat.type == "private")
    return own


async def ask_assistant(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    conversations: Conversations,
    limits: Limits,
    senses: Senses,
    clock: Callable[[], datetime],
) -> Answer | None:
    def ask() -> Awaitable[Answer | None]:
        return conversations.ask_or_hold(
            actor,
            arrival,
            message.text or "",
            lambda held: which(held, actor),
            replied_to=_replied_to(message, arrival.bot_id),
            attachments=material_of(message, senses),
        )

    return await at_pace(limits, actor, clock(), ask)


def _replied_to(message: Message, bot_id: int) -> int | None:
    """The message of ours that this one replies to."""
    replied = message.reply_to_message
    ours = replied is not None and replied.from_user is not None and replied.from_user.id == bot_id
    return replied.message_id if replied is not None and ours else None


async def decline_other(message: Message) -> Answer:
    return Answer(_("I can't read messages of this kind. Write it in words, please."))


async def stop_all(
    message: Message, actor: Actor, arrival: Arrival, conversations: Conversations
) -> Answer | None:
    return await conversations.stop(actor, arrival, stopped)


async def press_stop(
    query: CallbackQuery, actor: Actor, arrival: Arrival, conversations: Conversations
) -> Answer | None:
    turn_id = int(str(query.data).split(":")[2])
    return await conversations.stop(actor, arrival, pressed, turn_id=turn_id)


async def stop_answer(
    stopped: MessageGenerationStopped, actor: Actor, arrival: Arrival, conversations: Conversations
) -> None:
    await conversations.stop(actor, arrival, lambda _any: None, turn_id=stopped.draft_id)


def stopped(any_: bool) -> Answer:
    """Words for what was said until then come as a message of their own."""
    return Answer(_("Stopped.") if any_ else _("There is nothing to stop."))


def pressed(any_: bool) -> Answer:
    return Answer(toast=_("Stopped.") if any_ else _("There is nothing to stop."))
