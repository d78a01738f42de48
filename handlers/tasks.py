"""Tasks in Telegram: /task and its edits, /tasks and the Done button."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.errors import NoTitle, ToConfirm
from crm.people import Actor
from crm.tasks import Task, TaskPage, Tasks, is_overdue
from crm.updates import Arrival
from handlers.confirmations import answer_confirmation, ask_to_confirm
from handlers.private import title_for
from handlers.questions import TASK, ask, keep, with_what_was_kept
from handlers.task_cards import about, done_button, done_card, saved_answer, with_left
from handlers.texts import formatted, ngettext
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]
CONFIRMED = r"^confirm:(yes|no)(:\d{1,18})?$"
TASK_WORDS = Words("task", "задача", labels=("Task",))


def router() -> Router:
    own = Router(name="tasks")
    own.message.register(create_task, TASK_WORDS)
    own.edited_message.register(reread_task, TASK_WORDS)
    own.message.register(list_tasks, Words("tasks", "задачи", "сегодня", labels=("Today",), alone=True))
    own.callback_query.register(turn_page, F.data.regexp(r"^tasks:\d{1,6}$"))
    own.callback_query.register(complete_task, F.data.regexp(r"^done:\d{1,18}$"))
    own.callback_query.register(confirm_task, F.data.regexp(CONFIRMED))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="tasks answers")
    own.message.register(answer_task, AnswerTo(TASK))
    return own


async def create_task(
    message: Message, words: str, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    await state.clear()
    if not words:
        return await ask(state, TASK, _("What is to be done?"))
    return await save_or_ask(words, actor, arrival, tasks, state)


async def answer_task(
    message: Message, words: str, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    """The title that was asked for, with the line it was missing from; its "tomorrow" is that day's."""
    words, arrival = await with_what_was_kept(state, words, arrival)
    return await save_or_ask(words, actor, arrival, tasks, state)


async def save_or_ask(words: str, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext) -> Answer:
    """Save a line; what is missing or doubtful becomes a question that remembers the line."""
    try:
        return await tasks.create(
            actor, arrival, words, lambda saved: saved_answer(saved, actor, arrival.message_id)
        )
    except NoTitle:
        await keep(state, words, arrival)
        return await ask(state, TASK, _("What is to be done then?"))
    except ToConfirm as doubt:
        return await ask_to_confirm(state, "confirm", words, arrival, doubt)


async def confirm_task(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    async def save(said: Arrival, words: str) -> Answer:
        def card(saved: Sequence[Task]) -> Answer:
            return saved_answer(saved, actor, said.message_id)

        changed = await tasks.reread(
            actor,
            said,
            words,
            card,
            confirmed=True,
            with_left=lambda answer, left: with_left(answer, left, actor),
        )
        return changed or await tasks.create(actor, said, words, card, confirmed=True)

    return await answer_confirmation(query, arrival, state, save)


async def reread_task(
    message: Message, words: str, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer | None:
    """An edit of the message that made a task; one that made none, because it could not be read, may make it now."""
    if not words:
        return None
    try:
        reread = await tasks.reread(
            actor,
            arrival,
            words,
            lambda saved: saved_answer(saved, actor, arrival.message_id),
            with_left=lambda answer, left: with_left(answer, left, actor),
        )
    except ToConfirm as doubt:
        return await ask_to_confirm(state, "confirm", words, arrival, doubt)
    return reread or await save_or_ask(words, actor, arrival, tasks, state)


async def list_tasks(message: Message, actor: Actor, tasks: Tasks, clock: Clock, state: FSMContext) -> Answer:
    await state.clear()
    return replace(task_list(await tasks.list(actor), actor, clock()), aside=True)


async def turn_page(query: CallbackQuery, actor: Actor, tasks: Tasks, clock: Clock) -> Answer:
    page = await tasks.list(actor, int(str(query.data).split(":")[1]))
    return task_list(page, actor, clock(), edit=True)


async def complete_task(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    task_id = int(str(query.data).split(":")[1])
    return await tasks.complete(actor, arrival, task_id, clock(), lambda done: done_card(done, actor))


def task_list(page: TaskPage, actor: Actor, now: datetime, *, edit: bool = False) -> Answer:
    """Open tasks, a Done button for each, and pages."""
    if not page.total:
        return Answer(
            _("There are no open tasks. Write one: /task tomorrow 10:00 send the invoice"), edit=edit
        )
    parts: list[object] = [
        Bold(ngettext("{count} open task", "{count} open tasks", page.total).format(count=page.total))
    ]
    for task in page.tasks:
        late = [_("overdue")] if is_overdue(task, now) else []
        parts += [
            "\n",
            " · ".join([f"#{task.number} {title_for(task.title, actor)}", *about(task, actor)[:2], *late]),
        ]
    text, entities = formatted(*parts)
    done = [done_button(task, f"✓ {task.number}") for task in page.tasks]
    rows = [tuple(done[at : at + 5]) for at in range(0, len(done), 5)]
    turns = [(page.page - 1, "‹"), (page.page + 1, "›")]
    steps = tuple(Button(sign, data=f"tasks:{to}") for to, sign in turns if 0 <= to < page.pages)
    return Answer(text, entities, buttons=(*rows, steps) if steps else tuple(rows), edit=edit)
