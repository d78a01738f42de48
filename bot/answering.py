"""Answering: one turn from its claim to its end, whatever the model, Telegram or PostgreSQL do meanwhile."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from structlog.contextvars import bind_contextvars

from bot.gate import Priority, sending
from bot.metrics import Metrics
from bot.retries import MODEL
from crm.conversations import Conversations
from crm.errors import CrmError, StorageAway
from crm.presence import Presence
from crm.turns import ATTEMPTS, OWN, Listener, ModelAnswer, ModelAway, Progress, Turn
from handlers.deliveries import until_there
from handlers.delivering import Delivery, leave
from handlers.rendering import render
from handlers.streaming import CLOSING, Stream
from handlers.texts import gettext as _
from handlers.texts import speaking

log = structlog.get_logger()
GONE = ("topic_closed", "topic closed", "message thread not found", "topic_deleted")  # how Telegram says it


class Assistant(Protocol):
    """What answers a turn; bot.attending.Attending is the one."""

    async def answer(self, turn: Turn, listener: Listener) -> ModelAnswer: ...


class Ear:
    """crm.turns.Listener: shows what is said, and writes down each step."""

    def __init__(self, turn: Turn, stream: Stream, conversations: Conversations) -> None:
        self.turn = turn
        self.stream = stream
        self.is_stopped = turn.is_stopped
        self._conversations = conversations

    @property
    def wants_text(self) -> bool:
        return self.stream.wants_text

    def was_stopped(self) -> bool:
        """By now: it changes while others are waited for."""
        return self.is_stopped

    def follow(self, said: Callable[[], str]) -> None:
        self.stream.follow(said)

    def heard(self) -> None:
        self.stream.heard()

    async def step_done(self, progress: Progress) -> None:
        self.turn = replace(self.turn, progress=progress)
        await self._conversations.keep_progress(self.turn, progress)


class Answering:
    """One turn in work. `asking` is the task that waits for the model, while it does."""

    def __init__(self, turn: Turn, desk: "Desk", *, is_met: bool = False) -> None:
        """`is_met`: whoever asked was met a moment ago, so that nobody need be asked whether they are still there."""
        self.turn = turn
        self.is_sending = False
        self._is_met = is_met
        self._desk = desk
        self._asking: asyncio.Task[ModelAnswer] | None = None
        self._ear: Ear | None = None

    def stop(self) -> None:
        """A person asked to: the model is left at once, what it said is kept."""
        if self._ear is not None:
            self._ear.is_stopped = True
        if self._asking is not None:
            self._asking.cancel()
        self.turn = replace(self.turn, is_stopped=True)

    def goes_on_under(self, lease: str) -> None:
        """The lease was lost, and this process has it anew, while the answer was on its way."""
        self.turn = replace(self.turn, lease=lease)

    def _leased(self, turn: Turn) -> Turn:
        return replace(turn, lease=self.turn.lease)

    async def take(self) -> None:
        """To its end, or to where another process goes on."""
        turn = self.turn
        bind_contextvars(
            chat=turn.actor.chat_kind.value
        )  # each turn is a task, and what is bound ends with it
        try:
            await self._answer()
        except StorageAway:
            log.warning("turn_left_to_its_lease", turn=turn.id)
        except Exception as fault:
            self.is_sending = True
            with contextlib.suppress(StorageAway, CrmError):
                await self._desk.apologise(self.turn, fault)

    async def _answer(self) -> None:
        desk, turn = self._desk, self.turn
        if not self._is_met and not await desk.presence.lasts(turn.actor):
            log.info("turn_not_answered", turn=turn.id, reason="whoever asked has left the group")
            return  # canceled with all of theirs, as they were marked gone
        stream = Stream(desk.bot, turn, lambda message_id: desk.conversations.keep_shown(turn, message_id))
        text, has_cards = turn.answer, True  # of an answer that another process kept nobody here knows
        if text is None:
            if turn.attempts > ATTEMPTS:
                raise RuntimeError("this turn ended its process too often")
            answer = None if self.turn.is_stopped else await self._spoken(stream)
            if answer is None or (answer.is_partial and not answer.text.strip()):
                await desk.conversations.canceled(turn)
                if stream.message_id is not None:
                    await leave(desk.bot, turn, stream.message_id)
                return
            if not await desk.conversations.keep_answer(turn, answer):
                return  # canceled, or another process has it
            turn = replace(turn, is_own=answer.model == OWN)
            text, has_cards = answer.text, bool(answer.proposals)
        self.is_sending = True
        await desk.send(turn, text, stream.message_id, has_cards=has_cards, leased=self._leased)

    async def _spoken(self, stream: Stream) -> ModelAnswer | None:
        """What the model says, shown as it comes; None when it was stopped before the first word."""
        self._ear = Ear(self.turn, stream, self._desk.conversations)
        self._ear.is_stopped = self.turn.is_stopped
        with sending(Priority.DRAFT):
            showing = asyncio.create_task(stream.run())
        try:
            return await self._asked(self._ear)
        finally:
            stream.close()
            await asyncio.wait([showing], timeout=CLOSING)  # or it would come after the message itself
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def _asked(self, ear: Ear) -> ModelAnswer | None:
        """Asked again, from the last step on, while what went wrong may pass."""
        failed = 0
        while not ear.was_stopped():
            self._asking = asyncio.create_task(self._desk.measured(ear.turn, ear))
            try:
                return await self._asking
            except asyncio.CancelledError:
                if ear.was_stopped() and self._asking.cancelled():
                    return None
                self._asking.cancel()
                raise
            except ModelAway as fault:
                failed += 1
                ear.turn = replace(ear.turn, prepared=None)  # read anew: by then it is a while ago
                log.warning("model_away", turn=ear.turn.id, reason=str(fault), failed=failed)
                if MODEL.ends(failed):
                    raise
            finally:
                self._asking = None
            await self._desk.sleep(MODEL.pause(failed))
        return None


class Desk:
    """What all turns of a process are answered with."""

    def __init__(
        self,
        bot: Bot,
        conversations: Conversations,
        assistant: Assistant,
        presence: Presence,
        clock: Callable[[], datetime],
        new_reference: Callable[[], str],
        report: Callable[[BaseException, str], None],
        metrics: Metrics,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.bot = bot
        self.conversations = conversations
        self.presence = presence
        self.clock = clock
        self.new_reference = new_reference
        self.report = report
        self.sleep = sleep
        self._assistant = assistant
        self._metrics = metrics
        self.send_cards: Callable[[Turn], Awaitable[object]] | None = None

    async def send(
        self,
        turn: Turn,
        text: str,
        shown_as: int | None,
        *,
        has_cards: bool = False,
        leased: Callable[[Turn], Turn] = lambda turn: turn,
    ) -> None:
        """The pieces that are not sent yet, and cards, if it may have some. What Telegram doesn't want now waits in the
        turn's row."""
        with speaking(turn.actor.language):
            is_ours = turn.is_own or turn.reference is not None
            signature = None if is_ours else await self.conversations.signature(turn)
            pieces = render(text, signature) if text else []  # a model may only ask, and say nothing
        delivery = Delivery(self.bot, turn, shown_as)
        try:
            with sending(Priority.TURN):
                sent = await delivery.send(
                    pieces, lambda ids: self.conversations.keep_pieces(leased(turn), ids)
                )
                if has_cards and self.send_cards is not None:
                    await self.send_cards(turn)
        except TelegramRetryAfter as told:
            outcome = "postponed"
            log.info("answer_postponed", turn=turn.id, seconds=told.retry_after)
            await self.conversations.release(turn, self.clock() + timedelta(seconds=told.retry_after))
        except (TelegramForbiddenError, TelegramBadRequest) as refused:
            gone, outcome = any(words in refused.message.lower() for words in GONE), "refused"
            log.warning("answer_refused", turn=turn.id, reason=refused.message[:100])
            await self.conversations.failed(turn, "topic gone" if gone else "refused")
        except TelegramAPIError as fault:
            outcome = "left to its lease"
            log.warning("answer_left_to_its_lease", turn=turn.id, reason=type(fault).__name__)
        else:
            outcome = "apologised" if turn.reference else "answered"
            # what Telegram took, however long PostgreSQL is away, or it would be sent again
            await until_there(lambda: self.conversations.sent(leased(turn), sent))
        self._metrics.turns.labels(outcome).inc()

    async def measured(self, turn: Turn, listener: Listener) -> ModelAnswer:
        began, outcome = time.perf_counter(), "failed"
        try:
            answer = await self._assistant.answer(turn, listener)
            outcome = "stopped" if answer.is_partial else "answered"
        except asyncio.CancelledError:
            outcome = "stopped"
            raise
        finally:
            self._metrics.model.labels(outcome).observe(time.perf_counter() - began)
        self._metrics.tokens.labels("input").inc(answer.input_tokens)
        self._metrics.tokens.labels("output").inc(answer.output_tokens)
        if answer.cost_micros is not None:
            self._metrics.cost.inc(answer.cost_micros / 1_000_000)
        return answer

    async def apologise(self, turn: Turn, fault: Exception) -> None:
        """One form of error: a sentence and a reference for the person, the same in the log and Sentry."""
        reference = self.new_reference()
        log.error("turn_fault", reference=reference, turn=turn.id, exc_info=fault)
        if not isinstance(fault, CrmError):
            self.report(fault, reference)
        now = self.clock().astimezone(turn.actor.zone)
        with speaking(turn.actor.language):
            sentence = _(
                "The assistant could not answer. Try again in a minute. Reference {reference}, {time}."
            ).format(reference=reference, time=f"{now:%d.%m %H:%M}")
        if await self.conversations.keep_apology(turn, reference, sentence):
            await self.send(replace(turn, reference=reference), sentence, turn.shown_as)
