"""Reminders in Telegram: /remind, and what the message at its time is answered with."""

from collections.abc import Callable
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.errors import NoTitle, ToConfirm
from crm.people import Actor
from crm.reminder_edits import ReminderEdits
from crm.reminders import Reminder, Reminders
from crm.updates import Arrival
from handlers.confirmations import answer_confirmation, ask_to_confirm
from handlers.questions import REMIND, ask, keep, with_what_was_kept
from handlers.repeats import rule_words
from handlers.task_cards import nag_words
from handlers.texts import due_words, formatted, ngettext
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="reminders")
    own.message.register(create_reminder, Words("remind", "напомни", "напомнить"))
    own.edited_message.register(reread_reminder, Words("remind", "напомни", "напомнить"))
    own.callback_query.register(confirm_reminder, F.data.regexp(r"^remind:(yes|no):\d{1,18}$"))
    own.callback_query.register(take_back_reminder, F.data.regexp(r"^r:\d{1,18}:undo$"))
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="reminders answers")
    own.message.register(answer_reminder, AnswerTo(REMIND))
    return own


async def create_reminder(
    message: Message, words: str, actor: Actor, arrival: Arrival, reminders: Reminders, state: FSMContext
) -> Answer:
    await state.clear()
    if not words:
        return await ask(state, REMIND, _("What shall I remind you of, and when?"))
    return await save_or_ask(words, actor, arrival, reminders, state)


async def answer_reminder(
    message: Message, words: str, actor: Actor, arrival: Arrival, reminders: Reminders, state: FSMContext
) -> Answer:
    """What was asked for, with the line it was missing from; its "in an hour" is counted from that line."""
    words, arrival = await with_what_was_kept(state, words, arrival)
    return await save_or_ask(words, actor, arrival, reminders, state)


async def save_or_ask(
    words: str, actor: Actor, arrival: Arrival, reminders: Reminders, state: FSMContext
) -> Answer:
    """Save a line; what is missing or doubtful becomes a question that remembers the line."""
    try:
        return await reminders.create(actor, arrival, words, reminder_card)
    except NoTitle:
        await keep(state, words, arrival)
        return await ask(state, REMIND, _("What shall I remind you of then?"))
    except ToConfirm as doubt:
        return await ask_to_confirm(state, "remind", words, arrival, doubt)


async def reread_reminder(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    reminders: Reminders,
    reminder_edits: ReminderEdits,
    state: FSMContext,
) -> Answer | None:
    """An edit of the message that made a reminder; one that made none may make it now."""
    if not words:
        return None
    try:
        reread = await reminder_edits.reread(actor, arrival, words, reminder_card)
    except ToConfirm as doubt:
        return await ask_to_confirm(state, "remind", words, arrival, doubt)
    return reread or await save_or_ask(words, actor, arrival, reminders, state)


async def confirm_reminder(
    query: CallbackQuery,
    actor: Actor,
    arrival: Arrival,
    reminders: Reminders,
    reminder_edits: ReminderEdits,
    state: FSMContext,
) -> Answer:
    async def save(said: Arrival, words: str) -> Answer:
        changed = await reminder_edits.reread(actor, said, words, reminder_card, confirmed=True)
        return changed or await reminders.create(actor, said, words, reminder_card, confirmed=True)

    return await answer_confirmation(query, arrival, state, save)


async def take_back_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminders: Reminders, clock: Clock
) -> Answer:
    reminder_id = int(str(query.data).split(":")[1])
    taken_back = Answer(_("Taken back: no reminder will come."), edit=True)
    return await reminders.take_back(actor, arrival, reminder_id, clock(), lambda _none: taken_back)


def reminder_card(reminder: Reminder) -> Answer:
    """What will come, when, how often and how insistently."""
    lines = ["\n" + line for line in reminder_lines(reminder)]
    text, entities = formatted(_("I will remind you"), "\n", Bold(reminder.text), *lines)
    return Answer(text, entities, buttons=((Button(_("Take back"), data=f"r:{reminder.id}:undo"),),))


def reminder_lines(reminder: Reminder) -> list[str]:
    """A line for its moment, and one for each thing that is set."""
    lines = [due_words(reminder.due)]
    if reminder.rrule is not None:
        lines.append("🔁 " + rule_words(reminder.rrule, reminder.due))
    if reminder.nag_minutes is not None:
        lines.append("🔔 " + nag_words(reminder.nag_minutes) + ", " + most_words(reminder.nag_limit))
    if reminder.urgent:
        lines.append("🚩 " + _("urgent, in quiet hours too"))
    return lines


def most_words(limit: int) -> str:
    return ngettext("{count} time at most", "{count} times at most", limit).format(count=limit)
