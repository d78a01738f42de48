"""`python -m bot parse`: lines in as JSON, what the grammar reads in them out as JSON."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from functools import lru_cache
from io import TextIOWrapper
from typing import Any
from zoneinfo import ZoneInfo

from crm.grammar.contacts import ContactLookup, KnownContact, KnownContacts
from crm.grammar.dates import Due
from crm.grammar.drafts import parse
from crm.grammar.fields import Draft
from crm.grammar.names import forms_of
from crm.grammar.readers import Reader

_ORDERS = frozenset({"DMY", "MDY", "YMD"})
_PARTS = ("morning", "afternoon", "evening", "workday_starts", "workday_ends")


def answered(lines: Iterable[str]) -> Iterator[str]:
    """One answer for each line that isn't empty; a bad line gives its error and the rest goes on."""
    for line in lines:
        if line.strip():
            yield _answered(line)


def run() -> None:
    """Read standard input to its end."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "strict")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)  # a broken byte is one line's fault
    for answer in answered(sys.stdin):
        sys.stdout.write(answer + "\n")
    sys.stdout.flush()


def _answered(line: str) -> str:
    try:
        answer = json.dumps(_answer(json.loads(line)), ensure_ascii=False)
        answer.encode()  # half a surrogate pair can't be written
    except (
        Exception
    ) as fault:  # the lines after this one must be read, whatever is wrong with it or with the grammar
        answer = json.dumps({"error": f"{type(fault).__name__}: {fault}"})
    return answer


def _answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    zone = ZoneInfo(asked["tz"])
    now = datetime.fromisoformat(asked["now"])
    now = now if now.tzinfo else now.replace(tzinfo=zone)
    reader = reader_of(zone, str(asked.get("lang") or "en"), asked.get("settings") or {})
    draft = parse(
        str(asked["text"]),
        now=now,
        reader=reader,
        contacts=known(tuple(map(str, asked.get("known_contacts") or ()))),
    )
    return shown(draft)


def reader_of(zone: ZoneInfo, language: str, settings: Mapping[str, Any]) -> Reader:
    """The reader that a line's settings describe; unknown ones are ignored."""
    order = str(settings.get("date_order") or "").upper()
    parts = {name: time.fromisoformat(str(settings[name])) for name in _PARTS if settings.get(name)}
    return Reader(
        zone=zone,
        language=str(settings.get("language") or language),
        region=settings.get("region"),
        team_region=settings.get("team_region"),
        date_order=order if order in _ORDERS else None,
        **parts,
    )


@lru_cache(maxsize=256)
def known(names: tuple[str, ...]) -> ContactLookup:
    """Contacts of these names."""
    return KnownContacts(KnownContact(at, name, None, forms_of(name)) for at, name in enumerate(names, 1))


def shown(draft: Draft) -> dict[str, Any]:
    """A draft with the keys of the conventions."""
    fields = _fields(draft)
    fields["ambiguous"] = draft.ambiguous
    fields["alternatives"] = [_changed(alternative.changes, fields) for alternative in draft.alternatives]
    return fields


def _fields(draft: Draft) -> dict[str, Any]:
    return {
        "object": draft.object,
        "title": draft.title,
        **_due(draft.due),
        "priority": draft.priority,
        "nag_minutes": draft.nag_minutes,
        "assignee": draft.assignee,
        "contact": draft.contact.name if draft.contact else None,
        "contact_name": draft.contact_name,
        "phone": draft.phone,
        "labels": list(draft.labels) or None,
        "task_type": draft.task_type,
        "rrule": draft.rrule,
        "repeat_from": draft.repeat_from if draft.repeat_from == "completion" else None,
        "reminders": list(draft.reminders) or None,
        "start_date": draft.start_date.isoformat() if draft.start_date else None,
        "duration_minutes": draft.duration_minutes,
        "due_tz": draft.due_tz,
        "dst": draft.dst,
        "confirm": draft.confirm,
        "error": draft.error,
        "direction": draft.direction,
        "outcome": draft.outcome,
        "duration_seconds": draft.duration_seconds,
        "started_at": draft.started_at.isoformat(timespec="seconds") if draft.started_at else None,
        "notes": draft.notes,
        "follow_up": _fields(draft.follow_up) if draft.follow_up else None,
    }


def _due(due: Due | None) -> dict[str, str | None]:
    if due is None:
        return {"due": None, "due_date": None}
    if due.at is None:
        return {"due": None, "due_date": due.date.isoformat()}
    return {"due": due.at.astimezone(due.zone).isoformat(timespec="seconds"), "due_date": None}


def _changed(changes: Mapping[str, Any], default: Mapping[str, Any]) -> dict[str, Any]:
    """An alternative: only the keys that differ."""
    out: dict[str, Any] = {}
    for name, value in changes.items():
        if name == "due":
            due = _due(value)
            said: dict[str, Any] = {key: each for key, each in due.items() if each is not None}
            out |= said or {key: None for key in due if default[key] is not None}
        elif name == "contact":
            out[name] = value.name if value else None
        elif name == "started_at":
            out[name] = value.isoformat(timespec="seconds")
        elif name == "start_date":
            out[name] = value.isoformat() if value else None
        elif name == "repeat_from":
            continue
        else:
            out[name] = value
    return out
