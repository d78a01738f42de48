"""Health: whether the bot can work, and how much waits for how long; for the operator and for what watches."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from crm.errors import N_, NotAllowed
from crm.people import Actor

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


class Health:
    """`look` takes the vitals, within a few seconds."""

    def __init__(self, look: Callable[[], Awaitable[Vitals]]) -> None:
        self._look = look

    async def show(self, actor: Actor) -> Vitals:
        """Raises NotAllowed for anybody but an operator."""
        if not actor.is_operator:
            raise NotAllowed(N_("Only whoever runs the bot can see how it is."))
        return await self._look()
