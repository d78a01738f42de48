"""Exports: tasks, calls and contacts taken out as rows, a batch at a time, as far as one may see them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from crm.contacts import members_only
from crm.grammar.dates import Due
from crm.people import Actor
from crm.storage import Storage

BATCH = 2000  # rows held at a time


class Kind(StrEnum):
    """What a table of people's own is about."""

    CONTACTS = "contacts"
    TASKS = "tasks"
    CALLS = "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact with all that is said of it; `id` is the number it is found by again."""

    id: int
    name: str
    phones: tuple[str, ...] = ()
    email: str | None = None
    company: str | None = None
    telegram: str | None = None
    stage: str = "lead"
    owner: str | None = None
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    do_not_call: bool = False
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task; `number` is the one people know it by."""

    id: int
    number: int
    title: str
    description: str = ""
    status: str = "not_started"
    priority: str = "normal"
    task_type: str = "todo"
    due: Due | None = None
    assignee: str | None = None
    contact: str | None = None
    phone: str | None = None
    labels: tuple[str, ...] = ()
    rrule: str | None = None
    result: str | None = None
    created_at: datetime
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A call; `external_id` is what the telephone exchange called it."""

    id: int
    external_id: str | None = None
    started_at: datetime
    direction: str
    outcome: str
    duration_seconds: int | None = None
    contact: str | None = None
    phone: str | None = None
    member: str | None = None
    notes: str = ""


Row = ContactRow | TaskRow | CallRow


class ExportStore(Protocol):
    async def rows(self, kind: Kind, *, after: int, limit: int) -> Sequence[Row]:
        """Rows with a greater id than `after`, by id; what was taken back is not among them."""


class Exports:
    """The rules of exports."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def batches(self, actor: Actor, kind: Kind, *, size: int = BATCH) -> AsyncIterator[Sequence[Row]]:
        """Batches of all rows the actor may see, none of them empty. Each is read in a transaction of its own, so
        that a long export holds no connection and ends with the membership. Raises NotAllowed for guests."""
        members_only(actor)
        after = 0
        while True:
            async with self._storage.transaction(actor) as unit:
                rows = await unit.exports.rows(kind, after=after, limit=size)
            if rows:
                yield rows
                after = rows[-1].id
            if len(rows) < size:
                return
