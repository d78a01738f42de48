"""Pressing on a reminder: seen, done, put off by a button, to a day of a calendar or to a moment that is typed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from typing import Any

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from crm.answers import Answer, Button
from crm.errors import N_, BadInput, Stale
from crm.grammar.dates import Due
from crm.people import Actor
from crm.reminder_presses import Message, ReminderPresses, put_off_by
from crm.tasks.changes import snoozed
from crm.updates import Arrival
from handlers.calendars import HOURS, month_of, month_rows
from handlers.calls.cards import call_card
from handlers.pressed_reminders import Rows, data, done_message, message_card
from handlers.questions import ask, closing, in_place, or_ended
from handlers.task_moving import snooze_names
from handlers.texts import due_words
from handlers.texts import gettext as _
from handlers.words import AnswerTo

Clock = Callable[[], datetime]
WHEN = "reminder:when"
TOO_OLD = N_("This button is too old. See the list: /reminders")


def router() -> Router:
    own = Router(name="reminder presses")
    own.callback_query.register(see_reminder, F.data.regexp(r"^(rd:\d{1,18}:seen|ack:\d{1,18})$"))
    own.callback_query.register(complete_reminded, presses("done"))
    own.callback_query.register(log_call, presses("called"))
    own.callback_query.register(offer_moments, presses("snooze"))
    own.callback_query.register(put_reminder_off, presses("by:(quarter|hour|evening|tomorrow|week)"))
    own.callback_query.register(offer_days, presses(r"move(:\d{4}-\d{2})?"))
    own.callback_query.register(offer_hours, presses(r"day:\d{4}-\d{2}-\d{2}"))
    own.callback_query.register(put_reminder_off_to, presses(r"at:\d{4}-\d{2}-\d{2}T\d{2}:\d{2}"))
    own.callback_query.register(ask_moment, presses("when"))
    own.callback_query.register(show_reminder_again, presses("show"))
    own.callback_query.register(show_reminder_alone, presses("alone"))
    own.callback_query.register(take_press_back, presses("undo"))
    return own


def answers() -> Router:
    """The moment that was asked for; asked after all commands, so that any of them ends the question."""
    own = Router(name="reminder presses answers")
    own.message.register(type_moment, AnswerTo(WHEN))
    return own


def presses(what: str) -> Any:
    """A filter for `rd:<delivery>:<what>`, where `what` is a regular expression."""
    return F.data.regexp(rf"^rd:\d{{1,18}}:{what}$")


def pressed(query: CallbackQuery) -> tuple[int, str]:
    """The delivery, and the value of the button."""
    _rd, delivery_id, _what, value = (*str(query.data).split(":", 3), "", "")[:4]
    return int(delivery_id), value


async def see_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    delivery_id, _value = pressed(query)
    doing = reminder_presses.see(
        actor, arrival, delivery_id, clock(), lambda message: message_card(message, actor)
    )
    return await _or_as_it_is(doing, delivery_id, actor, reminder_presses)


async def complete_reminded(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    delivery_id, _value = pressed(query)
    doing = reminder_presses.complete(
        actor, arrival, delivery_id, clock(), lambda done, message: done_message(done, message, actor)
    )
    return await _or_as_it_is(doing, delivery_id, actor, reminder_presses)


async def log_call(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    """The card of the call asks for the rest, in a message of its own."""
    delivery_id, _value = pressed(query)
    return await reminder_presses.log_call(
        actor, arrival, delivery_id, lambda call: call_card(call, actor, clock())
    )


async def offer_moments(
    query: CallbackQuery, actor: Actor, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    message, now = await _shown(query, actor, reminder_presses), clock().astimezone(actor.zone)
    if not message.is_open:
        return message_card(message, actor, head=_("Changed since, here it is now"))
    rows = moment_rows(message, now, await reminder_presses.evening(actor))
    return message_card(message, actor, buttons=rows)


async def put_reminder_off(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    delivery_id, how = pressed(query)
    to = put_off_by(how, clock().astimezone(actor.zone), await reminder_presses.evening(actor))
    doing = reminder_presses.put_off(
        actor, arrival, delivery_id, to, clock(), lambda message: message_card(message, actor)
    )
    return await _or_as_it_is(doing, delivery_id, actor, reminder_presses)


async def offer_days(
    query: CallbackQuery, actor: Actor, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    message, today = await _shown(query, actor, reminder_presses), clock().astimezone(actor.zone).date()
    _delivery, value = pressed(query)
    try:
        month = month_of(value) if value else today.replace(day=1)
    except ValueError:
        raise BadInput(TOO_OLD) from None
    days = month_rows(partial(data, message.delivery_id), month, today)
    return message_card(message, actor, buttons=(*days, _back(message, "snooze")))


async def offer_hours(
    query: CallbackQuery, actor: Actor, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    message, now = await _shown(query, actor, reminder_presses), clock().astimezone(actor.zone)
    _delivery, value = pressed(query)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadInput(TOO_OLD) from None
    return message_card(message, actor, buttons=hour_rows(message, day, now))


async def put_reminder_off_to(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    delivery_id, value = pressed(query)
    try:
        then = datetime.fromisoformat(value)
    except ValueError:
        raise BadInput(TOO_OLD) from None
    to = Due(then.date(), then.time(), actor.timezone)
    doing = reminder_presses.put_off(
        actor,
        arrival,
        delivery_id,
        lambda _message: to,
        clock(),
        lambda message: message_card(message, actor),
    )
    return await _or_as_it_is(doing, delivery_id, actor, reminder_presses)


async def ask_moment(
    query: CallbackQuery, actor: Actor, reminder_presses: ReminderPresses, state: FSMContext
) -> Answer:
    message = await _shown(query, actor, reminder_presses)
    question = _("Until when shall it wait? For example: tomorrow 15:00")
    asked = await ask(state, WHEN, in_place(question, actor))
    await state.set_data({"delivery_id": message.delivery_id})
    return asked


async def type_moment(
    message: TelegramMessage,
    words: str,
    actor: Actor,
    arrival: Arrival,
    reminder_presses: ReminderPresses,
    state: FSMContext,
) -> Answer:
    """What can't be read is said, and the question stays open for the next try."""
    delivery_id = int((await state.get_data())["delivery_id"])

    def card(after: Message) -> Answer:
        return message_card(after, actor)

    doing = reminder_presses.put_off_as_typed(actor, closing(state, arrival), delivery_id, words, card)
    return await or_ended(doing, state)


async def show_reminder_again(
    query: CallbackQuery, actor: Actor, reminder_presses: ReminderPresses
) -> Answer:
    return message_card(await _shown(query, actor, reminder_presses), actor)


async def show_reminder_alone(
    query: CallbackQuery, actor: Actor, reminder_presses: ReminderPresses
) -> Answer:
    """One of several that a message told of, in a message of its own, with all its buttons."""
    message = await _shown(query, actor, reminder_presses)
    return replace(message_card(message, actor), edit=False)


async def take_press_back(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_presses: ReminderPresses, clock: Clock
) -> Answer:
    delivery_id, _value = pressed(query)
    doing = reminder_presses.take_back(
        actor, arrival, delivery_id, clock(), lambda message: message_card(message, actor)
    )
    return await _or_as_it_is(doing, delivery_id, actor, reminder_presses)


def moment_rows(message: Message, now: datetime, evening: time) -> Rows:
    """Each choice says when that is; `now` is in the person's zone."""
    choices = tuple(
        (
            Button(
                f"{name} · {due_words(snoozed(message.due, how, now, evening), now.year)}",
                data=data(message.delivery_id, "by", how),
            ),
        )
        for how, name in snooze_names().items()
    )
    pick = (
        Button(_("Choose a day"), data=data(message.delivery_id, "move")),
        Button(_("Type when"), data=data(message.delivery_id, "when")),
    )
    return (*choices, pick, _back(message, "show"))


def hour_rows(message: Message, day: date, now: datetime) -> Rows:
    """The hours of a day that are still to come, and the reminder's own."""
    own = message.due.time or time(9)
    clocks = sorted({*(time(hour) for hour in HOURS), own.replace(second=0, microsecond=0)})
    buttons = [
        Button(f"{clock:%H:%M}", data=data(message.delivery_id, "at", f"{day}T{clock:%H:%M}"))
        for clock in clocks
        if day > now.date() or clock > now.time()
    ]
    rows = tuple(tuple(buttons[at : at + 5]) for at in range(0, len(buttons), 5))
    return (*rows, _back(message, "move"))


def _back(message: Message, where: str) -> tuple[Button, ...]:
    return (Button(_("‹ Back"), data=data(message.delivery_id, where)),)


async def _shown(query: CallbackQuery, actor: Actor, reminder_presses: ReminderPresses) -> Message:
    return await reminder_presses.show(actor, pressed(query)[0])


async def _or_as_it_is(
    doing: Awaitable[Answer], delivery_id: int, actor: Actor, presses_: ReminderPresses
) -> Answer:
    """What is done, or the message as it is now when it was pressed before."""
    try:
        return await doing
    except Stale as stale:
        message = await presses_.show(actor, delivery_id)
        return message_card(message, actor, head=_(stale.text))
