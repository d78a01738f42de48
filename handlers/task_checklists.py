"""Checklists in Telegram: a task's steps, each with a button to tick it and one to remove it."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Router
from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.people import Actor
from crm.tasks import Tasks
from crm.tasks.checklists import Checklist, Checklists
from crm.updates import Arrival
from handlers.private import title_for
from handlers.task_buttons import back_row, mark
from handlers.task_cards import cut
from handlers.task_marks import or_as_it_is, pressed, presses
from handlers.texts import formatted
from handlers.texts import gettext as _

Clock = Callable[[], datetime]
ON_BUTTON = 40  # characters of an item


def router() -> Router:
    own = Router(name="task checklists")
    own.callback_query.register(show_checklist, presses("list"))
    own.callback_query.register(tick_item, presses(r"(tick|untick):\d{1,18}"))
    own.callback_query.register(remove_item, presses(r"drop:\d{1,18}"))
    return own


async def show_checklist(query: CallbackQuery, actor: Actor, checklists: Checklists) -> Answer:
    return checklist_card(await checklists.show(actor, pressed(query).task_id), actor, edit=True)


async def tick_item(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, checklists: Checklists, clock: Clock
) -> Answer:
    press = pressed(query)
    doing = checklists.tick(
        actor,
        arrival,
        press.task_id,
        int(press.value),
        lambda after: checklist_card(after, actor, edit=True),
        version=press.version,
        at=clock() if press.what == "tick" else None,
    )
    return await or_as_it_is(doing, tasks, actor, press)


async def remove_item(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, checklists: Checklists, clock: Clock
) -> Answer:
    press = pressed(query)
    doing = checklists.remove(
        actor,
        arrival,
        press.task_id,
        int(press.value),
        lambda after: checklist_card(after, actor, edit=True),
        version=press.version,
        now=clock(),
    )
    return await or_as_it_is(doing, tasks, actor, press)


def checklist_card(checklist: Checklist, actor: Actor, *, edit: bool = False) -> Answer:
    """The steps, ticked ones marked, with how many are done; in a group without the phones in them."""
    task = checklist.task
    done = sum(item.is_ticked for item in checklist.items)
    parts: list[object] = ["#", str(task.number), " ", Bold(title_for(task.title, actor))]
    if checklist.items:
        parts.append(f"\n☑ {done}/{len(checklist.items)}")
    for item in checklist.items:
        parts.append(f"\n{'☑' if item.is_ticked else '☐'} {title_for(item.text, actor)}")
    text, entities = formatted(*parts)
    rows = tuple(
        (
            Button(
                f"{'☑' if item.is_ticked else '☐'} {cut(title_for(item.text, actor), ON_BUTTON)}",
                data=mark(task, "untick" if item.is_ticked else "tick", str(item.id)),
            ),
            Button("✕", data=mark(task, "drop", str(item.id))),
        )
        for item in checklist.items
    )
    add = (Button(_("Add steps"), data=mark(task, "steps")),)
    return Answer(text, entities, buttons=(*rows, add, back_row(task)), edit=edit)
