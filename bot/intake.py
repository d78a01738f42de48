"""Intake: each update has its effect once and its answer, whatever ends in between (DESIGN §2.1)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
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
from aiogram.types.update import UpdateTypeLookupError
from structlog.contextvars import bound_contextvars

from bot.faults import new_reference, referred, report
from bot.gate import Priority, never_left, sending
from bot.metrics import Metrics
from bot.outages import Outage
from bot.postponed import address_of
from bot.retries import ANSWER, EFFECT, HELD, STORAGE
from crm.answers import Answer
from crm.errors import AlreadyHandled, StorageAway
from crm.updates import Beginning, Postponed, UpdateJournal
from handlers.answers import send_answer

log = structlog.get_logger()
Done = TypeVar("Done")
ATTEMPTS = 5  # ends of the process after which an update is recorded and passed


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
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        report: Callable[[BaseException, str], None] = report,
        metrics: Metrics | None = None,
    ) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._journal = journal
        self._outage = outage
        self._waits = waits
        self._sleep = sleep
        self._clock = clock
        self._report = report
        self._metrics = metrics or Metrics()
        self._quiet = Quiet()
        self.waiting_for_storage = False

    async def handle(self, update: Update) -> None:
        """Returns when the update is finished; while PostgreSQL is away it waits, and no step is done twice."""
        with self._noted(update) as note:
            begun = await self.patiently(
                update, partial(self._journal.begin, self._bot.id, update.update_id), waits=True
            )
            count_attempt = partial(self._journal.count_attempt, self._bot.id, update.update_id)
            note.outcome = await self._finish(update, begun, count_attempt)
            if note.outcome in ("answered", "not answered"):
                answered = partial(self._journal.answered, self._bot.id, update.update_id)
                await self.patiently(update, answered, waits=True)

    async def carry_out(
        self, update: Update, begun: Beginning, count_attempt: Callable[[], Awaitable[None]]
    ) -> None:
        """The effect, unless it was had, and the answer that is owed, sent or postponed."""
        with self._noted(update) as note:
            note.outcome = await self._finish(update, begun, count_attempt)

    @contextmanager
    def _noted(self, update: Update) -> Iterator["Note"]:
        """One line in the log and one count for each update, with the reference that whoever is told of it reads."""
        kind, began, note = kind_of(update), time.perf_counter(), Note()
        urgency = Priority.ANSWER if update.callback_query is None else Priority.BUTTON
        with (
            referred(),
            bound_contextvars(update_id=update.update_id, chat=chat_kind(update)),
            sending(urgency),
        ):
            try:
                yield note
            finally:
                seconds = time.perf_counter() - began
                log.info("update", kind=kind, outcome=note.outcome, seconds=round(seconds, 4))
                self._metrics.updates.labels(kind, note.outcome).inc()
                self._metrics.handling.labels(kind).observe(seconds)

    async def _finish(
        self, update: Update, begun: Beginning, count_attempt: Callable[[], Awaitable[None]]
    ) -> str:
        """What became of it, in a word."""
        if begun.handled:
            answer, outcome = begun.owed, "repeated"
        elif begun.attempts > ATTEMPTS:
            await self._pass(update, begun.attempts)
            return "passed"
        else:
            async with self._quiet.alone() if begun.attempts > 1 else self._quiet.together():
                if begun.attempts > 1:
                    await self.patiently(update, count_attempt)
                answer, outcome = await self._effect(update), "handled"
        if answer is None:
            return outcome
        try:
            sent = await self._send(update, answer)
        except TelegramRetryAfter as told:  # the chat's next updates and the offset must not wait so long
            until = self._clock() + timedelta(seconds=told.retry_after)
            later = Postponed(update.update_id, address_of(update), answer)
            postpone = partial(self._journal.postpone, self._bot.id, later, until)
            await self.patiently(update, postpone, waits=True)
            return "postponed"
        return "answered" if sent else "not answered"

    async def _effect(self, update: Update) -> Answer | None:
        """Have the handlers do it once; the answer to send, if any."""
        for failed in count(1):
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
                log.exception("update_fault")
                self._report(fault, reference)
                if EFFECT.ends(failed):
                    await self._pass(update, failed)
                    return None
                await self._sleep(EFFECT.pause(failed))
            else:
                return result if isinstance(result, Answer) else None
        raise AssertionError  # the last try returned

    async def _pass(self, update: Update, attempts: int) -> None:
        log.error("update_passed", attempts=attempts)
        await self.patiently(update, partial(self._journal.give_up, self._bot.id, update.update_id))

    async def patiently(
        self, update: Update, step: Callable[[], Awaitable[Done]], *, waits: bool | None = None
    ) -> Done:
        """The step's result, however long PostgreSQL is away; without waiting, raises StorageAway."""
        for failed in count(1):
            try:
                done = await step()
            except StorageAway as fault:
                if not self.waiting_for_storage:
                    log.warning("postgresql_away", reason=str(fault))
                self.waiting_for_storage = True
                if self._outage is not None:
                    await self._outage.tell(self._bot, update)
                if not (self._waits if waits is None else waits):
                    raise
                await self._sleep(STORAGE.pause(failed))
            else:
                if self.waiting_for_storage and self._outage is not None:
                    self._outage.is_over()
                self.waiting_for_storage = False
                return done
        raise AssertionError  # it is tried for ever

    async def _send(self, update: Update, answer: Answer) -> bool:
        """Send what is owed; a Telegram that can't be reached is waited for, what it will never take is given up.

        Raises TelegramRetryAfter when it wants that only after a long while.
        """
        tried = waited = 0
        while not ANSWER.ends(tried):
            try:
                await send_answer(self._bot, update, answer)
            except (TelegramForbiddenError, TelegramBadRequest, TelegramNotFound) as refused:
                log.warning("answer_refused", reason=refused.message[:100])
                return False
            except TelegramAPIError as fault:
                if isinstance(fault, TelegramRetryAfter) and fault.retry_after > HELD:
                    raise
                if waited == 0:
                    log.warning("answer_delayed", reason=type(fault).__name__)
                tried, waited = tried + (not never_left(fault)), waited + 1
                told = fault.retry_after if isinstance(fault, TelegramRetryAfter) else 0
                await self._sleep(max(told, ANSWER.pause(waited)))
            except (
                Exception
            ) as fault:  # a bug of ours in making the message: the chat must not wait for it for ever
                log.exception("answer_fault")
                self._report(fault, new_reference())
                return False
            else:
                return True
        log.error("answer_given_up")
        return False


@dataclass(slots=True)
class Note:
    """What became of an update, in a word."""

    outcome: str = "unfinished"


def kind_of(update: Update) -> str:
    """The name of what it brings; unknown for what this version of the Bot API doesn't know."""
    try:
        return update.event_type
    except UpdateTypeLookupError:
        return "unknown"


def chat_kind(update: Update) -> str:
    """private, group, supergroup or channel; none for what is in no chat of ours."""
    pressed = update.callback_query.message if update.callback_query is not None else None
    where = (
        update.message or update.edited_message or pressed or update.my_chat_member or update.chat_member
        or update.stopped_message_generation
    )  # fmt: skip
    return where.chat.type if where is not None else "none"


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
