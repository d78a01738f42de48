"""Finishing in Telegram: /done 42 43."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aiogram import Bot, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from crm.answers import Answer
from crm.errors import BadInput
from crm.people import Actor
from crm.tasks import Finished, TaskLists
from crm.tasks.finishing import numbers_in
from crm.updates import Arrival
from handlers.private import title_for
from handlers.questions import DONE, ask
from handlers.texts import due_words, ngettext
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]


class Numbers(Words):
    """As Words; but without a slash only numbers may follow, so that «готово, отправлено» is none of it."""

    async def __call__(self, message: Message, bot: Bot) -> dict[str, Any] | bool:
        found = await super().__call__(message, bot)
        if isinstance(found, dict) and found["words"] and not (message.text or "").startswith("/"):
            try:
                numbers_in(found["words"])
            except BadInput:
                return False
        return found


def router() -> Router:
    own = Router(name="finishing")
    own.message.register(finish_tasks, Numbers("done", "готово"))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="finishing answers")
    own.message.register(finish_tasks, AnswerTo(DONE))
    return own


async def finish_tasks(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    task_lists: TaskLists,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    await state.clear()
    if not words:
        return await ask(state, DONE, _("Which tasks are done? Type their numbers."))
    return await task_lists.finish(actor, arrival, words, clock(), lambda result: finished(result, actor))


def finished(result: Finished, actor: Actor) -> Answer:
    """A line for each task, the next ones of series, and one sentence for the numbers that are nobody's."""
    lines = []
    for one in result.done:
        line = f"✓ #{one.task.number} {title_for(one.task.title, actor)}"
        if one.next_one is not None and one.next_one.due is not None:
            line += " · " + _("Next: {date}, task #{number}").format(
                date=due_words(one.next_one.due), number=one.next_one.number
            )
        lines.append(line)
    lines += [
        f"#{task.number} {title_for(task.title, actor)} · " + _("was done before") for task in result.before
    ]
    if result.refused:
        lines.append(
            ngettext(
                "This one is somebody else's: {numbers}",
                "These are somebody else's: {numbers}",
                len(result.refused),
            ).format(numbers=_listed(result.refused))
        )
    if result.unknown:
        lines.append(
            ngettext(
                "There is no task {numbers} here.", "There are no tasks {numbers} here.", len(result.unknown)
            ).format(numbers=_listed(result.unknown))
        )
    if len(result.done) > 1:
        lines.append(_("/undo takes all of it back."))
    return Answer("\n".join(lines))


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)
