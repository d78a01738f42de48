"""Reminders in Telegram that are still to come: /reminders, a card for each, and what is typed anew of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer
from crm.errors import Stale
from crm.people import Actor
from crm.reminder_edits import Field, ReminderEdits
from crm.reminder_lists import ReminderLists
from crm.updates import Arrival
from handlers.questions import ask, closing, in_place, or_ended
from handlers.reminder_cards import (
    deleted_card,
    edited_card,
    kept_card,
    listed_card,
    question_words,
    reminder_list,
    text_of,
    turn_of,
)
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="reminder lists")
    own.message.register(list_reminders, Words("reminders", "напоминания", alone=True))
    own.callback_query.register(
        turn_reminders, F.data.regexp(r"^rl:\d{1,20}:(0|[ab]:(p|\d{1,17}):\d{1,18})$")
    )
    own.callback_query.register(open_reminder, F.data.regexp(r"^rc:\d{1,18}$"))
    own.callback_query.register(edit_from_message, F.data.regexp(r"^rd:\d{1,18}:edit$"))
    own.callback_query.register(pause_reminder, presses("pause"))
    own.callback_query.register(resume_reminder, presses("resume"))
    own.callback_query.register(delete_reminder, presses("del"))
    own.callback_query.register(keep_reminder, presses("back"))
    own.callback_query.register(set_nag, presses(r"nag:(none|\d{1,4}):\d{1,2}"))
    own.callback_query.register(ask_reminder_field, presses("(text|time|repeat)"))
    return own


def answers() -> Router:
    """What is typed anew; asked after all commands, so that any of them ends the question."""
    own = Router(name="reminder lists answers")
    for field in Field:
        own.message.register(type_reminder_field, AnswerTo(f"reminder:{field}"))
    return own


def presses(what: str) -> Any:
    """A filter for `rc:<reminder>:<what>`, where `what` is a regular expression."""
    return F.data.regexp(rf"^rc:\d{{1,18}}:{what}$")


def pressed(query: CallbackQuery) -> int:
    return int(str(query.data).split(":")[1])


async def list_reminders(
    message: Message, actor: Actor, reminder_lists: ReminderLists, state: FSMContext
) -> Answer:
    await state.clear()
    page = await reminder_lists.page(actor)
    return replace(reminder_list(page, actor), aside=True)


async def turn_reminders(query: CallbackQuery, actor: Actor, reminder_lists: ReminderLists) -> Answer:
    whose = str(query.data).split(":")[1]
    if whose != str(actor.telegram_user_id):
        return Answer(toast=_("This is somebody else's list. Yours: /reminders"))
    page = await reminder_lists.page(actor, turn_of(str(query.data)))
    return replace(reminder_list(page, actor), edit=True)


async def open_reminder(query: CallbackQuery, actor: Actor, reminder_lists: ReminderLists) -> Answer:
    return listed_card(await reminder_lists.show(actor, pressed(query)), actor)


async def edit_from_message(query: CallbackQuery, actor: Actor, reminder_lists: ReminderLists) -> Answer:
    """The card as a message of its own, so that the reminder stays."""
    listed = await reminder_lists.of_delivery(actor, pressed(query))
    return replace(listed_card(listed, actor), edit=False)


async def pause_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    return await reminder_lists.pause(
        actor, arrival, pressed(query), clock(), lambda after: listed_card(after, actor)
    )


async def resume_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    return await reminder_lists.resume(
        actor, arrival, pressed(query), clock(), lambda after: listed_card(after, actor)
    )


async def delete_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    return await reminder_lists.delete(
        actor, arrival, pressed(query), clock(), lambda gone: deleted_card(gone, actor)
    )


async def keep_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    try:
        return await reminder_lists.bring_back(
            actor, arrival, pressed(query), clock(), lambda kept: kept_card(kept, actor)
        )
    except Stale as stale:
        return Answer(toast=_(stale.text))


async def set_nag(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_edits: ReminderEdits
) -> Answer:
    minutes, most = str(query.data).split(":")[3:]
    return await reminder_edits.set_nag(
        actor,
        arrival,
        pressed(query),
        None if minutes == "none" else int(minutes),
        int(most),
        lambda after: listed_card(after, actor),
    )


async def ask_reminder_field(
    query: CallbackQuery, actor: Actor, reminder_lists: ReminderLists, state: FSMContext
) -> Answer:
    listed = await reminder_lists.show(actor, pressed(query))
    field = Field(str(query.data).split(":")[2])
    question = question_words(field, listed).format(text=text_of(listed, actor))
    asked = await ask(state, f"reminder:{field}", in_place(question, actor))
    await state.set_data({"reminder_id": listed.id})
    return asked


async def type_reminder_field(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    reminder_edits: ReminderEdits,
    state: FSMContext,
) -> Answer:
    """What can't be taken is said, and the question stays open for the next try."""
    field = Field(str(await state.get_state()).removeprefix("reminder:"))
    reminder_id = int((await state.get_data())["reminder_id"])
    doing = reminder_edits.edit(
        actor, closing(state, arrival), reminder_id, field, words, lambda after: edited_card(after, actor)
    )
    return await or_ended(doing, state)
