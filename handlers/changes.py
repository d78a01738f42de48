"""Changes in words: what was done, and each field from old to new."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from crm.activity import Line, is_pair
from crm.grammar.dates import Due
from handlers.agents.words import field_names
from handlers.repeats import rule_words
from handlers.task_cards import lead_words
from handlers.texts import due_words, language, length_words, moment_words
from handlers.texts import gettext as _

HIDDEN = {
    "assignee_id",
    "contact_id",
    "made_contact",
    "person",
    "workspace_id",
    "batch",
    "owner_id",
    "note_id",
    "merged_id",
    "moved",
    "slot_time",
    "comment_id",
    "watcher_id",
    "item_ids",
    "member_id",
    "completed_at",
    "thread_id",
    "chosen_reminders",
}  # ids; whose they are is told by name beside them
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
NONE = "—"


def line_title(line: Line) -> str:
    """What was done, as a noun phrase, so that it needs nobody's gender."""
    if line.action == "undone":
        return _("taken back:") + " " + entity_words(line.entity)
    return action_words(line.entity, line.action)


def action_words(entity: str, action: str) -> str:
    """A line for each kind of change there is; a test looks for those that are written."""
    return {
        ("task", "created"): _("new task"),
        ("task", "changed"): _("task changed"),
        ("task", "completed"): _("task done"),
        ("task", "deleted"): _("task taken back"),
        ("task", "restored"): _("task kept after all"),
        ("task", "commented"): _("comment"),
        ("task", "attached"): _("file added"),
        ("task", "watched"): _("watching a task"),
        ("task", "unwatched"): _("no longer watching a task"),
        ("task", "items_added"): _("added to the checklist"),
        ("task", "item_ticked"): _("ticked off"),
        ("task", "item_unticked"): _("no longer ticked off"),
        ("task", "item_removed"): _("removed from the checklist"),
        ("contact", "created"): _("new contact"),
        ("contact", "updated"): _("contact changed"),
        ("contact", "deleted"): _("contact deleted"),
        ("contact", "restored"): _("contact kept after all"),
        ("contact", "noted"): _("note on a contact"),
        ("contact", "merged"): _("two contacts merged"),
        ("call", "created"): _("call logged"),
        ("call", "changed"): _("call changed"),
        ("call", "deleted"): _("call taken back"),
        ("call", "restored"): _("call kept after all"),
        ("reminder", "created"): _("new reminder"),
        ("reminder", "deleted"): _("reminder taken back"),
        ("reminder", "changed"): _("reminder changed"),
        ("reminder", "paused"): _("reminder paused"),
        ("reminder", "resumed"): _("reminder comes again"),
        ("delivery", "acknowledged"): _("reminder seen"),
        ("delivery", "snoozed"): _("reminder put off"),
        ("settings", "changed"): _("settings changed"),
        ("settings", "away"): _("going away"),
        ("settings", "back"): _("back again"),
        ("settings", "clocks"): _("by the clock of another time zone"),
        ("workspace", "created"): _("new team"),
        ("workspace", "renamed"): _("team renamed"),
        ("workspace", "region"): _("country of phones"),
        ("workspace", "visibility"): _("who sees what"),
        ("workspace", "budget"): _("budget of assistants"),
        ("workspace", "assistants"): _("assistants of the team"),
        ("member", "joined"): _("new member"),
        ("member", "left"): _("a member left"),
        ("member", "left_group"): _("a guest left the group"),
        ("member", "removed"): _("member removed"),
        ("member", "role_changed"): _("role changed"),
        ("member", "approved"): _("guest let into the team"),
        ("member", "declined"): _("guest stays a guest"),
        ("member", "account_link"): _("link for a new account"),
        ("member", "taken_over"): _("membership moved to a new account"),
        ("member", "takeover_refused"): _("new account refused"),
        ("invite", "created"): _("new link into the team"),
        ("invite", "revoked"): _("link taken back"),
        ("chat", "added_bot"): _("bot added to the group"),
        ("import", "created"): _("table taken in"),
        ("feed", "created"): _("calendar address made"),
        ("feed", "ended"): _("calendar address ended"),
        ("chat", "kept_for"): _("how long the chat is kept"),
        ("chat", "separated"): _("group made a team of its own"),
        ("agent", "created"): _("new assistant"),
        ("agent", "changed"): _("assistant changed"),
        ("agent", "deleted"): _("assistant deleted"),
        ("agent", "hidden"): _("assistant hidden in this team"),
        ("agent", "shown"): _("assistant shown again in this team"),
        ("chat", "bound"): _("who answers in a chat"),
        ("chat", "answers"): _("how answers appear in the group"),
    }.get((entity, action), f"{entity} {action}")


def entity_words(entity: str) -> str:
    return {
        "task": _("task"),
        "contact": _("contact"),
        "call": _("call"),
        "reminder": _("reminder"),
        "delivery": _("reminder"),
        "workspace": _("team"),
        "member": _("member"),
        "invite": _("link"),
        "settings": _("settings"),
        "chat": _("group"),
        "import": _("table taken in"),
        "feed": _("calendar address"),
        "agent": _("assistant"),
    }.get(entity, entity)


def change_words(field: str, told: object, *, year: int | None = None, zone: str | None = None) -> str:
    """`field: old → new`, or `field: first`. Dates of `year` leave it unsaid, and clocks of `zone` say no zone."""
    values = told if isinstance(told, list) and is_pair(field, told) else [told]
    said = [NONE if value in (None, []) else _value(field, value, year, zone) for value in values]
    return f"{field_words(field)}: {' → '.join(said)}"


def field_words(field: str) -> str:
    return {
        "live": _("answers as they are written"),
        "title": _("title"),
        "description": _("description"),
        "result": _("result"),
        "comment": _("text"),
        "file": _("file"),
        "watcher": _("who watches"),
        "item": _("item"),
        "items": _("items"),
        "text": _("text"),
        "name": _("name"),
        "phone": _("phone"),
        "phones": _("phones"),
        "company": _("company"),
        "email": _("e-mail address"),
        "telegram": "Telegram",
        "stage": _("stage"),
        "owner": _("looked after by"),
        "do_not_call": _("do not call"),
        "note": _("note"),
        "merged": _("merged in"),
        "phones_moved": _("phones moved"),
        "tasks_moved": _("tasks moved"),
        "calls_moved": _("calls moved"),
        "notes_moved": _("notes moved"),
        "due": _("due"),
        "status": _("status"),
        "priority": _("priority"),
        "task_type": _("kind"),
        "assignee": _("for whom"),
        "contact": _("contact"),
        "labels": _("labels"),
        "rrule": _("repeats"),
        "repeat_from": _("the next one counts"),
        "start_date": _("begins"),
        "duration_minutes": _("minutes"),
        "reminders": _("reminders"),
        "direction": _("direction"),
        "outcome": _("result"),
        "started_at": _("when"),
        "duration_seconds": _("how long"),
        "notes": _("notes"),
        "visibility": _("who sees what"),
        "region": _("country"),
        "agent": _("always"),
        "default_agent": _("when nothing else decides"),
        "role": _("role"),
        "heir": _("taken over by"),
        "uses": _("uses"),
        "for_hours": _("works for hours"),
        "language": _("language"),
        "timezone": _("time zone"),
        "date_order": _("dates"),
        "quiet": _("quiet hours"),
        "workdays": _("working days"),
        "hours": _("working hours"),
        "morning": _("morning plan"),
        "evening": _("evening summary"),
        "timed": _("reminders of tasks with a time"),
        "meetings": _("reminders of meetings as well"),
        "days": _("reminders of tasks for a day"),
        "parts": _("morning, afternoon, evening"),
        "urgent": _("urgent"),
        "nag_minutes": _("said again every (minutes)"),
        "nag_limit": _("said again at most (times)"),
        "holidays": _("holidays"),
        "daily": _("digests on days off"),
        "weekly": _("team's week"),
        "country": _("country of holidays"),
        "until": _("until"),
        "stand_in": _("who stands in"),
        "clocks": _("tasks and reminders"),
        "made": _("new rows"),
        "changed": _("changed rows"),
        "external_id": _("call ID"),
        "assistant": _("short name"),
        "edited": _("what changed"),
        "version": _("version"),
        "budget": _("US dollars"),
        "assistants_off": _("switched off"),
        "keep_days": _("days"),
    }.get(field, field)


def _value(field: str, value: object, year: int | None, zone: str | None) -> str:
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
