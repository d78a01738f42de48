"""Tasks as data: what a person says of one, what is kept of it, and what a store must do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol

from crm.grammar.dates import Due
from crm.hours import Absence
from crm.people import Actor
from crm.updates import Arrival

TITLE_LIMIT = 500  # characters; a card must fit one Telegram message (4096 UTF-16 units) with room to spare
TEXT_LIMIT = 2000  # characters of a description, a comment or a result
DONE = "task completed"  # why a done task's reminders are not sent
TAKEN_BACK = "task taken back"


class Status(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DEFERRED = "deferred"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class RepeatFrom(StrEnum):
    """Whether the next occurrence counts from the schedule or from the day this one was done."""

    SCHEDULE = "schedule"
    COMPLETION = "completion"


Reading = Mapping[str, Any]
"""Another way the text could be meant: the fields that differ, as history tells them (crm.tasks.changed)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much hangs on a task: items of its checklist and how many are ticked, comments, files, who watches."""

    items: int = 0
    ticked: int = 0
    comments: int = 0
    files: int = 0
    watchers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task about to be saved: everything a person may say of it.

    `reminders` are how long before the due to remind, besides what its assignee's settings ask for, or, where they
    were `chosen_reminders` one by one, no others; for a date-only task they count from the start of the working day.
    `nag_minutes` is how often to remind again until it is seen. `rrule` is an RFC 5545 rule; `phone` is E.164; labels
    carry no #. `source_url` leads to the message the task is about.
    """

    title: str
    description: str = ""
    due: Due | None = None
    priority: Priority = Priority.NORMAL
    task_type: str = "todo"
    assignee_id: int | None = None
    contact_id: int | None = None
    phone: str | None = None
    labels: tuple[str, ...] = ()
    rrule: str | None = None
    repeat_from: RepeatFrom = RepeatFrom.SCHEDULE
    start_date: date | None = None
    duration_minutes: int | None = None
    reminders: tuple[timedelta, ...] = ()
    chosen_reminders: bool = False
    nag_minutes: int | None = None
    readings: tuple[Reading, ...] = ()
    raw_input: str = ""
    source_url: str | None = None
    series_id: int | None = None  # the first task of the series; None starts one when there is a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(NewTask):
    """A task as it is shown. `number` is short and counts within the workspace; times are aware, UTC.

    `version` grows with each change; `slot_date` and `slot_time` say where in its series it belongs, wherever it
    was moved. `rings` are the reminders there are, as how long before the due. `do_not_call` is the contact's wish.
    `unmet` names an assignee who never opened a chat with the bot and is to be told here how. `absence` is the
    assignee's, said to whoever just gave it to them.
    """

    id: int
    number: int
    status: Status
    created_at: datetime
    completed_at: datetime | None = None
    contact_name: str | None = None
    do_not_call: bool = False
    assignee_name: str | None = None
    created_by_id: int | None = None
    result: str | None = None
    version: int = 1
    slot_date: date | None = None
    slot_time: time | None = None
    counts: Counts = Counts()
    rings: tuple[timedelta, ...] = ()
    unmet: str | None = None
    absence: Absence | None = None

    @property
    def is_closed(self) -> bool:
        return self.status in (Status.COMPLETED, Status.CANCELED)

    @property
    def is_unwanted_call(self) -> bool:
        """A call still to be made to somebody who asked not to be called."""
        return self.do_not_call and self.task_type == "call" and not self.is_closed


class TaskStore(Protocol):
    async def add(self, task: NewTask, arrival: Arrival, actor: Actor) -> Task:
        """Number and save a task; the source chat, message and line are unique, and so are the dates of a series."""

    async def by_number(self, number: int) -> Task | None:
        """The task if the actor may see it."""

    async def by_id(self, task_id: int, *, to_change: bool = False) -> Task | None:
        """The task if the actor may see it; `to_change`, if they may change it, locked until the commit."""

    async def by_message(self, actor: Actor, message_id: int) -> Mapping[int, Task | None]:
        """The tasks that a message of the actor's chat made, by line (from 0), locked until the commit; None for one
        that was taken back."""

    async def change(self, task: Task) -> Task:
        """Write what may change of a task, and count its version up."""

    async def complete(self, task_id: int, at: datetime) -> Task: ...

    async def reopen(self, task_id: int, status: Status) -> bool:
        """Take a completion back. This one and `delete` give False when the task is out of reach."""

    async def delete(self, task_id: int, at: datetime) -> bool:
        """Softly: history still knows it."""

    async def restore(self, task_id: int) -> bool:
        """Undo a deletion; False when there is none."""

    async def occurrence(self, series_id: int, day: date) -> Task | None:
        """The series' task that was made for that day, a deleted one too."""

    async def anchor(self, series_id: int) -> Due | None:
        """The due of a series' first task as it was made, from which the rule is drawn, however it was moved."""

    async def begin_series(self, task_id: int) -> None:
        """From here on the task's rule is drawn from the day it is due now."""

    async def touch(self, task_id: int) -> Task:
        """Count the version up: what hangs on the task changed. The task as it is now."""
