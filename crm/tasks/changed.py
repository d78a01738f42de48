"""What changed: a task's fields as history tells them, and back from history to the task."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from enum import Enum
from typing import Any

from crm.grammar.dates import Due
from crm.tasks.entities import NewTask, Priority, Reading, RepeatFrom, Status, Task

_READ: dict[str, Callable[[Any], object]] = {
    "title": str,
    "description": str,
    "result": lambda told: told,
    "due": lambda told: None if told is None else _due(told),
    "priority": Priority,
    "task_type": str,
    "assignee_id": lambda told: told,
    "contact_id": lambda told: told,
    "phone": lambda told: told,
    "labels": tuple,
    "rrule": lambda told: told,
    "repeat_from": RepeatFrom,
    "slot_time": lambda told: None if told is None else time.fromisoformat(told),
    "start_date": lambda told: None if told is None else date.fromisoformat(told),
    "duration_minutes": lambda told: told,
    "reminders": lambda told: tuple(timedelta(seconds=seconds) for seconds in told),
    "chosen_reminders": bool,
    "nag_minutes": lambda told: told,
    "status": Status,
}
"""The fields that history knows, and how each is read back from plain JSON."""
_SAID = tuple(name for name in _READ if name not in ("status", "result", "slot_time"))
_NAMES = {"assignee_id": "assignee_name", "contact_id": "contact_name"}  # told beside the id, for people


def first_values(task: Task) -> dict[str, object]:
    """What history tells of a new task: each field that was set, its author's own work being understood."""
    blank = NewTask(title="")
    told = [name for name in _SAID if name != "assignee_id"]
    values = {name: getattr(task, name) for name in told if getattr(task, name) != getattr(blank, name)}
    return {name: plain(value) for name, value in values.items()} | _named(task, values)


def difference(before: Task, after: Task) -> dict[str, object]:
    """[old, new] of each field that differs, plain enough for JSON; names beside ids."""
    told: dict[str, object] = {}
    for name in _READ:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            told[name] = [plain(old), plain(new)]
            if name in _NAMES:
                shown = _NAMES[name]
                told[shown.removesuffix("_name")] = [getattr(before, shown), getattr(after, shown)]
    return told


def restored(task: Task, changes: Mapping[str, Any]) -> Task:
    """The task with each field of a change as it was before it."""
    return replace(task, **_fields({name: told[0] for name, told in changes.items() if name in _READ}))


def reading(default: NewTask, other: NewTask, names: Mapping[str, object]) -> Reading:
    """How another reading of a text differs from the default; `names` are those of the people it means."""
    told = {
        name: plain(getattr(other, name)) for name in _SAID if getattr(default, name) != getattr(other, name)
    }
    return told | {name: value for name, value in names.items() if f"{name}_id" in told}


def as_read(task: Task, other: Reading) -> Task:
    """The task as another reading has it."""
    return replace(task, **_fields(other), contact_name=other.get("contact", task.contact_name))


def _fields(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _READ[name](value) for name, value in told.items() if name in _READ}


def _named(task: Task, values: Mapping[str, object]) -> dict[str, object]:
    named = {name: shown for name, shown in _NAMES.items() if name in values}
    return {shown.removesuffix("_name"): getattr(task, shown) for shown in named.values()}


def plain(value: object) -> object:
    """A value as history keeps it."""
    if isinstance(value, Due):
        return f"{value.date}{f' {value.time:%H:%M}' if value.time else ''} {value.tz}"
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value


def _due(told: str) -> Due:
    """ "2026-11-25 09:00 Europe/Berlin", or without the time."""
    day, *clock, tz = told.split(" ")
    return Due(date.fromisoformat(day), time.fromisoformat(clock[0]) if clock else None, tz)
