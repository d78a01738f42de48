"""Task menus: what a card offers beyond its first row, and what each press means."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

from aiogram import F, Router
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.errors import N_, BadInput
from crm.people import Actor
from crm.tasks import Priority, Status, Task, Tasks
from crm.tasks.changes import (
    Change,
    as_text,
    asked,
    set_assignee,
    set_contact,
    set_date,
    set_nag,
    set_priority,
    set_reminders_to,
    set_repeat,
    set_time,
    switch_reminder,
    take_reading,
)
from crm.tasks.moves import TaskMoves
from crm.tasks.use_cases import Choices
from crm.tasks.writing import Completed
from crm.updates import Arrival
from handlers.calendars import HOURS
from handlers.private import name_for
from handlers.repeats import CODES, code_words, rule_of
from handlers.task_buttons import Rows, back_row, mark, more_rows
from handlers.task_cards import (
    done_card,
    lead_words,
    nag_words,
    priority_words,
    status_words,
    taken_back_card,
    task_card,
)
from handlers.task_marks import or_as_it_is, pressed, presses
from handlers.texts import gettext as _

Clock = Callable[[], datetime]
PEOPLE = 90  # members in the menu; a keyboard holds 100 buttons
LEADS = (timedelta(0), timedelta(minutes=15), timedelta(hours=1), timedelta(days=1))
NAGS = (15, 30, 60)  # minutes between reminders that are not seen


def router() -> Router:
    own = Router(name="task menus")
    own.callback_query.register(open_menu, presses("(chips|more|time|rep|rem|who|contact|prio|status)"))
    own.callback_query.register(complete_from_card, presses("done"))
    own.callback_query.register(set_status, presses("status:[a-z_]{1,20}"))
    own.callback_query.register(take_back, presses("undo"))
    own.callback_query.register(take_message_back, F.data.regexp(r"^m:\d{1,18}:undo$"))
    own.callback_query.register(bring_back, presses("back"))
    own.callback_query.register(close_menu, presses("card"))
    own.callback_query.register(
        change_task, presses(r"(text|(alt|date|time|rep|rem|nag|who|contact|prio):[\w:-]{1,20})")
    )
    return own


async def open_menu(query: CallbackQuery, actor: Actor, tasks: Tasks) -> Answer:
    press = pressed(query)
    choices = await tasks.choices(actor, press.task_id)
    rows = menu(choices, press.what, actor)
    return task_card(choices.task, actor, edit=True, buttons=rows)


async def close_menu(query: CallbackQuery, actor: Actor, tasks: Tasks) -> Answer:
    return task_card(await tasks.show(actor, pressed(query).task_id), actor, edit=True)


async def change_task(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    press = pressed(query)
    task = await tasks.show(actor, press.task_id)
    change = meant(press.what, press.value, task, clock().astimezone(actor.zone))
    doing = tasks.change(
        actor,
        arrival,
        task.id,
        change,
        lambda after: task_card(after, actor, edit=True),
        version=press.version,
    )
    return await or_as_it_is(doing, tasks, actor, press)


async def complete_from_card(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, task_moves: TaskMoves, clock: Clock
) -> Answer:
    press = pressed(query)

    def card(done: Completed) -> Answer:
        return done_card(done, actor)

    doing = task_moves.set_status(
        actor, arrival, press.task_id, Status.COMPLETED, clock(), card, version=press.version
    )
    return await or_as_it_is(doing, tasks, actor, press)


async def set_status(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, task_moves: TaskMoves, clock: Clock
) -> Answer:
    press = pressed(query)
    try:
        status = Status(press.value)
    except ValueError:
        raise BadInput(TOO_OLD) from None

    def card(moved: Completed) -> Answer:
        return done_card(moved, actor) if moved.task.is_closed else task_card(moved.task, actor, edit=True)

    doing = task_moves.set_status(actor, arrival, press.task_id, status, clock(), card, version=press.version)
    return await or_as_it_is(doing, tasks, actor, press)


async def take_back(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    press = pressed(query)

    def card(taken: Sequence[Task]) -> Answer:
        return taken_back_card(taken, actor)

    doing = tasks.take_back(actor, arrival, press.task_id, clock(), card, version=press.version)
    return await or_as_it_is(doing, tasks, actor, press)


async def take_message_back(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    message_id = int(str(query.data).split(":")[1])
    return await tasks.take_message_back(
        actor, arrival, message_id, clock(), lambda taken: taken_back_card(taken, actor)
    )


async def bring_back(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    return await tasks.bring_back(
        actor, arrival, pressed(query).task_id, clock(), lambda task: task_card(task, actor, edit=True)
    )


TOO_OLD = N_("This button is too old. Open the list again: /tasks")


def meant(what: str, value: str, task: Task, now: datetime) -> Change:
    """The change a press stands for. `now` is in the person's zone. Raises BadInput for data no menu offers."""
    try:
        return _meant(what, value, task, now)
    except (ValueError, KeyError):
        raise BadInput(TOO_OLD) from None


def _meant(what: str, value: str, task: Task, now: datetime) -> Change:
    tz, said = str(now.tzinfo), None if value == "none" else value
    changes: dict[str, Callable[[], Change]] = {
        "alt": lambda: take_reading(int(value)),
        "text": lambda: as_text(task.raw_input or task.title),
        "date": lambda: set_date(date.fromisoformat(said) if said else None, tz),
        "time": lambda: set_time(time.fromisoformat(said) if said else None, tz, now),
        "rep": lambda: set_repeat(rule_of(value, task.due, now.date()), tz, now),
        "rem": lambda: switch_reminder(timedelta(minutes=int(said))) if said else set_reminders_to(()),
        "nag": lambda: set_nag(int(said) if said else None),
        "who": lambda: set_assignee(int(value)),
        "contact": lambda: set_contact(int(said) if said else None),
        "prio": lambda: set_priority(Priority(value)),
    }
    return changes[what]()


def menu(choices: Choices, what: str, actor: Actor) -> Rows:
    """The buttons of one chip."""
    task = choices.task
    if what in ("more", "chips"):
        return more_rows(task, actor)
    if what == "rem":
        return reminder_rows(task)
    width = {"time": 5, "rep": 2, "who": 2, "contact": 1, "prio": 2, "status": 2}[what]
    buttons = [Button(text, data=mark(task, what, value)) for text, value in offers(choices, what, actor)]
    return (*(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width)), back_row(task))


def reminder_rows(task: Task) -> Rows:
    """Each reminder a switch: those there are, and those most asked for; another is typed."""
    there = asked(task)
    leads = [
        Button(
            f"✓ {lead_words(lead)}" if lead in there else lead_words(lead),
            data=mark(task, "rem", str(int(lead.total_seconds() // 60))),
        )
        for lead in sorted({*LEADS, *there})
    ]
    again = [
        Button(f"✓ {text}" if minutes == task.nag_minutes else text, data=mark(task, "nag", value))
        for minutes, text, value in (
            *((one, nag_words(one), str(one)) for one in NAGS),
            (None, _("say it once"), "none"),
        )
    ]
    own = (
        Button(_("Type another"), data=mark(task, "lead")),
        Button(_("None"), data=mark(task, "rem", "none")),
    )
    return (
        *(tuple(leads[at : at + 2]) for at in range(0, len(leads), 2)),
        own,
        *(tuple(again[at : at + 2]) for at in range(0, len(again), 2)),
        back_row(task),
    )


def offers(choices: Choices, what: str, actor: Actor) -> list[tuple[str, str]]:
    """What a menu offers, as (words, value)."""
    contacts = [(name_for(one.full_name, actor), str(one.id)) for one in choices.contacts]
    statuses = [one for one in Status if one is not choices.task.status]
    return {
        "time": [*((f"{hour:02}:00", f"{hour:02}:00") for hour in HOURS), (_("No time"), "none")],
        "rep": [(code_words(code), code) for code in CODES],
        "who": [(member.name, str(member.id)) for member in choices.members[:PEOPLE]],
        "contact": [*contacts, (_("No contact"), "none")],
        "prio": [(priority_words(one).capitalize(), one.value) for one in Priority],
        "status": [(status_words(one).capitalize(), one.value) for one in statuses],
    }[what]
