"""Notices: a sentence to somebody else about what was just done. Its row is written together with what it tells of, so
that one which the gate puts off, or the end of the process cuts off, is sent later."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from secrets import randbits
from typing import Generic, ParamSpec

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError

from crm.answers import Answer
from crm.errors import StorageAway
from crm.teams import Reach
from crm.updates import NOTICE_LEASE, Notice, Postponed, UpdateJournal
from handlers.answers import send_text
from handlers.texts import speaking

log = structlog.get_logger()
What = ParamSpec("What")
Whom = tuple[Reach | None, Callable[[], Answer]]  # None: whom the bot can't write to isn't told


class Notices:
    """`clock` gives aware UTC times."""

    def __init__(self, bot: Bot, journal: UpdateJournal, clock: Callable[[], datetime]) -> None:
        self._bot = bot
        self._journal = journal
        self._clock = clock

    def about(self, make: Callable[What, Iterable[Whom]]) -> "News[What]":
        """What a use case is to write down with its effect, and what is then sent; each in its reader's language."""
        return News(self, make)

    def owed(self, reach: Reach, make: Callable[[], Answer]) -> Notice:
        """To a private chat. It answers no update: its number is below zero, where Telegram has none."""
        with speaking(reach.language):
            answer = make()
        number, now = -1 - randbits(62), self._clock()
        message = {
            "message_id": 0,
            "date": int(now.timestamp()),
            "chat": {"id": reach.chat_id, "type": "private"},
        }
        owed = Postponed(number, {"update_id": number, "message": message}, answer)
        return Notice(self._bot.id, owed, now + NOTICE_LEASE)

    async def send(self, notice: Notice) -> None:
        """In time, when it can't be now. What is refused is forgotten, and what was done stays done."""
        chat_id = notice.owed.address["message"]["chat"]["id"]
        try:
            await send_text(self._bot, chat_id, None, notice.owed.answer)
        except (TelegramForbiddenError, TelegramBadRequest) as refused:
            log.warning("notice_not_sent", reason=type(refused).__name__)
        except TelegramAPIError as fault:
            log.warning("notice_put_off", reason=type(fault).__name__)
            return
        try:
            await self._journal.answered(self._bot.id, notice.owed.update_id)
        except StorageAway:
            log.warning("notice_left_to_its_row")


class News(Generic[What]):
    """Called within the transaction (crm.updates.Telling), sent after its commit."""

    def __init__(self, notices: Notices, make: Callable[What, Iterable[Whom]]) -> None:
        self._notices = notices
        self._make = make
        self.owed: Sequence[Notice] = ()

    def __call__(self, *what: What.args, **more: What.kwargs) -> Sequence[Notice]:
        told = self._make(*what, **more)
        self.owed = [self._notices.owed(reach, make) for reach, make in told if reach is not None]
        return self.owed

    async def send(self) -> None:
        for notice in self.owed:
            await self._notices.send(notice)
