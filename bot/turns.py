"""Turns: the worker that has questions answered, outside of any handler (DESIGN §2.2)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial

import structlog
from aiogram import Bot

from bot.answering import Answering, Assistant, Desk
from bot.metrics import Metrics
from crm.conversations import Conversations
from crm.errors import CrmError, StorageAway
from crm.presence import Presence
from crm.turns import FIRST_LEASE, Turn

log = structlog.get_logger()
AT_ONCE = 256  # turns of one process at a time: most of them wait for their provider
A_CLAIM = 32  # of them taken at once, so that the first needn't wait until the last one is read
SENDING = 5.0  # seconds a stop waits for answers on their way
# seconds between looks at our leases (crm.turns.LEASE is 30), and at who asked to stop: within a second, look included
HEARTBEAT = 0.9


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
        *,
        tell: Callable[[int], None] = lambda _turn_id: None,
        send_cards: Callable[[Turn], Awaitable[object]] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`tell` has the other replicas stop a turn that isn't ours."""
        self._conversations = conversations
        self._clock = clock
        self._new_reference = new_reference
        self._report = report
        self._tell = tell
        self._desk = Desk(
            bot, conversations, assistant, presence, clock, new_reference, report, metrics or Metrics(), sleep
        )
        self._desk.send_cards = send_cards
        self._woken = asyncio.Event()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._ours: dict[int, Answering] = {}  # what runs
        self._giving: set[asyncio.Task[None]] = set()  # turns that came when it was too late
        self._works = False
        self._stopping = False
        self._away = False

    def wake(self) -> None:
        """There may be a new turn."""
        self._woken.set()

    def lease(self) -> datetime | None:
        """Until when a turn that begins now would be ours; the next heartbeat makes it longer."""
        has_room = self._works and not self._stopping and len(self._running) < AT_ONCE
        return self._clock() + FIRST_LEASE if has_room else None

    def take(self, turn: Turn) -> None:
        """Begin a turn that was committed under such a lease; whoever asked was met a moment ago."""
        if self._stopping:  # in that moment
            self._giving.add(giving := asyncio.create_task(self._give_back(turn)))
            giving.add_done_callback(self._giving.discard)
        else:
            self._begin(turn, is_met=True)

    def cancel(self, turn_id: int) -> None:
        """A person asked to stop a turn, ours or another replica's."""
        if not self.heard_stop(turn_id):
            self._tell(turn_id)

    def heard_stop(self, turn_id: int) -> bool:
        """Stop a turn if it is ours."""
        answering = self._ours.get(turn_id)
        if answering is not None:
            answering.stop()
        return answering is not None

    async def run(self) -> None:
        """Until stop(), which hands turns over, or until canceled, which leaves them to their leases."""
        heart = asyncio.create_task(self._beat())
        self._works = True
        try:
            while not self._stopping:
                self._woken.clear()
                await self._claim()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self._woken.wait()
        finally:
            self._works = False
            if not self._stopping:
                await _end([heart, *self._running.values()])
            heart.cancel()

    async def stop(self) -> None:
        """Take no more turns; an answer on its way is sent, the rest is given back for another replica to take."""
        self._stopping = True
        self.wake()
        thinking = [answering.turn for answering in self._ours.values() if not answering.is_sending]
        await _end([self._running[turn.id] for turn in thinking])
        for turn in thinking:
            await self._give_back(turn)
        if self._running or self._giving:
            await asyncio.wait([*self._running.values(), *self._giving], timeout=SENDING)
        await _end(self._running.values())  # Telegram may have these answers or not: their leases decide

    async def _claim(self) -> None:
        room = min(AT_ONCE - len(self._running), A_CLAIM)
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
            self._tell_of(fault, "claim_fault")
            return
        self._away = False
        if self._stopping:
            for turn in claimed:
                await self._give_back(turn)
            return
        for turn in claimed:
            self._begin(turn)
        if len(claimed) == room:
            self.wake()  # there may be more

    def _begin(self, turn: Turn, *, is_met: bool = False) -> None:
        if (stale := self._ours.get(turn.id)) is not None:  # its lease was lost, and this is the new one
            if stale.is_sending:
                stale.goes_on_under(turn.lease)
                return
            self._running[turn.id].cancel()
        answering = Answering(turn, self._desk, is_met=is_met)
        task = asyncio.create_task(answering.take())
        self._running[turn.id], self._ours[turn.id] = task, answering
        task.add_done_callback(partial(self._ended, turn.id))

    def _ended(self, turn_id: int, task: "asyncio.Task[None]") -> None:
        if self._running.get(turn_id) is task:
            del self._running[turn_id], self._ours[turn_id]
        self.wake()  # the next turn of the conversation may be claimed now

    async def _give_back(self, turn: Turn) -> None:
        with contextlib.suppress(StorageAway, CrmError):
            await self._conversations.release(turn)

    async def _beat(self) -> None:
        """Renew all leases in one go; end work on those that are no longer ours, stop what a person asked to."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            ours = dict(self._ours)
            if not ours:
                continue
            try:
                held = await self._conversations.renew([one.turn for one in ours.values()], self._clock())
            except StorageAway:
                continue
            except Exception as fault:
                self._tell_of(fault, "renewal_fault")
                continue
            for turn_id, answering in ours.items():
                if held.get(turn_id) and not answering.turn.is_stopped:
                    answering.stop()
                elif turn_id not in held and (task := self._running.get(turn_id)) is not None:
                    task.cancel()

    def _tell_of(self, fault: Exception, name: str) -> None:
        reference = self._new_reference()
        log.exception(name, reference=reference)
        self._report(fault, reference)


async def _end(tasks: "Iterable[asyncio.Task[None]]") -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
