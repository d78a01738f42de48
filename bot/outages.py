"""Outages: while PostgreSQL is away, whoever writes reads one sentence about it."""

import asyncio
from collections import OrderedDict

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import Update

from crm.answers import Answer
from db.breaker import Breaker, Broken
from handlers.access import reads_russian
from handlers.answers import send_answer
from handlers.texts import gettext as _
from handlers.texts import speaking

log = structlog.get_logger()
REMEMBERED = 60  # seconds for which replicas know from each other, through Redis, whom they told
KEPT_CHATS = 5000  # told by this process; the least recent is forgotten first
PATIENCE = 5.0  # seconds for saying it: it must not hold up what waits for PostgreSQL


class Outage:
    """Each private chat is told once in an outage; groups aren't, where most of what is said is for others.

    Replicas share what they told as far as there is a Redis.
    """

    def __init__(self, redis: Breaker | None = None) -> None:
        self._redis = redis
        self._told: OrderedDict[int, None] = OrderedDict()

    async def tell(self, bot: Bot, update: Update) -> None:
        """Say it unless it was said; Telegram may be away as well."""
        who = update.message or update.callback_query
        if who is None or who.from_user is None or not await self._is_first(bot.id, update):
            return
        with speaking("ru" if reads_russian(who.from_user.language_code) else "en"):
            sentence = _(
                "I can't reach my notes right now. What you sent is not lost: it is done once I can."
            )
        answer = Answer(toast=sentence) if update.callback_query is not None else Answer(sentence)
        try:
            async with asyncio.timeout(PATIENCE):
                await send_answer(bot, update, answer)
        except (TelegramAPIError, TimeoutError) as fault:
            log.info("outage_not_told", reason=type(fault).__name__)

    def is_over(self) -> None:
        self._told.clear()

    async def _is_first(self, bot_id: int, update: Update) -> bool:
        message = update.message or (update.callback_query.message if update.callback_query else None)
        if message is None or message.chat.type != "private" or message.chat.id in self._told:
            return False
        chat_id = message.chat.id
        self._told[chat_id] = None
        if len(self._told) > KEPT_CHATS:
            self._told.popitem(last=False)
        if self._redis is None:
            return True
        key = f"switchboard:outage:{bot_id}:{chat_id}"
        try:
            return bool(await self._redis.ask(lambda redis: redis.set(key, "", nx=True, ex=REMEMBERED)))
        except Broken:
            return True
