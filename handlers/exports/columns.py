"""Columns of an export: a header in the reader's language, and the words in each cell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crm.calls import Outcome
from crm.exports import Kind
from crm.grammar.dates import Due
from handlers.calls import outcome_words
from handlers.repeats import rule_words
from handlers.texts import gettext as _

Cell = str | int | date | datetime | tuple[str, ...] | None
"""Aware datetimes are moments; a naive one is a wall clock that is the reader's already."""


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names it in JSON and stays the same in every language; `cell` reads a row as words of the language,
    `plain` as data."""

    key: str
    header: str
    cell: Callable[[Any], Cell]
    plain: Callable[[Any], Cell]


def columns_of(kind: Kind) -> Sequence[Column]:
    """In the language spoken now."""
    return {Kind.CONTACTS: _of_contacts, Kind.TASKS: _of_tasks, Kind.CALLS: _of_calls}[kind]()


def kind_words(kind: Kind) -> str:
    return {Kind.CONTACTS: _("Contacts"), Kind.TASKS: _("Tasks"), Kind.CALLS: _("Calls")}[kind]


def _of_contacts() -> Sequence[Column]:
    return (
        _column("id", _("Switchboard ID")),
        _column("name", _("Name")),
        _column("phones", _("Phones")),
        _column("email", _("E-mail")),
        _column("company", _("Company")),
        _column("telegram", _("Telegram")),
        _column("stage", _("Stage"), stage_words),
        _column("owner", _("Responsible")),
        _column("labels", _("Labels")),
        _column("do_not_call", _("Do not call"), lambda told: _("yes") if told else ""),
        _column("notes", _("Notes"), "\n\n".join),
        _column("created_at", _("Created")),
    )


def _of_tasks() -> Sequence[Column]:
    return (
        _column("id", _("Switchboard ID")),
        _column("number", _("Number")),
        _column("title", _("Title")),
        _column("description", _("Description")),
        _column("status", _("Status"), status_words),
        _column("priority", _("Priority"), priority_words),
        _column("task_type", _("Kind"), type_words),
        _column("due", _("Due"), clock_of, clock_of),
        _column("assignee", _("Assignee")),
        _column("contact", _("Contact")),
        _column("phone", _("Phone")),
        _column("labels", _("Labels")),
        _column("rrule", _("Repeats"), lambda rule: rule_words(rule) if rule else None),
        _column("result", _("Result")),
        _column("created_at", _("Created")),
        _column("completed_at", _("Done on")),
    )


def _of_calls() -> Sequence[Column]:
    return (
        _column("id", _("Switchboard ID")),
        _column("external_id", _("Call ID")),
        _column("started_at", _("Began")),
        _column(
            "direction", _("Direction"), lambda told: _("incoming") if told == "inbound" else _("outgoing")
        ),
        _column("outcome", _("Outcome"), lambda told: outcome_words(Outcome(told))),
        _column("duration_seconds", _("Duration, seconds")),
        _column("contact", _("Contact")),
        _column("phone", _("Phone")),
        _column("member", _("Member")),
        _column("notes", _("Notes")),
    )


def _same(told: Any) -> Cell:
    return told  # type: ignore[no-any-return]  # a field of a row is a cell


def _column(
    key: str, header: str, words: Callable[[Any], Cell] = _same, plain: Callable[[Any], Cell] = _same
) -> Column:
    return Column(key, header, lambda row: words(getattr(row, key)), lambda row: plain(getattr(row, key)))


def clock_of(due: Due | None) -> Cell:
    """A date, or the moment with its time."""
    return None if due is None else due.at or due.date


def stage_words(stage: str) -> str:
    return {
        "lead": _("new lead"),
        "active": _("active"),
        "won": _("won"),
        "lost": _("lost"),
        "dormant": _("dormant"),
    }.get(stage, stage)


def status_words(status: str) -> str:
    return {
        "not_started": _("not started"),
        "in_progress": _("in progress"),
        "deferred": _("waiting"),
        "completed": _("done"),
        "canceled": _("canceled"),
    }[status]


def priority_words(priority: str) -> str:
    return {"low": _("low"), "normal": _("normal"), "high": _("high"), "urgent": _("urgent")}[priority]


def type_words(task_type: str) -> str:
    return {
        "todo": _("task"),
        "call": _("call"),
        "meeting": _("meeting"),
        "email": _("e-mail"),
        "message": _("message"),
    }[task_type]


def local(told: Cell, zone: Any) -> Cell:
    """A moment on the reader's wall clock, as a sheet has no zones; all else as it is."""
    if isinstance(told, datetime) and told.tzinfo is not None:
        return told.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return told
