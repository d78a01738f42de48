"""Deliveries in Telegram: the message at its time, and where else it goes when it can't go there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)

from crm.answers import Answer
from crm.deliveries import Deliveries, Delivery
from crm.errors import Removed, StorageAway
from crm.lateness import Downtime
from crm.people import ChatKind
from crm.presence import Presence
from crm.readiness import Held, Passed, Ready
from crm.reasons import Why
from handlers.answers import send_text
from handlers.reminder_messages import reminder_message, reminders_message
from handlers.texts import speaking

Clock = Callable[[], datetime]
log = structlog.get_logger()
SILENT_PAUSE = timedelta(minutes=1)  # at most, until what Telegram did not answer is tried again
PATIENCE, PAUSE = 300.0, 0.5  # seconds in which what was sent must be written down, and between tries


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: the deliveries it told of, and whether Telegram answered at all."""

    sent: Sequence[Delivery] = ()
    answered: bool = True


def _as_claimed(delivery: Delivery) -> Delivery:
    return delivery


@dataclass(frozen=True, slots=True)
class Post:
    """Who sends. `lane` bounds how many ask the database side by side; `downtime` is when no process was running.
    `leased` gives a delivery with the lease it has by now, which may be another than it was claimed with."""

    bot: Bot
    deliveries: Deliveries
    presence: Presence
    clock: Clock
    lane: asyncio.Semaphore
    downtime: Downtime | None = None
    leased: Callable[[Delivery], Delivery] = _as_claimed

    async def deliver(self, claimed: Sequence[Delivery]) -> Outcome:
        """Send one message for all of these, which go to one chat, and mark each of them."""
        places: dict[int | None, list[Delivery]] = {}
        for delivery in await self._ready(claimed):  # some of them may go to whoever stands in
            reader = None if delivery.stand_in is None else delivery.stand_in.telegram_chat_id
            places.setdefault(reader, []).append(delivery)
        outcome = Outcome()
        for together in places.values():
            told = await self._tell(together)
            outcome = Outcome((*outcome.sent, *told.sent), outcome.answered and told.answered)
        return outcome

    async def _tell(self, ready: Sequence[Delivery]) -> Outcome:
        """One message, to their recipient or to whoever stands in."""
        first = ready[0]
        with speaking((first.stand_in or first.actor).language):
            message = (
                reminder_message(first, self.clock(), self.downtime)
                if len(ready) == 1
                else reminders_message(ready, self.clock(), self.downtime)
            )
        try:
            sent = await self._send(first, message)
        except TelegramAPIError as fault:
            return await self._refused(ready, fault)
        await self._mark_sent(ready, sent)
        return Outcome(ready)

    async def _refused(self, ready: Sequence[Delivery], fault: TelegramAPIError) -> Outcome:
        no_chat = isinstance(fault, TelegramBadRequest) and "chat not found" in fault.message
        if (no_chat or isinstance(fault, TelegramForbiddenError)) and ready[0].stand_in is not None:
            await self._put_off(ready, Why.BLOCKED)  # by whoever stands in: nobody does any more
        elif no_chat or isinstance(fault, TelegramForbiddenError):
            return await self._elsewhere(ready, Why.NO_CHAT if no_chat else Why.BLOCKED)
        elif isinstance(fault, TelegramRetryAfter):
            await self._put_off(ready, Why.ASKED_TO_WAIT, timedelta(seconds=fault.retry_after))
        elif isinstance(fault, TelegramBadRequest):
            log.warning("reminder_refused", reason=fault.message[:100])
            await self._put_off(ready, Why.REFUSED)
        else:
            await self._put_off(ready, Why.SILENT, SILENT_PAUSE, at_most=True)
            return Outcome(answered=False)
        return Outcome()

    async def _ready(self, claimed: Sequence[Delivery]) -> list[Delivery]:
        """Those of them that are to be sent now; what becomes of the others is written down."""
        there = []
        for delivery in claimed:
            if delivery.actor.from_group and not await self.presence.lasts(delivery.actor):
                # skipped with all of theirs, as they were marked gone
                log.info("reminder_not_sent", delivery=delivery.id, reason="the recipient has left the group")
            else:
                there.append(delivery)
        if not there:
            return []
        async with self.lane:
            outcomes = await self.deliveries.ready_together(there, self.clock())
        ready = []
        for delivery, outcome in zip(there, outcomes, strict=True):
            match outcome:
                case Ready(now):
                    ready.append(now)
                case Held():
                    await self.deliveries.held(delivery, outcome)
                case Passed(reason):
                    log.info("reminder_not_sent", delivery=delivery.id, reason=reason)
                    try:
                        await self.deliveries.skipped(delivery, reason)
                    except Removed:
                        continue  # the next claim ends it
        return ready

    async def _send(self, delivery: Delivery, message: Answer) -> int:
        """Where the topic is gone, the group itself is told."""
        to, thread_id = delivery.actor, delivery.thread_id
        if delivery.stand_in is not None:
            to, thread_id = delivery.stand_in, None
        chat_id = to.telegram_chat_id
        try:
            return await send_text(self.bot, chat_id, thread_id, message)
        except TelegramBadRequest as refused:
            if thread_id is None or "thread" not in refused.message:
                raise
            return await send_text(self.bot, chat_id, None, message)

    async def _elsewhere(self, ready: Sequence[Delivery], reason: Why) -> Outcome:
        """Whom the bot can't write to is mentioned where each reminder came from; else whoever assigned is told."""
        sent: list[Delivery] = []
        for delivery in ready:
            group = delivery.group
            if group is None or delivery.actor.chat_kind is ChatKind.GROUP or delivery.notice is not None:
                await self._give_up(delivery, reason)
                continue
            there = replace(
                delivery,
                actor=replace(
                    delivery.actor, telegram_chat_id=group.telegram_chat_id, chat_kind=ChatKind.GROUP
                ),
                thread_id=group.thread_id,
            )
            sent += (await self.deliver([there])).sent
        return Outcome(sent)

    async def _give_up(self, delivery: Delivery, reason: Why) -> None:
        log.warning("reminder_undelivered", delivery=delivery.id, reason=reason.value)
        async with self.lane:
            await self.deliveries.undelivered(delivery, reason, self.clock())

    async def _put_off(
        self, ready: Sequence[Delivery], reason: Why, pause: timedelta | None = None, *, at_most: bool = False
    ) -> None:
        for delivery in ready:
            async with self.lane:
                await self.deliveries.failed(
                    delivery, reason, self.clock(), for_good=False, pause=pause, at_most=at_most
                )

    async def _mark_sent(self, ready: Sequence[Delivery], message_id: int) -> None:
        """What Telegram took is written down, however long PostgreSQL is away, or it would be sent again."""

        async def mark() -> None:  # not behind those that only ask: a kill in between sends it again
            told = [self.leased(one) for one in ready]
            if not await self.deliveries.sent_together(told, message_id, self.clock()):
                log.warning("sent_after_lease", deliveries=[one.id for one in ready], message=message_id)

        await until_there(mark)


async def until_there(mark: Callable[[], Awaitable[object]]) -> None:
    """Raises StorageAway when PostgreSQL stays away for PATIENCE."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            await mark()
        except StorageAway:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(PAUSE)
        else:
            return
