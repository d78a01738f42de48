"""Vitals: one look at PostgreSQL, Telegram and Redis, for /readyz, /metrics and the operator's /health."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from aiogram.exceptions import TelegramAPIError

from bot.gate import Gate
from bot.metrics import Metrics
from crm.errors import StorageAway
from crm.health import SILENCE, Redis, Vitals, Waiting
from db.breaker import Breaker
from db.health import SqlHealth

PATIENCE = 3.0  # seconds PostgreSQL has to say how much is waiting


class Looks:
    """`clock` counts seconds, monotonic, as the gate's does."""

    def __init__(
        self,
        health: SqlHealth,
        gate: Gate,
        redis: Breaker | None,
        metrics: Metrics,
        ask: Callable[[], Awaitable[object]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._health = health
        self._gate = gate
        self._breaker = redis
        self._metrics = metrics
        self._ask = ask
        self._clock = clock

    async def look(self) -> Vitals:
        """Take the vitals, and note them in the metrics."""
        waiting, fits = await self._waiting()
        await self._meet_telegram()
        vitals = Vitals(
            waiting=waiting,
            schema_fits=fits,
            telegram_silence=timedelta(seconds=max(0.0, self._clock() - self._gate.heard_at)),
            redis=self._redis(),
            sends_waiting=self._gate.waiting,
        )
        self._note(vitals)
        return vitals

    async def _waiting(self) -> tuple[Waiting | None, bool]:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._health.waiting()
        except (StorageAway, TimeoutError):
            return None, True

    async def _meet_telegram(self) -> None:
        """A bot that nobody writes to hears nothing by a webhook, so it asks before it calls Telegram silent."""
        if self._clock() - self._gate.heard_at > SILENCE.total_seconds() / 3:
            with suppress(TelegramAPIError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._ask()

    def _redis(self) -> Redis:
        if self._breaker is None:
            return Redis.UNUSED
        return Redis.AWAY if self._breaker.is_open else Redis.WELL

    def _note(self, vitals: Vitals) -> None:
        queues = ("reminders", "turns", "answers")
        for name in queues:
            queue = getattr(vitals.waiting, name) if vitals.waiting is not None else None
            self._metrics.queue_length.labels(name).set(queue.length if queue else float("nan"))
            self._metrics.queue_age.labels(name).set(queue.oldest.total_seconds() if queue else float("nan"))
        self._metrics.telegram_silence.set(vitals.telegram_silence.total_seconds())
