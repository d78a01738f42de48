"""Postponed answers: owed to a chat that Telegram wants silent for long, sent from their rows once it may be."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.types import Update
from structlog.contextvars import bound_contextvars

from bot.gate import never_left
from bot.retries import ANSWER
from crm.updates import Postponed, UpdateJournal
from handlers.answers import send_answer
from handlers.deliveries import until_there

log = structlog.get_logger()
LEASE = timedelta(minutes=2)  # longer than the gate holds a call; one process's alone meanwhile
MINUTE = timedelta(minutes=1)
_OF_A_MESSAGE = ("message_id", "date", "chat", "message_thread_id", "is_topic_message")
_OF_A_PRESS = ("id", "from", "chat_instance", "inline_message_id")


class PostponedAnswers:
    """Looks for those that are due, whichever process postponed them."""

    def __init__(self, bot: Bot, journal: UpdateJournal, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._journal = journal
        self._clock = clock
        self._stopping = False

    async def send_due(self) -> None:
        """In the order in which they are owed, taken one by one, so that a slow one can't outlast the lease of the
        next. Raises StorageAway; what was taken is then due again after its lease."""
        while not self._stopping and (owed := await self._next()):
            with bound_contextvars(update_id=owed.update_id):
                await self._send(owed)

    def stop(self) -> None:
        """Take no more of them."""
        self._stopping = True

    async def _next(self) -> Postponed | None:
        found = await self._journal.due(self._bot.id, self._clock(), lease=LEASE, limit=1)
        return found[0] if found else None

    async def _send(self, owed: Postponed) -> None:
        update = Update.model_validate(owed.address)
        try:
            await send_answer(self._bot, update, owed.answer)
        except (TelegramForbiddenError, TelegramBadRequest, TelegramNotFound) as refused:
            log.warning("answer_refused", reason=refused.message[:100])
        except TelegramAPIError as fault:
            tries = owed.tries + (not never_left(fault))
            if not ANSWER.ends(tries):
                told = fault.retry_after if isinstance(fault, TelegramRetryAfter) else 0
                until = self._clock() + max(MINUTE, timedelta(seconds=told))
                await self._journal.postpone(self._bot.id, replace(owed, tries=tries), until)
                return
            log.warning("answer_given_up", reason=type(fault).__name__)
        # or it would be sent again
        await until_there(partial(self._journal.answered, self._bot.id, owed.update_id))


def address_of(update: Update) -> Mapping[str, Any]:
    """The update as JSON with what says where to answer, and without what a person wrote."""
    whole = update.model_dump(mode="json", exclude_unset=True, by_alias=True)
    for kind in ("message", "edited_message"):
        if kind in whole:
            whole[kind] = _message(whole[kind])
    if "callback_query" in whole:
        press = whole["callback_query"]
        kept = {name: press[name] for name in _OF_A_PRESS if name in press}
        whole["callback_query"] = kept | (
            {"message": _message(press["message"])} if "message" in press else {}
        )
    return whole


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in _OF_A_MESSAGE if name in message}
