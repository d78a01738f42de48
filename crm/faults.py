"""Faults as operators hear of them: a new one at once, one that goes on once an hour with a count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """`summary` says what and where, in types and places of the code; `times` since it was last told."""

    summary: str
    reference: str
    times: int


@dataclass(frozen=True, slots=True)
class Operator:
    """Where an operator is told, in which language."""

    telegram_chat_id: int
    language: str


class FaultDoors(Protocol):
    """All replicas count together. Each call is a transaction of its own."""

    async def note(self, summary: str, reference: str, now: datetime) -> int | None:
        """Count one more; how many to tell the operators of now, None when that can wait."""

    async def repeated(self, now: datetime) -> Sequence[Fault]:
        """What went on after it was told an hour ago; told to one caller only."""

    async def operators(self) -> Sequence[Operator]: ...
