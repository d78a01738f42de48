"""Columns of what an import writes, from its facts, and back from history's words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, TypeVar

from crm.grammar.dates import Due
from crm.imports import CallFacts, ContactFacts, Part, TaskFacts

About = TypeVar("About", TaskFacts, CallFacts)
Item = TypeVar("Item")
CHUNK = 1000  # rows between two words about the progress


def only_new(before: ContactFacts, after: ContactFacts) -> ContactFacts:
    """The contact with only those phones, labels and notes that it did not have."""

    def added(old: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
        there = set(old)
        return tuple(one for one in new if one not in there)

    return ContactFacts(
        name=after.name,
        phones=added(before.phones, after.phones),
        labels=added(before.labels, after.labels),
        notes=added(before.notes, after.notes),
    )


def contact_columns(facts: ContactFacts) -> dict[str, Any]:
    return {
        "full_name": facts.name,
        "email": facts.email,
        "company": facts.company,
        "telegram": facts.telegram,
        "stage": facts.stage,
        "owner_id": facts.owner_id,
        "do_not_call": facts.do_not_call,
    }


def task_columns(facts: TaskFacts) -> dict[str, Any]:
    return {
        "title": facts.title,
        "description": facts.description,
        "status": facts.status,
        "priority": facts.priority,
        "task_type": facts.task_type,
        **due_columns(facts.due),
        "assignee_id": facts.assignee_id,
        "contact_id": facts.contact_id,
        "phone_e164": facts.phone,
        "result": facts.result,
        "completed_at": facts.completed_at,
    }


def call_columns(facts: CallFacts) -> dict[str, Any]:
    return {
        "external_id": facts.external_id,
        "started_at": facts.started_at,
        "direction": facts.direction,
        "outcome": facts.outcome,
        "duration_seconds": facts.duration_seconds,
        "contact_id": facts.contact_id,
        "phone_e164": facts.phone,
        "member_id": facts.member_id,
        "notes": facts.notes,
    }


def due_columns(due: Due | None) -> dict[str, Any]:
    return {
        "due_date": due.date if due else None,
        "due_time": due.time if due else None,
        "due_tz": due.tz if due else None,
        "due_at": due.at if due else None,
    }


def columns_before(entity: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as they were before a change that history tells; what hangs on the row apart."""
    columns: dict[str, Any] = {}
    for name, (old, _new) in changes.items():
        if name == "due":
            columns |= due_columns(_due(old))
        elif name in _READ:
            columns[_NAMES.get((entity, name), name)] = None if old is None else _READ[name](old)
    return columns


_NAMES = {("contact", "name"): "full_name", ("task", "phone"): "phone_e164", ("call", "phone"): "phone_e164"}
_READ: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        (
            "name", "email", "company", "telegram", "stage", "owner_id", "do_not_call", "title", "description",
            "status", "priority", "task_type", "assignee_id", "contact_id", "phone", "result", "external_id",
            "direction", "outcome", "duration_seconds", "member_id",
        ),
        lambda told: told,
    ),
    "completed_at": datetime.fromisoformat,
    "started_at": datetime.fromisoformat,
}  # fmt: skip
"""How each field is read from plain JSON; `notes` of a call is a text, of a contact rows of their own."""


def _due(told: str | None) -> Due | None:
    """ "2026-11-25 09:00 Europe/Berlin", or without the time."""
    if told is None:
        return None
    day, *clock, tz = told.split(" ")
    return Due(date.fromisoformat(day), time.fromisoformat(clock[0]) if clock else None, tz)


def about(part: Part[About], made: Sequence[int]) -> Part[About]:
    """With the ids of the contacts that were new to the plan, which knew them by their place, -1 being the first."""

    def resolved(facts: About) -> About:
        at = facts.contact_id
        return replace(facts, contact_id=made[-at - 1]) if at is not None and at < 0 else facts

    return Part(
        tuple(replace(one, facts=resolved(one.facts)) for one in part.new),
        tuple(replace(one, after=resolved(one.after)) for one in part.changed),
    )


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[at : at + CHUNK] for at in range(0, len(items), CHUNK))
