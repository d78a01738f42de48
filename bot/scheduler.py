"""The scheduler: looks every second for what falls due and sends each reminder at its moment."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.contextvars import bound_contextvars

from bot.digests import DigestRounds
from bot.fading import FadingRounds
from bot.faults import referred
from bot.gate import Priority, sending
from bot.metrics import Metrics
from bot.postponed import PostponedAnswers
from bot.reports import Reports
from bot.signs import SignsOfLife
from bot.upkeep import Upkeep
from crm.deliveries import Deliveries, Delivery
from crm.digests import Digests
from crm.errors import CrmError, StorageAway
from crm.lateness import folded
from crm.presence import Presence
from handlers.deliveries import Outcome, Post

log = structlog.get_logger()
AHEAD = timedelta(seconds=1)  # what is claimed before its moment
# messages claimed and not sent yet: what the gate lets out in a few seconds, well within a lease
IN_FLIGHT = 100
REFILL = IN_FLIGHT // 2  # so many left, more is claimed
BATCH = 50  # claimed at once: what comes back is read in one go, in which the event loop stands still
# of them that ask PostgreSQL at once: what a crowd does with the answers stops the loop for long
SIDE_BY_SIDE = 6
NAP = 2.0  # seconds until a look that nothing asked for: APScheduler waits by a clock that may be set back
SILENCE = 5.0  # seconds in which one message at a time finds out whether Telegram answers again
SENDING = 5.0  # seconds a stop waits for reminders on their way


class ReminderClock:
    """APScheduler says when to look; the rows say what is due."""

    def __init__(
        self,
        bot: Bot,
        deliveries: Deliveries,
        presence: Presence,
        clock: Callable[[], datetime],
        *,
        reports: Reports | None = None,
        metrics: Metrics | None = None,
        postponed: PostponedAnswers | None = None,
        digests: Digests | None = None,
        fading: FadingRounds | None = None,
        upkeep: Upkeep | None = None,
    ) -> None:
        lane = asyncio.Semaphore(SIDE_BY_SIDE)
        self._post = Post(bot, deliveries, presence, clock, lane, leased=self._leased)
        self._deliveries = deliveries
        self._clock = clock
        self._reports = reports
        self._metrics = metrics or Metrics()
        self._postponed = postponed
        self._rounds = DigestRounds(bot, digests, clock, self._fault) if digests is not None else None
        self._held: dict[int, Delivery] = {}  # claimed and not at their end, by id
        self._waiting: dict[asyncio.Task[None], list[Delivery]] = {}  # of them, whose moment has not come
        self._renewed: dict[int, Delivery] = {}  # leased to us anew while a message told of them
        self._messages: set[asyncio.Task[None]] = set()
        self._fading = fading
        self.upkeep = upkeep
        self.signs = SignsOfLife(deliveries, clock, self._fault, self.wake)
        self._jobs: set[asyncio.Task[None]] = set()
        self._looking = asyncio.Lock()
        self._woken = asyncio.Event()
        self._is_more = False  # the last look left something due behind
        self._silent_until = 0.0  # loop time
        self._stopping = False
        self._away = False
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self, *, hears: bool = False) -> None:
        """`hears`: that it runs is all there is to say of Telegram's updates, which come by themselves."""
        self._scheduler.add_job(
            self.tick, "interval", seconds=1, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        self.signs.schedule(self._scheduler, hears=hears)
        if self.upkeep is not None:
            self.upkeep.schedule(self._scheduler, self._fault)
        if self._reports is not None:
            self._scheduler.add_job(self.tell, "interval", minutes=1, misfire_grace_time=None)
        if self._postponed is not None:
            self._scheduler.add_job(self.answer, "interval", seconds=2, misfire_grace_time=None)
        if self._rounds is not None:
            self._rounds.schedule(self._scheduler)
        if self._fading is not None:
            self._fading.schedule(self._scheduler, self._fault)
        self._scheduler.start()
        self._keep(asyncio.create_task(self._watch()))

    def wake(self) -> None:
        """Something may have fallen due just now, by what this process did."""
        self._woken.set()

    def heard(self) -> None:
        """Telegram gave the bot its updates; written down each minute, the first time at once."""
        if self.signs.heard():
            self._keep(asyncio.create_task(self.signs.give()))

    async def stop(self) -> None:
        """No more looks; what is being sent is finished, and what only waits is given back to the other replicas."""
        self._stopping = True
        if self._rounds is not None:
            self._rounds.stop()
        self.wake()
        if self._postponed is not None:
            self._postponed.stop()
        async with self._looking:  # a claim cut off in the middle would be left to its lease
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)
        waiting = list(self._waiting.items())
        for job, _deliveries in waiting:  # all first: giving back takes a while, and moments come
            job.cancel()
        for _job, deliveries in waiting:
            await self._release(deliveries)
        on_their_way = self._jobs | (self._rounds.under_way if self._rounds is not None else set())
        if on_their_way:
            await asyncio.wait(on_their_way, timeout=SENDING)

    async def tick(self) -> None:
        """Claim what falls due within a second, as much of it as can be sent soon."""
        async with self._looking:
            await self._look()

    async def _watch(self) -> None:
        """Look when woken; and when APScheduler doesn't, because the machine's clock was set back, all the same."""
        steady, wall = asyncio.get_running_loop().time(), self._clock()
        while not self._stopping:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(NAP):
                    await self._woken.wait()
            self._woken.clear()
            passed = asyncio.get_running_loop().time() - steady
            jumped = (self._clock() - wall).total_seconds() - passed
            steady, wall = steady + passed, self._clock()
            if abs(jumped) > NAP:
                log.warning("clock_was_set", seconds=round(jumped))
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=wall)
            await self.tick()

    async def _look(self) -> None:
        try:
            await self.signs.begin()
            self._post = replace(self._post, downtime=self.signs.downtime)
            while not self._stopping and (room := self._room()) > 0:
                now = self._clock()
                limit = min(room, BATCH)
                claimed = await self._deliveries.claim(
                    now, ahead=AHEAD, limit=limit, held=list(self._held.values())
                )
                self._is_more = len(claimed) >= limit
                for deliveries in folded([one for one in claimed if not self._renew(one)], now):
                    self._begin(deliveries)
                if not claimed or self._room() < REFILL:  # not a question for each message that goes out
                    break
            self._away = False
        except StorageAway:
            if not self._away:
                log.warning("postgresql_away", room="scheduler")
            self._away = True
        except Exception as fault:  # the next look must come all the same
            self._fault(fault)

    def _renew(self, fresh: Delivery) -> bool:
        """Whether one that was claimed is held already: its lease was lost meanwhile, and this is the new one. What
        waits for its moment goes by the new lease; what is on its way is marked by it, and looked at once more then."""
        stale = self._held.get(fresh.id)
        if stale is None:
            return False
        self._held[fresh.id] = fresh
        for deliveries in self._waiting.values():
            if stale in deliveries:
                deliveries[deliveries.index(stale)] = fresh
                return True
        self._renewed[fresh.id] = fresh
        return True

    def _leased(self, delivery: Delivery) -> Delivery:
        held = self._held.get(delivery.id)
        return delivery if held is None else replace(delivery, lease=held.lease)

    def _room(self) -> int:
        room = IN_FLIGHT - len(self._messages)
        silent = asyncio.get_running_loop().time() < self._silent_until
        return min(room, int(not self._messages)) if silent else room

    def _begin(self, deliveries: list[Delivery]) -> None:
        job = asyncio.create_task(self._fire(deliveries))
        self._keep(job)
        self._messages.add(job)
        self._waiting[job] = deliveries
        self._held |= {one.id: one for one in deliveries}

        def ended(_job: asyncio.Task[None]) -> None:
            self._messages.discard(job)
            self._waiting.pop(job, None)
            for one in deliveries:
                self._held.pop(one.id, None)
                if (fresh := self._renewed.pop(one.id, None)) is not None and not self._stopping:
                    self._begin([fresh])
            if self._is_more and len(self._messages) <= REFILL:
                self.wake()

        job.add_done_callback(ended)

    def _keep(self, job: asyncio.Task[None]) -> None:
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _release(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            with contextlib.suppress(StorageAway, CrmError):
                await self._deliveries.release(delivery)

    async def tell(self) -> None:
        """Tell the operators of faults that went on."""
        if self._reports is not None:
            with contextlib.suppress(StorageAway):  # there is always the next minute
                await self._reports.sweep()

    async def answer(self) -> None:
        """Send postponed answers whose time has come; a stop waits for the one that is on its way."""
        if self._postponed is not None and not self._stopping:
            job = asyncio.create_task(self._answer(self._postponed))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)
            await asyncio.shield(job)

    async def _answer(self, postponed: PostponedAnswers) -> None:
        try:
            await postponed.send_due()
        except StorageAway:
            return  # the tick, which looks more often, has said it
        except Exception as fault:
            self._fault(fault)

    async def _fire(self, deliveries: list[Delivery]) -> None:
        """Wait for the moment; should the clock be set back meanwhile, it is the next claim's."""
        first = deliveries[0]
        while (wait := (first.moment - self._clock()).total_seconds()) > 0:
            if wait > 2 * AHEAD.total_seconds():
                await self._release(deliveries)
                return
            await asyncio.sleep(wait)
        if (job := asyncio.current_task()) is not None:
            self._waiting.pop(job, None)
        chat = first.actor.chat_kind.value
        try:
            with sending(Priority.REMINDER), bound_contextvars(delivery=first.id, chat=chat):
                self._note(await self._post.deliver(deliveries))
        except StorageAway:
            log.warning("delivery_left_to_its_lease", delivery=first.id)
        except Exception as fault:
            self._fault(fault, delivery=first.id, chat=chat)

    def _note(self, outcome: Outcome) -> None:
        if not outcome.answered:
            self._silent_until = asyncio.get_running_loop().time() + SILENCE
        elif outcome.sent and self._silent_until:
            self._silent_until = 0.0
            self.wake()
        now = self._clock()
        for delivery in outcome.sent:
            self._metrics.lateness.observe(max(0.0, (now - delivery.due_at).total_seconds()))

    def _fault(self, fault: Exception, **about: object) -> None:
        """Nobody is there to be answered; the log and the operator are told, and the row is tried again."""
        with referred() as reference, bound_contextvars(**about):
            log.error("scheduler_fault", exc_info=fault)
            if self._reports is not None:
                self._reports(fault, reference)
