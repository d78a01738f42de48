"""Faults as operators hear of them: a new one at once, one that goes on once an hour with a count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crm.updates import Notice

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


ToOperators = Callable[[Sequence[Fault], Sequence[Operator]], Sequence[Notice]]


class FaultDoors(Protocol):
    """All replicas count together. Each call is a transaction of its own, in which the messages to the operators are
    written too."""

    async def note(self, summary: str, reference: str, now: datetime, tell: ToOperators) -> None:
        """Count one more; `tell` of it, unless that can wait."""

    async def repeated(self, now: datetime, tell: ToOperators) -> None:
        """`tell` of what went on after it was told an hour ago; one caller only does."""

    async def operators(self) -> Sequence[Operator]: ...
