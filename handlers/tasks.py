"""Tasks in Telegram: /task, /tasks and the Done button."""

from collections.abc import Callable
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.people import Actor, ChatKind
from crm.tasks import Priority, Status, Task, TaskPage, Tasks, is_overdue
from crm.updates import Arrival
from handlers.questions import TASK, ask
from handlers.texts import due_words, formatted, ngettext
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="tasks")
    own.message.register(create_task, Words("task", "задача", labels=("Task",)))
    own.message.register(list_tasks, Words("tasks", "задачи", "сегодня", labels=("Today",)))
    own.callback_query.register(turn_page, F.data.regexp(r"^tasks:\d{1,6}$"))
    own.callback_query.register(complete_task, F.data.regexp(r"^done:\d{1,9}$"))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="tasks answers")
    own.message.register(create_task, AnswerTo(TASK))
    return own


async def create_task(
    message: Message, words: str, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    await state.clear()
    if not words:
        return await ask(state, TASK, _("What is to be done?"))
    return await tasks.create(actor, arrival, words, lambda task: task_card(task, actor))


async def list_tasks(message: Message, actor: Actor, tasks: Tasks, clock: Clock, state: FSMContext) -> Answer:
    await state.clear()
    return task_list(await tasks.list(actor), clock())


async def turn_page(query: CallbackQuery, actor: Actor, tasks: Tasks, clock: Clock) -> Answer:
    return task_list(await tasks.list(actor, int(str(query.data).split(":")[1])), clock(), edit=True)


async def complete_task(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    number = int(str(query.data).split(":")[1])
    return await tasks.complete(actor, arrival, number, clock(), done_card)


def task_card(task: Task, actor: Actor) -> Answer:
    """A saved task with its Done button; a phone in it stays out of groups (DESIGN §2.8)."""
    more = ["\n", task.description] if task.description and actor.chat_kind is ChatKind.PRIVATE else []
    text, entities = formatted("#", str(task.number), " ", Bold(task.title), *_about(task), *more)
    return Answer(text, entities, buttons=((_done(task),),))


def done_card(task: Task) -> Answer:
    text, entities = formatted(
        "✓ #", str(task.number), " ", Bold(task.title), "\n", status_words(task.status)
    )
    return Answer(text, entities, edit=True, toast=_("Done"))


def task_list(page: TaskPage, now: datetime, *, edit: bool = False) -> Answer:
    """Open tasks, a Done button for each, and pages."""
    if not page.total:
        return Answer(
            _("There are no open tasks. Write one: /task tomorrow 10:00 send the invoice"), edit=edit
        )
    parts: list[object] = [
        Bold(ngettext("{count} open task", "{count} open tasks", page.total).format(count=page.total))
    ]
    for task in page.tasks:
        late = " · " + _("overdue") if is_overdue(task, now) else ""
        parts += ["\n", f"#{task.number} ", task.title, *_about(task, " · "), late]
    text, entities = formatted(*parts)
    done = [_done(task, f"✓ {task.number}") for task in page.tasks]
    rows = [tuple(done[at : at + 5]) for at in range(0, len(done), 5)]
    turns = [(page.page - 1, "‹"), (page.page + 1, "›")]
    steps = tuple(Button(sign, data=f"tasks:{to}") for to, sign in turns if 0 <= to < page.pages)
    return Answer(text, entities, buttons=(*rows, steps) if steps else tuple(rows), edit=edit)


def status_words(status: Status) -> str:
    return {
        Status.NOT_STARTED: _("not started"),
        Status.IN_PROGRESS: _("in progress"),
        Status.DEFERRED: _("waiting"),
        Status.COMPLETED: _("done"),
        Status.CANCELED: _("canceled"),
    }[status]


def priority_words(priority: Priority) -> str:
    return {
        Priority.LOW: _("low priority"),
        Priority.NORMAL: "",
        Priority.HIGH: _("high priority"),
        Priority.URGENT: _("urgent"),
    }[priority]


def _about(task: Task, before: str = "\n") -> list[str]:
    words = [due_words(task.due)] if task.due is not None else []
    words += [priority_words(task.priority)] if task.priority is not Priority.NORMAL else []
    return [before, " · ".join(words)] if words else []


def _done(task: Task, text: str | None = None) -> Button:
    return Button(text or _("Done"), data=f"done:{task.number}")
