"""Health: whether the bot can work, and how much waits for how long; for the operator and for what watches."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from crm.answers import Answer, Reply
from crm.errors import N_, NotAllowed, StorageAway
from crm.people import Actor
from crm.storage import Storage
from crm.updates import Arrival

LATELY = timedelta(days=1)  # how far back lateness is looked at
SILENCE = timedelta(seconds=90)  # without an answer from Telegram, after which it counts as away


class Redis(Enum):
    UNUSED = "unused"
    WELL = "ok"
    AWAY = "degraded"  # slower, not unwell: nothing depends on it


@dataclass(frozen=True, slots=True)
class Queue:
    length: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in PostgreSQL: reminders that are due, messages to assistants, answers to updates."""

    reminders: Queue
    turns: Queue
    answers: Queue


@dataclass(frozen=True, slots=True)
class Vitals:
    """`waiting` is None while PostgreSQL is away; `schema_fits` says that the schema is not older than the code.
    How long things wait is shown and not judged: what is right depends on what came before."""

    waiting: Waiting | None
    schema_fits: bool
    telegram_silence: timedelta
    redis: Redis
    sends_waiting: int = 0

    @property
    def telegram_answers(self) -> bool:
        return self.telegram_silence <= SILENCE

    @property
    def is_ready(self) -> bool:
        return self.waiting is not None and self.schema_fits and self.telegram_answers


@dataclass(frozen=True, slots=True)
class Failed:
    """Deliveries that failed for good, for one reason; `latest_id` is the youngest of them."""

    reason: str
    times: int
    latest_id: int
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryHealth:
    """Reminders of all teams. Lateness is that of those sent within LATELY, None when there were none; what waited for
    somebody's own quiet hours doesn't count."""

    due: int
    leased: int
    sent: int
    median: timedelta | None
    worst: timedelta | None  # of 99 in 100
    failed: Sequence[Failed] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What an operator is shown; no deliveries while PostgreSQL is away."""

    vitals: Vitals
    deliveries: DeliveryHealth | None


class HealthDoors(Protocol):
    async def deliveries(self, now: datetime, since: datetime) -> DeliveryHealth: ...


class Health:
    """`look` takes the vitals, within a few seconds."""

    def __init__(self, look: Callable[[], Awaitable[Vitals]], doors: HealthDoors, storage: Storage) -> None:
        self._look = look
        self._doors = doors
        self._storage = storage

    async def show(self, actor: Actor, now: datetime) -> Condition:
        """Raises NotAllowed for anybody but an operator."""
        _only_operators(actor)
        vitals = await self._look()
        try:
            return Condition(vitals, await self._doors.deliveries(now, now - LATELY))
        except StorageAway:
            return Condition(vitals, None)

    async def retry(self, actor: Actor, arrival: Arrival, delivery_id: int, reply: Reply[int]) -> Answer:
        """Have a failed delivery tried again, and all that failed for the same reason; the reply is told how many.
        Raises NotAllowed for anybody but an operator."""
        _only_operators(actor)
        async with self._storage.transaction(actor) as unit:
            answer = reply(await unit.deliveries.retry(delivery_id))
            await unit.updates.finish(arrival, answer)
        return answer


def _only_operators(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotAllowed(N_("Only whoever runs the bot can see how it is."))
