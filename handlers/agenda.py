"""The agenda in Telegram: /agenda, the day by the hour, with what is overdue above it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.people import Actor
from crm.proposals import Proposals
from crm.tasks import Status, Task
from crm.tasks.agenda import Agenda, Day
from crm.tasks.filters import Filter, When
from crm.tasks.late import overdue_by
from crm.updates import Arrival
from handlers.private import title_for
from handlers.proposals import with_waiting
from handlers.task_cards import status_words
from handlers.task_lines import Rows, in_rows, late_words, open_button, whose
from handlers.task_lists import data_of, overdue_row
from handlers.texts import day_words, formatted
from handlers.texts import gettext as _
from handlers.words import Words

Clock = Callable[[], datetime]
MINE_OVERDUE, MINE_TODAY = Filter(mine=True, when=When.OVERDUE), Filter(mine=True, when=When.TODAY)


def router() -> Router:
    own = Router(name="agenda")
    own.message.register(show_agenda, Words("agenda", "план", "сегодня", labels=("Today",), alone=True))
    own.callback_query.register(return_to_agenda, F.data == "ag:show")
    own.callback_query.register(finish_on_agenda, F.data.regexp(r"^ag:done:\d{1,18}\.\d{1,9}$"))
    return own


async def show_agenda(
    message: Message, actor: Actor, agenda: Agenda, proposals: Proposals, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    day = agenda_of(await agenda.show(actor, clock()), actor)
    return replace(with_waiting(day, await proposals.waiting(actor, clock()), actor), aside=True)


async def return_to_agenda(
    query: CallbackQuery, actor: Actor, agenda: Agenda, proposals: Proposals, clock: Clock
) -> Answer:
    day = agenda_of(await agenda.show(actor, clock()), actor, edit=True)
    return with_waiting(day, await proposals.waiting(actor, clock()), actor)


async def finish_on_agenda(
    query: CallbackQuery, actor: Actor, arrival: Arrival, agenda: Agenda, clock: Clock
) -> Answer:
    task_id, version = str(query.data).rsplit(":", 1)[1].split(".")

    def drawn(day: Day) -> Answer:
        return agenda_of(day, actor, edit=True, toast=None if day.stale else _("Done"))

    return await agenda.finish(actor, arrival, int(task_id), int(version), clock(), drawn)


def agenda_of(day: Day, actor: Actor, *, edit: bool = False, toast: str | None = None) -> Answer:
    """What is overdue with how late it is, then the day: what has no clock, then hour by hour."""
    parts: list[object] = []
    more = "\n" + _("and more, see the list")
    if day.stale:
        parts += [_("Changed since, here it is now"), "\n\n"]
    parts.append(Bold(_("Today, {day}").format(day=day_words(day.now.date()))))
    if not day.overdue and not day.today:
        parts += ["\n", _("Nothing is due today. The day is yours.")]
    if day.overdue:
        parts += ["\n\n", Bold(_("Overdue"))]
        parts += [f"\n{_line(task, actor)} · {late_words(overdue_by(task, day.now))}" for task in day.overdue]
        parts += [more] if day.more_overdue else []
    for hour, tasks in groupby(in_order(day.today), key=lambda task: _hour(task, actor)):
        parts += ["\n\n", Bold(hour), *(f"\n{_line(task, actor)}" for task in tasks)]
    parts += [more] if day.more_today else []
    text, entities = formatted(*parts)
    return Answer(text, entities, buttons=_buttons(day, actor), edit=edit, toast=toast)


def in_order(tasks: Sequence[Task]) -> list[Task]:
    """What has no clock first, then by the moment."""
    return sorted(tasks, key=lambda task: (_moment(task) is not None, _moment(task) or 0, task.number))


def _moment(task: Task) -> float | None:
    return task.due.at.timestamp() if task.due is not None and task.due.at is not None else None


def _hour(task: Task, actor: Actor) -> str:
    """The heading a task of today stands under, where the reader is."""
    if task.due is None or task.due.at is None:
        return _("Any time")
    return f"{task.due.at.astimezone(actor.zone):%H}:00"


def _line(task: Task, actor: Actor) -> str:
    """Without the day, which is said above; of an overdue one the day is told by how late it is."""
    clock = f"{task.due.at.astimezone(actor.zone):%H:%M} " if task.due and task.due.at else ""
    told = [f"{clock}#{task.number} {title_for(task.title, actor)}", *whose(task, actor)]
    if task.status is not Status.NOT_STARTED:
        told.append(status_words(task.status))
    return " · ".join(told)


def _buttons(day: Day, actor: Actor) -> Rows:
    """Done and the card of each, then what may be done with all that is overdue."""
    each = [
        button
        for task in (*day.overdue, *in_order(day.today))
        for button in (
            Button(f"✓ {task.number}", data=f"ag:done:{task.id}.{task.version}"),
            open_button(task),
        )
    ]
    lists = [
        Button(text, data=data_of(to))
        for more, text, to in (
            (day.more_overdue, _("All overdue"), MINE_OVERDUE),
            (day.more_today, _("All of today"), MINE_TODAY),
        )
        if more
    ]
    sweep = overdue_row(MINE_OVERDUE, actor, "oa") if day.overdue else ()
    return (*in_rows(each, 4), *((tuple(lists),) if lists else ()), *sweep)
