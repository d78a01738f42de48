"""Replies to a task's card: words are a comment, a photo, a file or a voice message is kept with the task."""

from typing import Any

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import Message

from crm.answers import Answer
from crm.people import Actor
from crm.tasks import Task
from crm.tasks.talk import TaskTalk
from crm.updates import Arrival
from handlers.sources import attachments_of, is_ours, task_of_card, text_of
from handlers.task_cards import task_card
from handlers.task_talk import comments_card
from handlers.texts import gettext as _


class ReplyToTask(Filter):
    """Matches a reply to a message of ours that is about one task; gives its `task_id`."""

    async def __call__(self, message: Message) -> dict[str, Any] | bool:
        replied = message.reply_to_message
        if replied is None or not is_ours(replied) or text_of(message).startswith("/"):
            return False
        task_id = task_of_card(replied)
        if task_id is None or not (message.text or attachments_of(message)):
            return False
        return {"task_id": task_id}


def router() -> Router:
    """Asked after all commands and questions."""
    own = Router(name="task replies")
    own.message.register(add_to_task, ReplyToTask())
    return own


async def add_to_task(
    message: Message, task_id: int, actor: Actor, arrival: Arrival, task_talk: TaskTalk
) -> Answer:
    attachments = attachments_of(message)
    if not attachments:
        return await task_talk.comment(
            actor, arrival, task_id, text_of(message), lambda said: comments_card(said, actor)
        )

    def card(task: Task) -> Answer:
        return task_card(task, actor, head=_("Kept with the task"))

    return await task_talk.attach(actor, arrival, task_id, attachments, text_of(message), card)
