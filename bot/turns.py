"""Turns: the worker that has questions answered, outside of any handler (DESIGN §2.2)."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from structlog.contextvars import bind_contextvars

from bot.metrics import Metrics
from crm.conversations import ATTEMPTS, Conversations, ModelAnswer, Turn
from crm.errors import CrmError, StorageAway
from crm.presence import Presence
from handlers.conversations import TurnView
from handlers.texts import gettext as _
from handlers.texts import speaking
from llm.prices import price

log = structlog.get_logger()
AT_ONCE = 8  # turns of one process at a time
SENDING = 5.0  # seconds a stop waits for answers on their way
HEARTBEAT = 5.0  # seconds between renewals of a lease (crm.conversations.LEASE is 30)


class Assistant(Protocol):
    """What answers a turn; llm.assistants.Assistants is the one."""

    async def answer(
        self, turn: Turn, history: Sequence[Sequence[Any]], on_text: Callable[[str], Awaitable[None]] | None
    ) -> ModelAnswer: ...


class TurnWorker:
    """Claims turns when woken and every second, and takes each to its end."""

    def __init__(
        self,
        bot: Bot,
        conversations: Conversations,
        assistant: Assistant,
        presence: Presence,
        clock: Callable[[], datetime],
        new_reference: Callable[[], str],
        report: Callable[[BaseException, str], None],
        metrics: Metrics | None = None,
        send_cards: Callable[[Turn], Awaitable[int | None]] | None = None,
    ) -> None:
        self._bot = bot
        self._send_cards = send_cards
        self._conversations = conversations
        self._assistant = assistant
        self._presence = presence
        self._clock = clock
        self._new_reference = new_reference
        self._report = report
        self._metrics = metrics or Metrics()
        self._woken = asyncio.Event()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._ours: dict[int, Turn] = {}  # what runs
        self._sending: set[int] = set()  # turns whose answer is on its way
        self._stopping = False
        self._away = False

    def wake(self) -> None:
        """There may be a new turn."""
        self._woken.set()

    def cancel(self, turn_id: int) -> None:
        """Stop a turn of this process at once; another process's notices at its next heartbeat."""
        if (task := self._running.get(turn_id)) is not None:
            task.cancel()

    async def run(self) -> None:
        """Until stop(), which hands turns over, or until canceled, which leaves them to their leases."""
        try:
            while not self._stopping:
                self._woken.clear()
                await self._claim()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self._woken.wait()
        finally:
            if not self._stopping:
                await _end(self._running.values())

    async def stop(self) -> None:
        """Take no more turns; an answer on its way is sent, the rest is given back for another replica to take."""
        self._stopping = True
        self.wake()
        thinking = [turn for turn in self._ours.values() if turn.id not in self._sending]
        await _end([self._running[turn.id] for turn in thinking])
        for turn in thinking:
            await self._give_back(turn)
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=SENDING)
        await _end(self._running.values())  # Telegram may have these answers or not: their leases decide

    async def _claim(self) -> None:
        room = AT_ONCE - len(self._running)
        if room <= 0:
            return
        try:
            claimed = await self._conversations.claim(self._clock(), limit=room)
        except StorageAway:
            if not self._away:
                log.warning("postgresql_away", room="turns")
            self._away = True
            return
        except Exception as fault:  # the worker must outlive it: without one, nobody is answered any more
            reference = self._new_reference()
            log.exception("claim_fault", reference=reference)
            self._report(fault, reference)
            return
        self._away = False
        if self._stopping:
            for turn in claimed:
                await self._give_back(turn)
            return
        for turn in claimed:
            task = asyncio.create_task(self._take(turn))
            self._running[turn.id], self._ours[turn.id] = task, turn
            task.add_done_callback(partial(self._ended, turn.id))

    def _ended(self, turn_id: int, _task: "asyncio.Task[None]") -> None:
        self._running.pop(turn_id, None)
        self._ours.pop(turn_id, None)
        self.wake()  # the next turn of the conversation may be claimed now

    async def _take(self, turn: Turn) -> None:
        heart = asyncio.create_task(self._beat(turn, asyncio.current_task()))
        bind_contextvars(
            chat=turn.actor.chat_kind.value
        )  # each turn is a task, and what is bound ends with it
        try:
            await self._answer(turn)
        except StorageAway:
            log.warning("turn_left_to_its_lease", turn=turn.id)
        except Exception as fault:
            await self._apologise(turn, fault)
        finally:
            heart.cancel()
            self._sending.discard(turn.id)

    async def _give_back(self, turn: Turn) -> None:
        with contextlib.suppress(StorageAway, CrmError):
            await self._conversations.release(turn)

    async def _answer(self, turn: Turn) -> None:
        if not await self._presence.lasts(turn.actor):
            log.info("turn_not_answered", turn=turn.id, reason="whoever asked has left the group")
            return  # canceled with all of theirs, as they were marked gone
        view = TurnView(self._bot, turn)
        text = turn.answer
        if text is None:
            if turn.attempts > ATTEMPTS:
                raise RuntimeError("this turn ended its process too often")
            history = await self._conversations.history(turn)
            answer = await self._measured(turn, history, view)
            if not await self._conversations.keep_answer(turn, answer):
                return  # canceled, or another process has it
            text = answer.text
        self._sending.add(turn.id)
        try:
            sent = await view.send(text) if text else 0
            if self._send_cards is not None:
                sent = await self._send_cards(turn) or sent
        except (TelegramForbiddenError, TelegramBadRequest) as refused:
            log.warning("answer_refused", turn=turn.id, reason=refused.message[:100])
            await self._conversations.failed(turn, "refused")
            return
        except TelegramAPIError as fault:
            log.warning("answer_left_to_its_lease", turn=turn.id, reason=type(fault).__name__)
            return
        await self._conversations.sent(turn, sent)

    async def _measured(self, turn: Turn, history: Sequence[Sequence[Any]], view: TurnView) -> ModelAnswer:
        began, outcome = time.perf_counter(), "failed"
        try:
            answer = await self._assistant.answer(turn, history, view.show)
            outcome = "answered"
        except asyncio.CancelledError:
            outcome = "stopped"
            raise
        finally:
            self._metrics.model.labels(outcome).observe(time.perf_counter() - began)
        self._metrics.tokens.labels("input").inc(answer.input_tokens)
        self._metrics.tokens.labels("output").inc(answer.output_tokens)
        if (cost := price(answer.model, answer.input_tokens, answer.output_tokens)) is not None:
            self._metrics.cost.inc(cost)
        return answer

    async def _beat(self, turn: Turn, worker: "asyncio.Task[Any] | None") -> None:
        """Renew the lease; when it is no longer ours, stop working on it."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            with contextlib.suppress(StorageAway):
                if not await self._conversations.renew(turn, self._clock()) and worker is not None:
                    worker.cancel()
                    return

    async def _apologise(self, turn: Turn, fault: Exception) -> None:
        """One form of error: a sentence and a reference for the person, the same in the log and Sentry."""
        reference = self._new_reference()
        log.error("turn_fault", reference=reference, turn=turn.id, exc_info=fault)
        if not isinstance(fault, CrmError):
            self._report(fault, reference)
        now = self._clock().astimezone(turn.actor.zone)
        with speaking(turn.actor.language):
            sentence = _(
                "The assistant could not answer. Try again in a minute. Reference {reference}, {time}."
            )
        with contextlib.suppress(StorageAway, CrmError):
            if await self._conversations.failed(turn, reference):
                with contextlib.suppress(TelegramAPIError):
                    await TurnView(self._bot, turn).send(
                        sentence.format(reference=reference, time=f"{now:%d.%m %H:%M}")
                    )


async def _end(tasks: "Iterable[asyncio.Task[None]]") -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
