"""Notices: a sentence to somebody else about what was just done, after it is done. Each has a row of its own, so that
one which the gate puts off, or the end of the process cuts off, is sent later."""

from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import randbits

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError

from crm.answers import Answer
from crm.errors import StorageAway
from crm.teams import Reach
from crm.updates import Postponed, UpdateJournal
from handlers.answers import send_text
from handlers.texts import speaking

log = structlog.get_logger()
LEASE = timedelta(minutes=2)  # longer than the gate holds a call; nobody else sends it meanwhile


class Notices:
    """`clock` gives aware UTC times."""

    def __init__(self, bot: Bot, journal: UpdateJournal, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._journal = journal
        self._clock = clock

    async def tell(self, reach: Reach | None, make: Callable[[], Answer]) -> bool:
        """Send it in their language. Whom the bot can't write to isn't told: False, and what was done stays done."""
        if reach is None:
            return False
        with speaking(reach.language):
            answer = make()
        return await self.send(reach.chat_id, answer)

    async def send(self, chat_id: int, answer: Answer) -> bool:
        """To a private chat; in time when it can't be now. False when it is refused."""
        owed = self._owed(chat_id, answer)
        kept = await self._keep(owed)
        try:
            await send_text(self._bot, chat_id, None, answer)
        except (TelegramForbiddenError, TelegramBadRequest) as refused:
            log.warning("notice_not_sent", reason=type(refused).__name__)
            await self._settle(owed)
            return False
        except TelegramAPIError as fault:
            log.warning("notice_put_off" if kept else "notice_not_sent", reason=type(fault).__name__)
            return kept
        await self._settle(owed)
        return True

    def _owed(self, chat_id: int, answer: Answer) -> Postponed:
        """An answer to no update: its number is below zero, where Telegram has none."""
        number = -1 - randbits(62)
        message = {
            "message_id": 0,
            "date": int(self._clock().timestamp()),
            "chat": {"id": chat_id, "type": "private"},
        }
        return Postponed(number, {"update_id": number, "message": message}, answer)

    async def _keep(self, owed: Postponed) -> bool:
        try:
            await self._journal.owe(self._bot.id, owed, self._clock() + LEASE)
        except StorageAway:
            return False
        return True

    async def _settle(self, owed: Postponed) -> None:
        try:
            await self._journal.answered(self._bot.id, owed.update_id)
        except StorageAway:
            log.warning("notice_left_to_its_row")
