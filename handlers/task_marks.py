"""Marks: what a button of a task's card carries, and the card as it is now for one that is older than its task."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from aiogram import F
from aiogram.types import CallbackQuery

from crm.answers import Answer
from crm.errors import Stale
from crm.people import Actor
from crm.tasks import Task, Tasks
from handlers.task_cards import task_card
from handlers.texts import gettext as _


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed. `version` is that of its card, 0 for one older than versions are."""

    task_id: int
    version: int
    what: str
    value: str


def presses(what: str) -> Any:
    """A filter for `t:<task>.<version>:<what>`, where `what` is a regular expression."""
    return F.data.regexp(rf"^t:\d{{1,18}}(\.\d{{1,9}})?:{what}$")


def pressed(query: CallbackQuery) -> Press:
    _mark, which, what, value = (*str(query.data).split(":", 3), "")[:4]
    task_id, _dot, version = which.partition(".")
    return Press(int(task_id), int(version or 0), what, value)


async def or_as_it_is(doing: Awaitable[Answer], tasks: Tasks, actor: Actor, press: Press) -> Answer:
    """What is done, or the card as it is now when the pressed one is of before."""
    try:
        return await doing
    except Stale as stale:
        return as_it_is(await tasks.show(actor, press.task_id), actor, stale)


def as_it_is(task: Task, actor: Actor, stale: Stale) -> Answer:
    return task_card(task, actor, edit=True, head=_(stale.text))
