"""Values in words: what a field of a change holds, as a person would read it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from crm.grammar.dates import Due
from handlers.agents.words import field_names
from handlers.repeats import rule_words
from handlers.task_cards import lead_words
from handlers.texts import due_words, language, length_words, moment_words
from handlers.texts import gettext as _

TYPED = {
    "title",
    "text",
    "name",
    "phone",
    "assignee",
    "contact",
    "heir",
    "timezone",
    "company",
    "email",
    "telegram",
    "note",
    "merged",
    "region",
    "description",
    "result",
    "comment",
    "file",
    "watcher",
    "item",
    "items",
    "external_id",
    "assistant",
    "agent",
    "default_agent",
    "budget",
    "keep_days",
}  # nobody's list of choices


def told_words(field: str, value: object, year: int | None, zone: str | None) -> str:
    """A value of a change's field. Dates of `year` leave it unsaid, and clocks of `zone` say no zone."""
    if field in TYPED:
        return str(value)
    readers: dict[str, Callable[[], str]] = {
        "due": lambda: _due(str(value), year, zone),
        "start_date": lambda: due_words(Due(date.fromisoformat(str(value)), None, zone or "UTC"), year),
        "rrule": lambda: rule_words(str(value)),
        "started_at": lambda: moment_words(
            datetime.fromisoformat(str(value)).astimezone(ZoneInfo(zone or "UTC"))
        ),
        "duration_seconds": lambda: length_words(int(str(value))),
        "notes": lambda: "; ".join(_each(value)),
        "do_not_call": lambda: _("yes") if value else _("no"),
        "assistants_off": lambda: _("yes") if value else _("no"),
        "labels": lambda: " ".join(f"#{label}" for label in _each(value)),
        "phones": lambda: ", ".join(_each(value)),
        "reminders": lambda: ", ".join(lead_words(timedelta(seconds=float(one))) for one in _each(value)),
        **{name: lambda: _("yes") if value else _("no") for name in ("holidays", "daily", "weekly")},
        "quiet": lambda: "–".join(_each(value)),
        "hours": lambda: "–".join(_each(value)),
        "edited": lambda: field_names(str(value).split(", ")),
        "parts": lambda: " · ".join(_each(value)),
        "timed": lambda: _leads(value),
        "meetings": lambda: _leads(value),
        "days": lambda: _leads(value),
        "workdays": lambda: " ".join(_weekday(int(day)) for day in _each(value)),
    }
    return readers[field]() if field in readers else value_words(value)


def _each(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _leads(value: object) -> str:
    return ", ".join(lead_words(timedelta(minutes=int(one))) for one in _each(value))


def _due(told: str, year: int | None, zone: str | None) -> str:
    """ "2026-11-25 09:00 Europe/Berlin", and shorter without the time or the zone."""
    day, *rest = told.split(" ")
    clock = next((time.fromisoformat(part) for part in rest if ":" in part), None)
    tz = next((part for part in rest if ":" not in part), None)
    said = due_words(Due(date.fromisoformat(day), clock, tz or "UTC"), year)
    return f"{said} ({tz})" if clock is not None and tz not in (None, zone) else said


def _weekday(day: int) -> str:
    return str(get_day_names("abbreviated", locale=language())[day - 1])


def value_words(value: object) -> str:
    """The words of a list of choices; anything else as it was typed."""
    known = {
        "not_started": _("not started"),
        "in_progress": _("in progress"),
        "deferred": _("waiting"),
        "completed": _("done"),
        "canceled": _("canceled"),
        "low": _("low priority"),
        "normal": _("normal priority"),
        "high": _("high priority"),
        "urgent": _("urgent"),
        "todo": _("task"),
        "call": _("call"),
        "meeting": _("meeting"),
        "email": _("e-mail"),
        "message": _("message"),
        "schedule": _("by the schedule"),
        "completion": _("from the day it is done"),
        "inbound": _("incoming"),
        "outbound": _("outgoing"),
        "connected": _("talked"),
        "no_answer": _("no answer"),
        "busy": _("busy"),
        "left_voicemail": _("voicemail"),
        "left_live_message": _("left a message"),
        "wrong_number": _("wrong number"),
        "callback_requested": _("call back"),
        "other": _("other"),
        "True": _("yes"),
        "False": _("no"),
        "lead": _("lead"),
        "active": _("active"),
        "won": _("won"),
        "lost": _("lost"),
        "dormant": _("dormant"),
        "everyone": _("everyone sees everything"),
        "own": _("members see their own"),
        "owner": _("owner"),
        "manager": _("manager"),
        "member": _("member"),
        "guest": _("guest"),
        "en": "English",
        "ru": "Русский",
        "DMY": "31.12.2026",
        "MDY": "12/31/2026",
        "YMD": "2026-12-31",
    }
    return known.get(str(value), str(value))
