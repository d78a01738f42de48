"""The scheduler: looks every second for what falls due and sends each reminder at its moment; tidies up each hour."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.contextvars import bound_contextvars

from bot.faults import referred
from bot.gate import Priority, sending
from bot.metrics import Metrics
from bot.postponed import PostponedAnswers
from bot.reports import Reports
from crm.errors import CrmError, StorageAway
from crm.memory import MemoryDoors
from crm.presence import Presence
from crm.reminders import Delivery, Reminders
from crm.updates import KEPT, UpdateJournal
from handlers.reminders import deliver

log = structlog.get_logger()
SENDING = 5.0  # seconds a stop waits for reminders on their way
SETTLING = timedelta(
    minutes=1
)  # from the start to the first tidying, so that frequent restarts don't put it off


class ReminderClock:
    """APScheduler says when to look; the rows say what is due."""

    def __init__(
        self,
        bot: Bot,
        reminders: Reminders,
        presence: Presence,
        journal: UpdateJournal,
        clock: Callable[[], datetime],
        *,
        reports: Reports | None = None,
        metrics: Metrics | None = None,
        postponed: PostponedAnswers | None = None,
        memories: MemoryDoors | None = None,
    ) -> None:
        self._bot = bot
        self._reminders = reminders
        self._presence = presence
        self._journal = journal
        self._clock = clock
        self._reports = reports
        self._metrics = metrics or Metrics()
        self._postponed = postponed
        self._memories = memories
        self._waiting: dict[asyncio.Task[None], Delivery] = {}  # claimed, their moment has not come
        self._jobs: set[asyncio.Task[None]] = set()
        self._looking = asyncio.Lock()
        self._stopping = False
        self._away = False
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        self._scheduler.add_job(
            self.tick, "interval", seconds=1, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        self._scheduler.add_job(
            self.tidy, "interval", hours=1, next_run_time=self._clock() + SETTLING, misfire_grace_time=None
        )
        if self._reports is not None:
            self._scheduler.add_job(self.tell, "interval", minutes=1, misfire_grace_time=None)
        if self._postponed is not None:
            self._scheduler.add_job(self.answer, "interval", seconds=2, misfire_grace_time=None)
        self._scheduler.start()

    async def stop(self) -> None:
        """No more looks; what is being sent is finished, and what only waits is given back to the other replicas."""
        self._stopping = True
        if self._postponed is not None:
            self._postponed.stop()
        async with self._looking:  # a claim cut off in the middle would be left to its lease
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)
        for job, delivery in list(self._waiting.items()):
            job.cancel()
            with contextlib.suppress(StorageAway, CrmError):
                await self._reminders.release(delivery)
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=SENDING)

    async def tick(self) -> None:
        """Claim what falls due within a second, until there is nothing more to claim."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        try:
            while not self._stopping and (claimed := await self._reminders.claim(self._clock())):
                for delivery in claimed:
                    job = asyncio.create_task(self._fire(delivery))
                    self._jobs.add(job)
                    self._waiting[job] = delivery
                    job.add_done_callback(self._jobs.discard)
            self._away = False
        except StorageAway:
            if not self._away:
                log.warning("postgresql_away", room="scheduler")
            self._away = True
        except Exception as fault:  # the next look must come all the same
            self._fault(fault)

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

    async def tidy(self) -> None:
        """Forget what is kept for a while only. While PostgreSQL is away there is always the next hour."""
        try:
            await self._journal.purge(self._clock() - KEPT)
            if self._memories is not None:
                await self._memories.purge(self._clock())
        except StorageAway:
            log.warning("postgresql_away", room="upkeep")
        except Exception as fault:
            self._fault(fault)

    async def _fire(self, delivery: Delivery) -> None:
        await asyncio.sleep(max(0.0, (delivery.due_at - self._clock()).total_seconds()))
        if (job := asyncio.current_task()) is not None:
            self._waiting.pop(job, None)
        try:
            chat = delivery.actor.chat_kind.value
            with sending(Priority.REMINDER), bound_contextvars(delivery=delivery.id, chat=chat):
                await deliver(
                    self._bot, delivery, reminders=self._reminders, presence=self._presence, clock=self._clock
                )
        except StorageAway:
            log.warning("delivery_left_to_its_lease", delivery=delivery.id)
        except Exception as fault:
            self._fault(fault, delivery=delivery.id, chat=delivery.actor.chat_kind.value)
        else:
            self._metrics.lateness.observe(max(0.0, (self._clock() - delivery.due_at).total_seconds()))

    def _fault(self, fault: Exception, **about: object) -> None:
        """Nobody is there to be answered; the log and the operator are told, and the row is tried again."""
        with referred() as reference, bound_contextvars(**about):
            log.error("scheduler_fault", exc_info=fault)
            if self._reports is not None:
                self._reports(fault, reference)
