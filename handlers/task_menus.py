"""Task menus: what a chip on a task's card offers, and what each press means."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from aiogram import F, Router
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.errors import N_, BadInput
from crm.people import Actor
from crm.tasks import Priority, Task, Tasks
from crm.tasks.changes import (
    Change,
    as_text,
    set_assignee,
    set_contact,
    set_date,
    set_priority,
    set_reminder,
    set_repeat,
    set_time,
    take_reading,
)
from crm.tasks.use_cases import Choices
from crm.updates import Arrival
from handlers.private import name_for
from handlers.repeats import CODES, code_words, rule_of
from handlers.task_cards import Rows, chip_rows, lead_words, priority_words, taken_back_card, task_card
from handlers.texts import day_words
from handlers.texts import gettext as _

Clock = Callable[[], datetime]
HOURS = (9, 10, 11, 12, 14, 15, 16, 18, 20)
LEADS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3), timedelta(days=1))
DAYS = 9  # days offered, from today on


def router() -> Router:
    own = Router(name="task menus")
    own.callback_query.register(
        open_menu, F.data.regexp(r"^t:\d{1,18}:(chips|date|time|rep|rem|who|contact|prio)$")
    )
    own.callback_query.register(take_back, F.data.regexp(r"^t:\d{1,18}:undo$"))
    own.callback_query.register(take_message_back, F.data.regexp(r"^m:\d{1,18}:undo$"))
    own.callback_query.register(bring_back, F.data.regexp(r"^t:\d{1,18}:back$"))
    own.callback_query.register(close_menu, F.data.regexp(r"^t:\d{1,18}:card$"))
    own.callback_query.register(
        change_task,
        F.data.regexp(r"^t:\d{1,18}:(text|(alt|date|time|rep|rem|who|contact|prio):[\w:-]{1,20})$"),
    )
    return own


async def open_menu(query: CallbackQuery, actor: Actor, tasks: Tasks, clock: Clock) -> Answer:
    _mark, task_id, what = str(query.data).split(":")
    choices = await tasks.choices(actor, int(task_id))
    return task_card(
        choices.task, actor, edit=True, buttons=menu(choices, what, clock().astimezone(actor.zone), actor)
    )


async def close_menu(query: CallbackQuery, actor: Actor, tasks: Tasks) -> Answer:
    return task_card(await tasks.show(actor, int(str(query.data).split(":")[1])), actor, edit=True)


async def change_task(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    _mark, task_id, what, value = (*str(query.data).split(":", 3), "")[:4]
    task = await tasks.show(actor, int(task_id))
    change = meant(what, value, task, clock().astimezone(actor.zone))
    return await tasks.change(
        actor, arrival, task.id, change, lambda after: task_card(after, actor, edit=True)
    )


async def take_back(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    task_id = int(str(query.data).split(":")[1])
    return await tasks.take_back(
        actor, arrival, task_id, clock(), lambda taken: taken_back_card(taken, actor)
    )


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
    task_id = int(str(query.data).split(":")[1])
    return await tasks.bring_back(
        actor, arrival, task_id, clock(), lambda task: task_card(task, actor, edit=True)
    )


def meant(what: str, value: str, task: Task, now: datetime) -> Change:
    """The change a press stands for. `now` is in the person's zone. Raises BadInput for data no menu offers."""
    try:
        return _meant(what, value, task, now)
    except (ValueError, KeyError):
        raise BadInput(N_("This button is too old. Open the list again: /tasks")) from None


def _meant(what: str, value: str, task: Task, now: datetime) -> Change:
    tz, said = str(now.tzinfo), None if value == "none" else value
    changes: dict[str, Callable[[], Change]] = {
        "alt": lambda: take_reading(int(value)),
        "text": lambda: as_text(task.raw_input),
        "date": lambda: set_date(date.fromisoformat(said) if said else None, tz),
        "time": lambda: set_time(time.fromisoformat(said) if said else None, tz, now),
        "rep": lambda: set_repeat(rule_of(value, task.due, now.date()), tz, now),
        "rem": lambda: set_reminder(timedelta(minutes=int(said)) if said else None),
        "who": lambda: set_assignee(int(value)),
        "contact": lambda: set_contact(int(said) if said else None),
        "prio": lambda: set_priority(Priority(value)),
    }
    return changes[what]()


def menu(choices: Choices, what: str, now: datetime, actor: Actor) -> Rows:
    """The buttons of one chip; `now` is in the person's zone."""
    task = choices.task
    back = (Button(_("‹ Back"), data=f"t:{task.id}:card"),)
    if what == "chips":
        return (*chip_rows(task), back)
    width = {"time": 5, "rep": 2, "rem": 2, "who": 2, "contact": 1, "prio": 2}.get(what, 3)
    buttons = [
        Button(text, data=f"t:{task.id}:{what}:{value}")
        for text, value in offers(choices, what, now.date(), actor)
    ]
    return (*(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width)), back)


def offers(choices: Choices, what: str, today: date, actor: Actor) -> list[tuple[str, str]]:
    """What a menu offers, as (words, value)."""
    leads = [(lead_words(lead), str(int(lead.total_seconds() // 60))) for lead in LEADS]
    contacts = [(name_for(one.full_name, actor), str(one.id)) for one in choices.contacts]
    return {
        "date": _dates(today),
        "time": [*((f"{hour:02}:00", f"{hour:02}:00") for hour in HOURS), (_("No time"), "none")],
        "rep": [(code_words(code), code) for code in CODES],
        "rem": [*leads, (_("Only at the time"), "none")],
        "who": [(member.name, str(member.id)) for member in choices.members],
        "contact": [*contacts, (_("No contact"), "none")],
        "prio": [(priority_words(one).capitalize(), one.value) for one in Priority],
    }[what]


def _dates(today: date) -> list[tuple[str, str]]:
    """Today, tomorrow, and the days after them by name."""
    days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
    named = [_("Today"), _("Tomorrow"), *(day_words(day) for day in days[2:])]
    return [*((name, day.isoformat()) for name, day in zip(named, days, strict=True)), (_("No date"), "none")]
