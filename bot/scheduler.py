"""The scheduler: looks every second for what falls due and sends each reminder at its moment; tidies up each hour."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.gate import Priority, sending
from crm.errors import StorageAway
from crm.presence import Presence
from crm.reminders import Delivery, Reminders
from crm.updates import KEPT, UpdateJournal
from handlers.reminders import deliver

log = structlog.get_logger()
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
        self._jobs: set[asyncio.Task[None]] = set()
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
        """No more looks; what is being sent is finished. What was claimed and not sent is claimed again later."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=5)

    async def tick(self) -> None:
        """Claim what falls due within a second, until there is nothing more to claim."""
        try:
            while claimed := await self._reminders.claim(self._clock()):
                for delivery in claimed:
                    job = asyncio.create_task(self._fire(delivery))
                    self._jobs.add(job)
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
        try:
            with sending(Priority.REMINDER):
                await deliver(
                    self._bot, delivery, reminders=self._reminders, presence=self._presence, clock=self._clock
                )
        except StorageAway:
            log.warning("delivery_left_to_its_lease", delivery=delivery.id)
        except Exception:
            log.exception("delivery_fault", delivery=delivery.id)
