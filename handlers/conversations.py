"""Conversations in Telegram: plain text in, drafts that stream, the answer at the end."""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.types import Message, MessageGenerationStopped
from telegramify_markdown import convert

from crm.answers import Answer, Entity
from crm.conversations import Conversations, Turn
from crm.limits import TURN_COST, Limits, Pace
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.answers import LIMIT, send_text, split
from handlers.picking.cards import which
from handlers.texts import gettext as _

EVERY = 0.5  # seconds between drafts at least; Telegram takes about 20 in 5 s and 40 in 30 s a chat
WINDOW, COUNT = 30.0, 38
log = structlog.get_logger()


def router() -> Router:
    own = Router(name="conversations")
    own.message.register(ask_assistant, F.text)
    own.message.register(decline_other, F.chat.type == "private")
    own.stopped_message_generation.register(stop_answer)
    return own


async def ask_assistant(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    conversations: Conversations,
    limits: Limits,
    clock: Callable[[], datetime],
) -> Answer | None:
    pace = limits.spend(actor.telegram_user_id, TURN_COST, clock())
    if pace is Pace.TOO_FAST:
        return Answer(_("That is more questions than I can answer at once. Ask again in a minute."))
    if pace is Pace.FINE:
        return await conversations.ask_or_hold(
            actor,
            arrival,
            message.text or "",
            lambda held: which(held, actor),
            replied_to=_replied_to(message, arrival.bot_id),
        )
    return None


def _replied_to(message: Message, bot_id: int) -> int | None:
    """The message of ours that this one replies to."""
    replied = message.reply_to_message
    ours = replied is not None and replied.from_user is not None and replied.from_user.id == bot_id
    return replied.message_id if replied is not None and ours else None


async def decline_other(message: Message) -> Answer:
    return Answer(_("I can read text only so far. Write it in words, please."))


async def stop_answer(
    stopped: MessageGenerationStopped, actor: Actor, arrival: Arrival, conversations: Conversations
) -> None:
    await conversations.stop(actor, arrival, stopped.draft_id)


class TurnView:
    """What a chat sees of one turn. `clock` counts seconds, monotonic."""

    def __init__(self, bot: Bot, turn: Turn, clock: Callable[[], float] = time.monotonic) -> None:
        self._bot = bot
        self._turn = turn
        self._clock = clock
        self._shown: deque[float] = deque()

    async def show(self, text: str) -> None:
        """Stream a draft in a private chat, politely; a draft that fails is only logged."""
        now = self._clock()
        while self._shown and self._shown[0] < now - WINDOW:
            self._shown.popleft()
        if self._turn.actor.chat_kind is not ChatKind.PRIVATE or len(self._shown) >= COUNT:
            return
        if self._shown and now - self._shown[-1] < EVERY:
            return
        self._shown.append(now)
        piece, _entities = split(text, ())[-1]
        try:
            await self._bot.send_message_draft(
                self._turn.actor.telegram_chat_id,
                draft_id=self._turn.id,
                text=piece[:LIMIT],
                message_thread_id=self._turn.thread_id,
                can_stop=True,
                parse_mode=None,
            )
        except TelegramAPIError as fault:
            log.info("draft_dropped", turn=self._turn.id, reason=type(fault).__name__)

    async def send(self, markdown: str) -> int:
        """The final message, a reply in groups; its id. Raises aiogram's errors."""
        text, entities = convert(markdown)
        kept = tuple(Entity(str(one.type), one.offset, one.length, one.url, one.language) for one in entities)
        reply_to = self._turn.message_id if self._turn.actor.chat_kind is not ChatKind.PRIVATE else None
        return await send_text(
            self._bot,
            self._turn.actor.telegram_chat_id,
            self._turn.thread_id,
            Answer(text, kept),
            reply_to=reply_to,
        )
