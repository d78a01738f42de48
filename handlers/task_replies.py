"""Replies to a task's card: words are a comment, a photo, a file or a voice message is kept with the task."""

from aiogram import Router
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


def is_reply_to_task(message: Message) -> bool:
    """A reply in words or with a file, and no command, to a message of ours that is about one task."""
    replied = message.reply_to_message
    if replied is None or not is_ours(replied) or text_of(message).startswith("/"):
        return False
    return task_of_card(replied) is not None and bool(message.text or attachments_of(message))


def router() -> Router:
    """Asked after all commands and questions."""
    own = Router(name="task replies")
    own.message.register(add_to_task, is_reply_to_task)
    return own


async def add_to_task(message: Message, actor: Actor, arrival: Arrival, task_talk: TaskTalk) -> Answer | None:
    replied, attachments = message.reply_to_message, attachments_of(message)
    task_id = task_of_card(replied) if replied is not None else None
    if task_id is None:
        return None
    if not attachments:
        return await task_talk.comment(
            actor, arrival, task_id, text_of(message), lambda said: comments_card(said, actor)
        )

    def card(task: Task) -> Answer:
        return task_card(task, actor, head=_("Kept with the task"))

    return await task_talk.attach(actor, arrival, task_id, attachments, text_of(message), card)
