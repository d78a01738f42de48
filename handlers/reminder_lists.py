"""Reminders in Telegram that are still to come: /reminders, a card for each, and what is typed anew of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.errors import BadInput, CrmError, Stale
from crm.people import Actor, ChatKind
from crm.reminder_edits import Field, ReminderEdits
from crm.reminder_lists import PAGE, Listed, ReminderLists, ReminderPage
from crm.updates import Arrival
from handlers.private import title_for
from handlers.questions import ask
from handlers.reminders import most_words
from handlers.repeats import rule_words
from handlers.task_cards import lead_words, nag_words
from handlers.texts import formatted, moment_words
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]
Rows = tuple[tuple[Button, ...], ...]
NAGS, MOST = (5, 15, 30, 60), (3, 5, 10)  # minutes between them, and how many


def router() -> Router:
    own = Router(name="reminder lists")
    own.message.register(list_reminders, Words("reminders", "напоминания", alone=True))
    own.callback_query.register(turn_reminders, F.data.regexp(r"^rl:\d{1,20}:\d{1,6}$"))
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
    message: Message, actor: Actor, reminder_lists: ReminderLists, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    page = await reminder_lists.page(actor, 0)
    return replace(reminder_list(page, actor, clock()), aside=True)


async def turn_reminders(
    query: CallbackQuery, actor: Actor, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    _rl, whose, number = str(query.data).split(":")
    if whose != str(actor.telegram_user_id):
        return Answer(toast=_("This is somebody else's list. Yours: /reminders"))
    page = await reminder_lists.page(actor, int(number))
    return replace(reminder_list(page, actor, clock()), edit=True)


async def open_reminder(
    query: CallbackQuery, actor: Actor, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    return listed_card(await reminder_lists.show(actor, pressed(query)), actor, clock())


async def edit_from_message(
    query: CallbackQuery, actor: Actor, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    """The card as a message of its own, so that the reminder stays."""
    listed = await reminder_lists.of_delivery(actor, pressed(query))
    return replace(listed_card(listed, actor, clock()), edit=False)


async def pause_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    return await reminder_lists.pause(
        actor, arrival, pressed(query), clock(), lambda after: listed_card(after, actor, clock())
    )


async def resume_reminder(
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_lists: ReminderLists, clock: Clock
) -> Answer:
    return await reminder_lists.resume(
        actor, arrival, pressed(query), clock(), lambda after: listed_card(after, actor, clock())
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
    query: CallbackQuery, actor: Actor, arrival: Arrival, reminder_edits: ReminderEdits, clock: Clock
) -> Answer:
    minutes, most = str(query.data).split(":")[3:]
    return await reminder_edits.set_nag(
        actor,
        arrival,
        pressed(query),
        None if minutes == "none" else int(minutes),
        int(most),
        lambda after: listed_card(after, actor, clock()),
    )


async def ask_reminder_field(
    query: CallbackQuery, actor: Actor, reminder_lists: ReminderLists, state: FSMContext
) -> Answer:
    listed = await reminder_lists.show(actor, pressed(query))
    field = Field(str(query.data).split(":")[2])
    question = question_words(field, listed).format(text=_text(listed, actor))
    if actor.chat_kind is not ChatKind.PRIVATE:  # where the bot hears only what is said to it
        question += "\n" + _("Answer as a reply to this message.")
    asked = await ask(state, f"reminder:{field}", question)
    await state.set_data({"reminder_id": listed.id})
    return asked


async def type_reminder_field(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    reminder_edits: ReminderEdits,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    """What can't be taken is said, and the question stays open for the next try."""
    field = Field(str(await state.get_state()).removeprefix("reminder:"))
    reminder_id = int((await state.get_data())["reminder_id"])
    doing = reminder_edits.edit(
        actor, arrival, reminder_id, field, words, lambda after: edited_card(after, actor, clock())
    )
    answer = await _or_ended(doing, state)
    await state.clear()
    return answer


async def _or_ended(doing: Awaitable[Answer], state: FSMContext) -> Answer:
    try:
        return await doing
    except BadInput:
        raise
    except CrmError:
        await state.clear()
        raise


def reminder_list(page: ReminderPage, actor: Actor, now: datetime) -> Answer:
    """The lines, a button for each card, and pages."""
    if not page.items and page.number == 0:
        return Answer(_("No reminders are to come. Ask for one: /remind in 20 minutes call Anna"))
    first = page.number * PAGE + 1
    parts: list[object] = [Bold(_("Reminders to come"))]
    for number, listed in enumerate(page.items, first):
        parts += ["\n", f"{number}. {_when(listed, actor)} · {_title(listed, actor)}"]
    text, entities = formatted(*parts)
    opens = [Button(str(number), data=f"rc:{one.id}") for number, one in enumerate(page.items, first)]
    turns = [(page.number - 1, "‹", page.number > 0), (page.number + 1, "›", page.has_after)]
    steps = tuple(
        Button(sign, data=f"rl:{actor.telegram_user_id}:{to}") for to, sign, is_there in turns if is_there
    )
    rows = tuple(tuple(opens[at : at + 4]) for at in range(0, len(opens), 4))
    return Answer(text, entities, buttons=(*rows, steps) if steps else rows)


def listed_card(listed: Listed, actor: Actor, now: datetime) -> Answer:
    """One reminder, with all that may be done about it."""
    text, entities = formatted(
        "⏰ ", Bold(_title(listed, actor)), *("\n" + line for line in _lines(listed, actor))
    )
    return Answer(text, entities, buttons=_rows(listed, actor), edit=True)


def edited_card(after: Listed, actor: Actor, now: datetime) -> Answer:
    """A reminder of a task is made anew with its task, so there the list is what to look at."""
    if not after.hangs_on_task:
        return replace(listed_card(after, actor, now), edit=False)
    back = Button(_("‹ All reminders"), data=f"rl:{actor.telegram_user_id}:0")
    open_it = Button(_("Open"), data=f"t:{after.reminder.task_id}:open")
    return Answer(_("Changed: {title}").format(title=_title(after, actor)), buttons=((open_it, back),))


def deleted_card(gone: Listed, actor: Actor) -> Answer:
    undo = Button(_("Undo"), data=f"rc:{gone.id}:back")
    back = Button(_("‹ All reminders"), data=f"rl:{actor.telegram_user_id}:0")
    text = _("No longer to come: {title}").format(title=_title(gone, actor))
    return Answer(text, buttons=((undo, back),), edit=True)


def kept_card(kept: Listed, actor: Actor) -> Answer:
    back = Button(_("‹ All reminders"), data=f"rl:{actor.telegram_user_id}:0")
    text = _("It will come all the same: {title}").format(title=_title(kept, actor))
    return Answer(text, buttons=((back,),), edit=True)


def question_words(field: Field, listed: Listed) -> str:
    if field is Field.TIME and listed.hangs_on_task:
        return _("How long before? For example: 2 hours before")
    return {
        Field.TEXT: _("What shall I say instead of “{text}”?"),
        Field.TIME: _("When shall I remind you of “{text}”? For example: tomorrow 15:00"),
        Field.REPEAT: _("How often shall “{text}” come? For example: every Monday, or never"),
    }[field]


def _text(listed: Listed, actor: Actor) -> str:
    return title_for(listed.reminder.text, actor) if listed.task_number else listed.reminder.text


def _title(listed: Listed, actor: Actor) -> str:
    number = f"#{listed.task_number} " if listed.task_number else ""
    return number + _text(listed, actor)


def _when(listed: Listed, actor: Actor) -> str:
    if listed.is_paused or listed.next_at is None:
        return _("paused")
    said = moment_words(listed.next_at.astimezone(ZoneInfo(actor.timezone)))
    return f"{said} 🔁" if listed.reminder.rrule else said


def _lines(listed: Listed, actor: Actor) -> list[str]:
    reminder = listed.reminder
    lines = [_when(listed, actor)]
    if listed.before is not None:
        lines.append(lead_words(listed.before))
    if reminder.rrule is not None:
        lines.append("🔁 " + rule_words(reminder.rrule, reminder.due))
    if reminder.nag_minutes is not None:
        lines.append("🔔 " + nag_words(reminder.nag_minutes) + ", " + most_words(reminder.nag_limit))
    if reminder.urgent:
        lines.append("🚩 " + _("urgent, in quiet hours too"))
    return lines


def _rows(listed: Listed, actor: Actor) -> Rows:
    def button(text: str, *what: str) -> Button:
        return Button(text, data=":".join((f"rc:{listed.id}", *what)))

    reminder, mine = listed.reminder, listed.reminder.task_id is None
    rest = button(_("Resume"), "resume") if listed.is_paused else button(_("Pause"), "pause")
    edits = (
        *((button(_("Text"), "text"),) if mine else ()),
        button(_("Time"), "time"),
        *((button(_("Repeat"), "repeat"),) if mine else ()),
    )
    rows = [(rest, button(_("Delete"), "del")), edits]
    if not listed.hangs_on_task:
        rows += _nag_rows(listed, button)
    back = Button(_("‹ All reminders"), data=f"rl:{actor.telegram_user_id}:0")
    opens = () if mine else (Button(_("Open"), data=f"t:{reminder.task_id}:open"),)
    return (*rows, (*opens, back))


def _nag_rows(listed: Listed, button: Callable[..., Button]) -> list[tuple[Button, ...]]:
    """How often it is said again, and how many times at most."""
    reminder = listed.reminder
    every = [
        button(_chosen(nag_words(one), one == reminder.nag_minutes), "nag", str(one), str(reminder.nag_limit))
        for one in NAGS
    ]
    if reminder.nag_minutes is None:
        return [tuple(every[:2]), tuple(every[2:])]
    once = button(_("say it once"), "nag", "none", str(reminder.nag_limit))
    most = tuple(
        button(
            _chosen(most_words(one), one == reminder.nag_limit), "nag", str(reminder.nag_minutes), str(one)
        )
        for one in MOST
    )
    return [tuple(every[:2]), tuple(every[2:]), most, (once,)]


def _chosen(text: str, is_chosen: bool) -> str:
    return f"✓ {text}" if is_chosen else text
