"""Tasks in Telegram: /task and its edits, and the Done button."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer
from crm.dialogs import DialogStore
from crm.errors import NoTitle, ToConfirm
from crm.people import Actor
from crm.tasks import Completed, Task, Tasks
from crm.tasks.naming import WhichMember
from crm.tasks.saving import NOBODY_MEANT
from crm.tasks.sources import NOWHERE, Source
from crm.updates import Arrival
from handlers.confirmations import answer_confirmation, ask_to_confirm
from handlers.offers import offers_of
from handlers.questions import TASK, ask, keep, with_what_was_kept
from handlers.sources import (
    kept,
    on_one_line,
    source_from,
    source_of,
    tasks_of_card,
    words_of_reply,
    written_at,
)
from handlers.task_assignees import ask_which_member
from handlers.task_cards import done_card, saved_answer, with_left
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]
CONFIRMED = r"^confirm:(yes|no)(:\d{1,18})?$"
TASK_WORDS = Words("task", "задача", labels=("Task",))


def router() -> Router:
    own = Router(name="tasks")
    own.message.register(create_task, TASK_WORDS)
    own.edited_message.register(reread_task, TASK_WORDS)
    own.callback_query.register(complete_task, F.data.regexp(r"^done:\d{1,18}$"))
    own.callback_query.register(confirm_task, F.data.regexp(CONFIRMED))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="tasks answers")
    own.message.register(answer_task, AnswerTo(TASK))
    return own


async def create_task(
    message: Message,
    words: str,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    tasks: Tasks,
    dialogs: DialogStore,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    """The line after the command; with nothing after it, the message that is replied to. Below a picture of an album,
    the others of it are the task's files too."""
    await state.clear()
    source, said = source_of(message), on_one_line(words_of_reply(message))
    if not words:
        replied = message.reply_to_message
        if replied is None or not (words := said):
            return await ask_title(state, _("What is to be done?"), source)
        source, said = replace(source, said_at=written_at(replied)), ""
    made: list[Task] = []
    answer = await save_or_ask(words, actor, arrival, tasks, state, source, beside=said, saved=made.extend)
    await offers_of(dialogs, bot.id, actor, clock()).keep_task(
        str(arrival.update_id), message.media_group_id, made
    )
    return answer


async def answer_task(
    message: Message, words: str, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    """The title that was asked for, with the line it was missing from; its "tomorrow" is that day's."""
    source = source_from((await state.get_data()).get("source"))
    words, arrival = await with_what_was_kept(state, words, arrival)
    return await save_or_ask(words, actor, arrival, tasks, state, source)


async def ask_title(state: FSMContext, question: str, source: Source) -> Answer:
    """The next message is the line; what it is about and the files are remembered."""
    asked = await ask(state, TASK, question)
    await state.update_data(source=kept(source))
    return asked


async def save_or_ask(
    words: str,
    actor: Actor,
    arrival: Arrival,
    tasks: Tasks,
    state: FSMContext,
    source: Source = NOWHERE,
    meant: Mapping[str, int] = NOBODY_MEANT,
    *,
    beside: str = "",
    saved: Callable[[Sequence[Task]], None] = lambda _tasks: None,
) -> Answer:
    """Save a line; what is missing or doubtful becomes a question that remembers the line. `beside` are the words it
    replies to: they are its title if it has none of its own. `saved` is told what the line made."""

    def card(tasks: Sequence[Task]) -> Answer:
        saved(tasks)
        return saved_answer(tasks, actor, arrival.message_id)

    try:
        return await tasks.create(actor, arrival, words, card, source=source, meant=meant)
    except NoTitle:
        if beside:
            line = f"{words} {beside}"
            return await save_or_ask(line, actor, arrival, tasks, state, source, meant, saved=saved)
        await keep(state, words, arrival)
        return await ask_title(state, _("What is to be done then?"), source)
    except WhichMember as unknown:
        return await ask_which_member(state, words, arrival, source, unknown)
    except ToConfirm as doubt:
        question = await ask_to_confirm(state, "confirm", words, arrival, doubt)
        await state.update_data(source=kept(source), meant=dict(meant))
        return question


async def confirm_task(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    remembered = await state.get_data()
    source, meant = source_from(remembered.get("source")), remembered.get("meant") or {}

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
        return changed or await tasks.create(
            actor, said, words, card, confirmed=True, source=source, meant=meant
        )

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


async def complete_task(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    """Below a reminder its message becomes the card of the done task; below a list of several the list stays."""
    task_id = int(str(query.data).split(":")[1])
    alone = not isinstance(query.message, Message) or len(tasks_of_card(query.message)) < 2

    def card(done: Completed) -> Answer:
        return replace(done_card(done, actor), edit=alone)

    return await tasks.complete(actor, arrival, task_id, clock(), card)
