"""Moving a task: put off by a button, to a day of a calendar made of buttons, or to a moment that is typed."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.errors import BadInput
from crm.people import Actor
from crm.tasks import Task, Tasks
from crm.tasks.changes import set_date, snooze, snoozed
from crm.tasks.moves import TaskMoves
from crm.updates import Arrival
from handlers.calendars import EMPTY, HOURS, month_of, month_rows
from handlers.confirmations import answer_confirmation
from handlers.task_buttons import Rows, back_row, mark
from handlers.task_cards import task_card
from handlers.task_marks import Press, or_as_it_is, pressed, presses
from handlers.task_menus import TOO_OLD
from handlers.texts import due_words
from handlers.texts import gettext as _

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="task moving")
    own.callback_query.register(open_snooze, presses("snooze"))
    own.callback_query.register(snooze_task, presses("snooze:(quarter|hour|evening|tomorrow|week)"))
    own.callback_query.register(open_calendar, presses(r"move(:\d{4}-\d{2})?"))
    own.callback_query.register(pick_day, presses(r"day:(\d{4}-\d{2}-\d{2}(:sure)?|none)"))
    own.callback_query.register(confirm_moment, F.data.regexp(r"^when\.\d{1,18}:(yes|no):\d{1,18}$"))
    own.callback_query.register(press_nothing, F.data == EMPTY)
    return own


async def open_snooze(
    query: CallbackQuery, actor: Actor, tasks: Tasks, task_moves: TaskMoves, clock: Clock
) -> Answer:
    task = await tasks.show(actor, pressed(query).task_id)
    rows = snooze_rows(task, clock().astimezone(actor.zone), await task_moves.evening(actor))
    return task_card(task, actor, edit=True, buttons=rows)


async def snooze_task(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, task_moves: TaskMoves, clock: Clock
) -> Answer:
    press = pressed(query)
    change = snooze(press.value, clock().astimezone(actor.zone), await task_moves.evening(actor))
    doing = tasks.change(
        actor,
        arrival,
        press.task_id,
        change,
        lambda task: task_card(task, actor, edit=True),
        version=press.version,
    )
    return await or_as_it_is(doing, tasks, actor, press)


async def open_calendar(query: CallbackQuery, actor: Actor, tasks: Tasks, clock: Clock) -> Answer:
    press = pressed(query)
    task, today = await tasks.show(actor, press.task_id), clock().astimezone(actor.zone).date()
    try:
        month = month_of(press.value) if press.value else _month_of(task, today)
    except ValueError:
        raise BadInput(TOO_OLD) from None
    return task_card(task, actor, edit=True, buttons=calendar_rows(task, month, today))


async def pick_day(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, clock: Clock
) -> Answer:
    """A day is set at once, and the clock asked for; one that has passed is asked about first."""
    press, now = pressed(query), clock().astimezone(actor.zone)
    day = _day(press)
    if day is not None and day < now.date() and not press.value.endswith(":sure"):
        return _past_question(await tasks.show(actor, press.task_id), actor, day)

    def card(task: Task) -> Answer:
        return task_card(task, actor, edit=True, buttons=time_rows(task) if day is not None else None)

    change = set_date(day, str(now.tzinfo))
    doing = tasks.change(actor, arrival, press.task_id, change, card, version=press.version)
    return await or_as_it_is(doing, tasks, actor, press)


async def confirm_moment(
    query: CallbackQuery, actor: Actor, arrival: Arrival, task_moves: TaskMoves, state: FSMContext
) -> Answer:
    """Yes to a typed moment that has passed or is far away."""
    task_id = int(str(query.data).split(":")[0].removeprefix("when."))

    async def save(said: Arrival, words: str) -> Answer:
        return await task_moves.reschedule(
            actor, said, task_id, words, lambda task: task_card(task, actor), confirmed=True
        )

    return await answer_confirmation(query, arrival, state, save)


async def press_nothing(query: CallbackQuery) -> Answer:
    """A day of another month, or the name of one."""
    return Answer()


def _day(press: Press) -> date | None:
    """Raises BadInput for a day no month has."""
    if press.value == "none":
        return None
    try:
        return date.fromisoformat(press.value.removesuffix(":sure"))
    except ValueError:
        raise BadInput(TOO_OLD) from None


def _past_question(task: Task, actor: Actor, day: date) -> Answer:
    yes = Button(_("Yes, move it there"), data=mark(task, "day", f"{day.isoformat()}:sure"))
    return task_card(
        task,
        actor,
        edit=True,
        buttons=((yes,), back_row(task)),
        head=_("That day has passed. Move it there?"),
    )


def snooze_names() -> dict[str, str]:
    """What a person may choose when they put something off; see crm.tasks.changes.snoozed."""
    return {
        "quarter": _("In 15 minutes"),
        "hour": _("In an hour"),
        "evening": _("In the evening"),
        "tomorrow": _("Tomorrow"),
        "week": _("Next week"),
    }


def snooze_rows(task: Task, now: datetime, evening: time) -> Rows:
    """Each choice says when that is; `now` is in the person's zone."""
    rows = [
        (
            Button(
                f"{name} · {due_words(snoozed(task.due, how, now, evening), now.year)}",
                data=mark(task, "snooze", how),
            ),
        )
        for how, name in snooze_names().items()
    ]
    pick = (
        Button(_("Choose a day"), data=mark(task, "move")),
        Button(_("Type when"), data=mark(task, "when")),
    )
    return (*rows, pick, back_row(task))


def calendar_rows(task: Task, month: date, today: date) -> Rows:
    """See handlers.calendars.month_rows; with a way to type when, and to have no date."""
    days = month_rows(partial(mark, task), month, today, task.due.date if task.due else None)
    rest = (
        Button(_("Type when"), data=mark(task, "when")),
        Button(_("No date"), data=mark(task, "day", "none")),
    )
    return (*days, rest, back_row(task))


def time_rows(task: Task) -> Rows:
    """The clock of a day just chosen."""
    clocks = [Button(f"{hour:02}:00", data=mark(task, "time", f"{hour:02}:00")) for hour in HOURS]
    clocks.append(Button(_("No time"), data=mark(task, "time", "none")))
    rows = tuple(tuple(clocks[at : at + 5]) for at in range(0, len(clocks), 5))
    return (*rows, (Button(_("Leave it so"), data=mark(task, "card")),))


def _month_of(task: Task, today: date) -> date:
    return max(task.due.date if task.due else today, today).replace(day=1)
