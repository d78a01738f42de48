"""Questions about a task: a button asks, and the next message is the comment, the title, the date or the like."""

from collections.abc import Awaitable

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer
from crm.errors import ToConfirm
from crm.people import Actor
from crm.tasks import Task, Tasks
from crm.tasks.changes import set_description, set_result
from crm.tasks.checklists import Checklists
from crm.tasks.lines import retitled
from crm.tasks.moves import TaskMoves
from crm.tasks.talk import TaskTalk, checked_text
from crm.updates import Arrival
from handlers.confirmations import ask_to_confirm
from handlers.private import title_for
from handlers.questions import ask, closing, in_place, or_ended
from handlers.task_cards import task_card
from handlers.task_checklists import checklist_card
from handlers.task_marks import pressed, presses
from handlers.task_talk import comments_card
from handlers.texts import gettext as _
from handlers.words import AnswerTo

ABOUT = ("when", "say", "steps", "title", "about", "result", "lead")


def router() -> Router:
    own = Router(name="task questions")
    own.callback_query.register(ask_about_task, presses(f"({'|'.join(ABOUT)})"))
    return own


def answers() -> Router:
    """What follows such a button; asked after all commands, so that any of them ends the question."""
    own = Router(name="task answers")
    for about in ABOUT:
        own.message.register(answer_about_task, AnswerTo(f"task:{about}"))
    return own


async def ask_about_task(query: CallbackQuery, actor: Actor, tasks: Tasks, state: FSMContext) -> Answer:
    press = pressed(query)
    task = await tasks.show(actor, press.task_id)
    questions = {
        "when": _("When shall “{title}” be done? For example: tomorrow 15:00"),
        "say": _("What shall be written beside “{title}”?"),
        "steps": _("What are the steps of “{title}”? Each on a line of its own."),
        "title": _("What shall “{title}” be called?"),
        "about": _("What is there to know about “{title}”?"),
        "result": _("What came out of “{title}”?"),
        "lead": _("When shall I remind you of “{title}”? For example: 2 hours before, or tomorrow 9:00"),
    }
    question = questions[press.what].format(title=title_for(task.title, actor))
    asked = await ask(state, f"task:{press.what}", in_place(question, actor))
    await state.set_data({"task_id": task.id})
    return asked


async def answer_about_task(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    tasks: Tasks,
    task_moves: TaskMoves,
    task_talk: TaskTalk,
    checklists: Checklists,
    state: FSMContext,
) -> Answer:
    """What can't be taken is said, and the question stays open for the next try."""
    about = str(await state.get_state()).removeprefix("task:")
    task_id, closes = int((await state.get_data())["task_id"]), closing(state, arrival)

    def card(task: Task) -> Answer:
        return task_card(task, actor)

    doing: Awaitable[Answer]
    match about:
        case "when":
            doing = task_moves.reschedule(actor, closes, task_id, words, card)
        case "say":
            doing = task_talk.comment(actor, closes, task_id, words, lambda said: comments_card(said, actor))
        case "steps":
            doing = checklists.add(actor, closes, task_id, words, lambda after: checklist_card(after, actor))
        case "lead":
            doing = task_moves.remind(actor, closes, task_id, words, card)
        case "title":
            doing = tasks.change(actor, closes, task_id, retitled(words), card)
        case "about":
            doing = tasks.change(actor, closes, task_id, set_description(checked_text(words)), card)
        case _:
            doing = tasks.change(actor, closes, task_id, set_result(checked_text(words)), card)
    try:
        return await or_ended(doing, state)
    except ToConfirm as doubt:
        return await ask_to_confirm(state, f"when.{task_id}", words, arrival, doubt)
