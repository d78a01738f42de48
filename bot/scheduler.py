"""The scheduler: looks every second for what falls due and sends each reminder at its moment; tidies up each hour."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from crm.errors import CrmError, StorageAway
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
    ) -> None:
        self._bot = bot
        self._reminders = reminders
        self._presence = presence
        self._journal = journal
        self._clock = clock
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
        self._scheduler.start()

    async def stop(self) -> None:
        """No more looks; what is being sent is finished, and what only waits is given back to the other replicas."""
        self._stopping = True
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

    async def tidy(self) -> None:
        """Forget what is kept for a while only. While PostgreSQL is away there is always the next hour."""
        try:
            await self._journal.purge(self._clock() - KEPT)
        except StorageAway:
            log.warning("postgresql_away", room="upkeep")

    async def _fire(self, delivery: Delivery) -> None:
        await asyncio.sleep(max(0.0, (delivery.due_at - self._clock()).total_seconds()))
        if (job := asyncio.current_task()) is not None:
            self._waiting.pop(job, None)
        try:
            await deliver(
                self._bot, delivery, reminders=self._reminders, presence=self._presence, clock=self._clock
            )
        except StorageAway:
            log.warning("delivery_left_to_its_lease", delivery=delivery.id)
        except Exception:
            log.exception("delivery_fault", delivery=delivery.id)
