"""Intake: each update has its effect once and its answer, whatever ends in between (DESIGN §2.1)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
)
from aiogram.types import Update

from crm.answers import Answer
from crm.errors import AlreadyHandled, StorageAway
from crm.updates import UpdateJournal
from handlers.answers import send_answer

log = structlog.get_logger()
ATTEMPTS = 5  # ends of the process after which an update is recorded and passed
SENDS = 5  # tries of one answer within this process
PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds between tries


class Intake:
    """Takes an update to its end. Only a cancel leaves it unfinished."""

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        journal: UpdateJournal,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._journal = journal
        self._sleep = sleep
        self._quiet = Quiet()
        self.waiting_for_storage = False

    async def handle(self, update: Update) -> None:
        """Returns when the update is finished; while PostgreSQL is away it tries again."""
        pause = PAUSE
        while True:
            try:
                await self._once(update)
            except StorageAway:
                if not self.waiting_for_storage:
                    log.warning("postgresql_away", update_id=update.update_id)
                self.waiting_for_storage = True
                await self._sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self.waiting_for_storage = False
                return

    async def _once(self, update: Update) -> None:
        begun = await self._journal.begin(self._bot.id, update.update_id)
        if begun.handled:
            await self._answer(update, begun.owed)
            return
        if begun.attempts > ATTEMPTS:
            log.error("update_passed", update_id=update.update_id, attempts=begun.attempts)
            await self._journal.give_up(self._bot.id, update.update_id)
            return
        async with self._quiet.alone() if begun.attempts > 1 else self._quiet.together():
            try:
                result = await self._dispatcher.feed_update(self._bot, update)
            except AlreadyHandled:  # a repeat that came through another process
                begun = await self._journal.begin(self._bot.id, update.update_id)
                result = begun.owed
        await self._answer(update, result if isinstance(result, Answer) else None)

    async def _answer(self, update: Update, answer: Answer | None) -> None:
        """Send what is owed and write that down. What Telegram will never take is given up."""
        for attempt in range(1, SENDS + 1):
            try:
                if answer is not None:
                    await send_answer(self._bot, update, answer)
                break
            except (TelegramForbiddenError, TelegramBadRequest, TelegramNotFound) as refused:
                log.warning("answer_refused", update_id=update.update_id, reason=refused.message[:100])
                break
            except TelegramAPIError as fault:
                log.warning("answer_delayed", update_id=update.update_id, reason=type(fault).__name__)
                await self._sleep(min(PAUSE * 2**attempt, LONGEST_PAUSE))
        if answer is not None:
            await self._journal.answered(self._bot.id, update.update_id)


class Quiet:
    """An update on its second attempt runs alone, so that one which ends the process drags no others along."""

    def __init__(self) -> None:
        self._running = 0
        self._changed = asyncio.Condition()
        self._solo = asyncio.Lock()

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        async with self._solo:
            self._running += 1
        try:
            yield
        finally:
            async with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        async with self._solo:
            async with self._changed:
                await self._changed.wait_for(lambda: self._running == 0)
            yield
