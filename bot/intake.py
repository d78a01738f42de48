"""Intake: each update has its effect once and its answer, whatever ends in between (DESIGN §2.1)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.types import Update

from bot.faults import new_reference, report
from bot.gate import never_left
from bot.outages import Outage
from crm.answers import Answer
from crm.errors import AlreadyHandled, StorageAway
from crm.updates import Beginning, UpdateJournal
from handlers.answers import send_answer

log = structlog.get_logger()
Done = TypeVar("Done")
ATTEMPTS = 5  # ends of the process after which an update is recorded and passed
FAULTS = 3  # tries of an update that not even the error handler can answer
SENDS = 5  # tries of one answer that Telegram may have taken
PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds between tries


class Intake:
    """Takes an update to its end. Only a cancel leaves it unfinished; or, unless it `waits`, StorageAway.

    `outage` tells people of a PostgreSQL that is away.
    """

    def __init__(
        self,
        bot: Bot,
        dispatcher: Dispatcher,
        journal: UpdateJournal,
        outage: Outage | None = None,
        *,
        waits: bool = True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._journal = journal
        self._outage = outage
        self._waits = waits
        self._sleep = sleep
        self._quiet = Quiet()
        self.waiting_for_storage = False

    async def handle(self, update: Update) -> None:
        """Returns when the update is finished; while PostgreSQL is away it waits, and no step is done twice."""
        begun = await self.patiently(
            update, partial(self._journal.begin, self._bot.id, update.update_id), waits=True
        )
        if await self.carry_out(update, begun):
            answered = partial(self._journal.answered, self._bot.id, update.update_id)
            await self.patiently(update, answered, waits=True)

    async def carry_out(self, update: Update, begun: Beginning) -> bool:
        """The effect, unless it was had, and the answer that is owed; whether there was one."""
        if begun.handled:
            answer = begun.owed
        elif begun.attempts > ATTEMPTS:
            await self._pass(update, begun.attempts)
            return False
        else:
            async with self._quiet.alone() if begun.attempts > 1 else self._quiet.together():
                answer = await self._effect(update)
        if answer is not None:
            await self._send(update, answer)
        return answer is not None

    async def _effect(self, update: Update) -> Answer | None:
        """Have the handlers do it once; the answer to send, if any."""
        for attempt in range(1, FAULTS + 1):
            try:
                result = await self.patiently(
                    update, partial(self._dispatcher.feed_update, self._bot, update)
                )
            except (
                AlreadyHandled
            ):  # a repeat that came through another process, or a commit whose reply was lost
                again = partial(self._journal.begin, self._bot.id, update.update_id)
                return (await self.patiently(update, again)).owed
            except StorageAway:  # whoever does not wait for it
                raise
            except Exception as fault:
                # not even the error handler could answer; the others in this chat must not wait for it for ever
                reference = new_reference()
                log.exception("update_fault", reference=reference, update_id=update.update_id)
                report(fault, reference)
                await self._sleep(min(PAUSE * 2**attempt, LONGEST_PAUSE))
            else:
                return result if isinstance(result, Answer) else None
        await self._pass(update, FAULTS)
        return None

    async def _pass(self, update: Update, attempts: int) -> None:
        log.error("update_passed", update_id=update.update_id, attempts=attempts)
        await self.patiently(update, partial(self._journal.give_up, self._bot.id, update.update_id))

    async def patiently(
        self, update: Update, step: Callable[[], Awaitable[Done]], *, waits: bool | None = None
    ) -> Done:
        """The step's result, however long PostgreSQL is away; without waiting, raises StorageAway."""
        pause = PAUSE
        while True:
            try:
                done = await step()
            except StorageAway:
                if not self.waiting_for_storage:
                    log.warning("postgresql_away", update_id=update.update_id)
                self.waiting_for_storage = True
                if self._outage is not None:
                    await self._outage.tell(self._bot, update)
                if not (self._waits if waits is None else waits):
                    raise
                await self._sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                if self.waiting_for_storage and self._outage is not None:
                    self._outage.is_over()
                self.waiting_for_storage = False
                return done

    async def _send(self, update: Update, answer: Answer) -> None:
        """Send what is owed; a Telegram that can't be reached is waited for, what it will never take is given up."""
        tried = waited = 0
        while tried < SENDS:
            try:
                await send_answer(self._bot, update, answer)
            except (TelegramForbiddenError, TelegramBadRequest, TelegramNotFound) as refused:
                log.warning("answer_refused", update_id=update.update_id, reason=refused.message[:100])
                return
            except TelegramAPIError as fault:
                if waited == 0:
                    log.warning("answer_delayed", update_id=update.update_id, reason=type(fault).__name__)
                tried, waited = tried + (not never_left(fault)), waited + 1
                told = fault.retry_after if isinstance(fault, TelegramRetryAfter) else 0
                await self._sleep(max(told, min(PAUSE * 2**waited, LONGEST_PAUSE)))
            else:
                return
        log.error("answer_given_up", update_id=update.update_id)


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
