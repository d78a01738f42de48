"""Tasks: what may follow /task, and what happens then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotFound
from crm.grammar.dates import Due
from crm.grammar.drafts import parse
from crm.grammar.fields import Draft
from crm.grammar.letters import storable
from crm.grammar.readers import Reader
from crm.people import Actor, Role
from crm.reminders import NewReminder
from crm.storage import Storage
from crm.updates import Arrival

TITLE_LIMIT = 500  # characters; a card must fit one Telegram message (4096 UTF-16 units) with room to spare
PAGE = 10  # tasks on one page of /tasks


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


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task about to be saved."""

    title: str
    due: Due | None
    priority: Priority
    task_type: str
    assignee_id: int
    raw_input: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it is shown. `number` is short and counts within the workspace; times are aware, UTC."""

    id: int
    number: int
    title: str
    status: Status
    priority: Priority
    due: Due | None
    assignee_id: int | None
    created_at: datetime
    completed_at: datetime | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of open tasks, what is due first at the top. `page` counts from 0."""

    tasks: Sequence[Task]
    page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


class TaskStore(Protocol):
    async def add(self, task: NewTask, arrival: Arrival, actor: Actor) -> Task:
        """Number and save a task; the source chat, message and line are unique."""

    async def by_number(self, number: int, *, only_chat_id: int | None = None) -> Task | None:
        """`only_chat_id` (our row in `chats`) limits a guest to what arose in that chat."""

    async def complete(self, task_id: int, at: datetime) -> Task: ...

    async def open_tasks(
        self, *, limit: int, offset: int, only_chat_id: int | None = None
    ) -> tuple[Sequence[Task], int]:
        """Open tasks by due time (those without one last), and how many there are in all."""


class Tasks:
    """The rules of tasks."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def create(self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Task]) -> Answer:
        """Read one line and save it with its reminder, in one transaction.

        Raises BadInput for no title, one over TITLE_LIMIT, or a due that has passed.
        """
        draft = parse(text, now=arrival.sent_at, reader=Reader(actor.zone))
        title = checked_title(draft)
        new = NewTask(
            title=title,
            due=draft.due,
            priority=Priority(draft.priority or Priority.NORMAL),
            task_type=draft.task_type or "todo",
            assignee_id=actor.member_id,
            raw_input=storable(text),
            phone=draft.phone,
        )
        async with self._storage.transaction(actor) as unit:
            task = await unit.tasks.add(new, arrival, actor)
            if task.due is not None and task.due.at is not None:
                await unit.reminders.add(
                    NewReminder(text=title, due=task.due, task_id=task.id), actor, arrival
                )
            await unit.activity.add(
                Activity(
                    "created", "task", task.id, actor_member_id=actor.member_id, changes={"title": title}
                )
            )
            answer = reply(task)
            await unit.updates.finish(arrival, answer)
        return answer

    async def complete(
        self, actor: Actor, arrival: Arrival, number: int, now: datetime, reply: Reply[Task]
    ) -> Answer:
        """Mark a task done and cancel its reminders. Doing it again changes nothing and answers the same.

        Raises NotFound.
        """
        async with self._storage.transaction(actor) as unit:
            task = await unit.tasks.by_number(number, only_chat_id=chat_limit(actor))
            if task is None:
                raise NotFound(N_("There is no task {number} here. See the list: /tasks"), number=number)
            if task.status is not Status.COMPLETED:
                task = await unit.tasks.complete(task.id, now)
                await unit.reminders.skip_for_task(task.id, "task completed")
                await unit.activity.add(
                    Activity("completed", "task", task.id, actor_member_id=actor.member_id)
                )
            answer = reply(task)
            await unit.updates.finish(arrival, answer)
        return answer

    async def list(self, actor: Actor, page: int = 0) -> TaskPage:
        """Open tasks the actor may see; a guest sees those of this chat. Past the last page is the last page."""
        page, only_chat_id = max(page, 0), chat_limit(actor)
        async with self._storage.transaction(actor) as unit:
            tasks, total = await unit.tasks.open_tasks(
                limit=PAGE, offset=page * PAGE, only_chat_id=only_chat_id
            )
            if not tasks and total:  # the page emptied since its button was drawn
                page = (total - 1) // PAGE
                tasks, total = await unit.tasks.open_tasks(
                    limit=PAGE, offset=page * PAGE, only_chat_id=only_chat_id
                )
        return TaskPage(tasks=tasks, page=page if tasks else 0, total=total)

    async def show(self, actor: Actor, number: int) -> Task:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            task = await unit.tasks.by_number(number, only_chat_id=chat_limit(actor))
        if task is None:
            raise NotFound(N_("There is no task {number} here. See the list: /tasks"), number=number)
        return task


def checked_title(draft: Draft) -> str:
    """The title of a draft that may be saved. Raises BadInput with what to type instead."""
    if draft.confirm == "past":
        raise BadInput(N_("That time has already passed. Type a later one, for example: tomorrow 10:00"))
    if draft.bad_phone is not None:
        raise BadInput(
            N_("{phone} doesn't look like a phone number. Type it in full, for example: +7 999 123-45-67"),
            phone=draft.bad_phone,
        )
    if not draft.title:
        raise BadInput(N_("What is to be done? For example: /task tomorrow 10:00 send the invoice"))
    if len(draft.title) > TITLE_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A task fits in {limit}: type it shorter."),
            length=len(draft.title),
            limit=TITLE_LIMIT,
        )
    return draft.title


def chat_limit(actor: Actor) -> int | None:
    """The only chat whose rows the actor sees: a guest's own chat, None for members (DESIGN §3)."""
    return actor.chat_id if actor.role is Role.GUEST else None


def is_overdue(task: Task, now: datetime) -> bool:
    """Whether an open task's time has passed; a date-only one is overdue from the next day on."""
    if task.due is None or task.status in (Status.COMPLETED, Status.CANCELED):
        return False
    if task.due.at is not None:
        return task.due.at < now
    return task.due.date < now.astimezone(task.due.zone).date()
