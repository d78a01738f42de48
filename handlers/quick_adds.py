"""Quick adds in Telegram: a private text that needs no command, and the edits of one."""

from collections.abc import Sequence
from datetime import datetime

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from crm.answers import Answer
from crm.calls import Calls
from crm.errors import ToConfirm
from crm.people import Actor
from crm.quick_adds import QuickAdds, Saved
from crm.reminder_edits import ReminderEdits
from crm.reminders import Reminder
from crm.tasks import Task, Tasks
from crm.updates import Arrival
from handlers.calls import call_card
from handlers.calls.logs import reread_line
from handlers.confirmations import ask_to_confirm
from handlers.reminders import reminder_card
from handlers.task_cards import saved_answer, with_left
from handlers.texts import gettext as _


def router() -> Router:
    own = Router(name="quick adds")
    own.message.register(save_at_once, F.text, F.chat.type == "private")
    own.edited_message.register(reread, F.text, F.chat.type == "private")
    return own


async def save_at_once(message: Message, actor: Actor, arrival: Arrival, quick_adds: QuickAdds) -> Answer:
    """What leaves a doubt goes on to the assistant."""
    answer = await quick_adds.save(
        actor,
        arrival,
        message.text or "",
        lambda saved: saved_card(saved, actor, arrival.message_id, arrival.sent_at),
    )
    if answer is None:
        raise SkipHandler
    return answer


async def reread(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    tasks: Tasks,
    reminder_edits: ReminderEdits,
    calls: Calls,
    state: FSMContext,
) -> Answer | None:
    """An edit of a text that made tasks, a reminder or a call."""
    words, about = message.text or "", "confirm"
    try:
        changed = await tasks.reread(
            actor,
            arrival,
            words,
            lambda saved: saved_answer(saved, actor, arrival.message_id),
            with_left=lambda answer, left: with_left(answer, left, actor),
        )
        about = "remind"
        changed = changed or await reminder_edits.reread(actor, arrival, words, reminder_card)
    except ToConfirm as doubt:
        return await ask_to_confirm(state, about, words, arrival, doubt)
    return changed or await reread_line(words, actor, arrival, calls, state)


def saved_card(saved: Sequence[Saved], actor: Actor, message_id: int | None, now: datetime) -> Answer:
    """One thing is shown by its own card; several tasks as a list; a mixture as a list of lines."""
    tasks = [one for one in saved if isinstance(one, Task)]
    if len(tasks) == len(saved):
        return saved_answer(tasks, actor, message_id)
    cards = [_card(one, actor, now) for one in saved]
    if len(cards) == 1:
        return cards[0]
    return Answer(_("Saved:") + "\n\n" + "\n\n".join(card.text for card in cards))


def _card(one: Saved, actor: Actor, now: datetime) -> Answer:
    if isinstance(one, Task):
        return saved_answer([one], actor)
    return reminder_card(one) if isinstance(one, Reminder) else call_card(one, actor, now)
