"""Finding in Telegram: /find, tasks by their words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer
from crm.people import Actor
from crm.tasks import Task, TaskLists
from handlers.questions import FIND, ask
from handlers.task_lines import open_buttons, task_line
from handlers.texts import formatted
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="finding")
    own.message.register(find_tasks, Words("find", "найти", alone=True))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="finding answers")
    own.message.register(find_tasks, AnswerTo(FIND))
    return own


async def find_tasks(
    message: Message, words: str, actor: Actor, task_lists: TaskLists, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    if not words:
        return await ask(state, FIND, _("What shall I look for?"))
    return replace(found(await task_lists.find(actor, words), words, actor, clock()), aside=True)


def found(tasks: Sequence[Task], words: str, actor: Actor, now: datetime) -> Answer:
    if not tasks:
        return Answer(_("No task tells of “{text}”.").format(text=words[:100]))
    parts: list[object] = [Bold(_("Found"))]
    for task in tasks:
        parts += ["\n", task_line(task, actor, now)]
    text, entities = formatted(*parts)
    return Answer(text, entities, buttons=open_buttons(tasks))
