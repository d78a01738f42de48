"""Edits: what a person types over a proposal, a field of it or the whole line, read by the grammar."""

import re
from dataclasses import replace
from datetime import datetime

from crm.grammar.contacts import words_of
from crm.grammar.drafts import parse
from crm.grammar.fields import Draft
from crm.grammar.letters import storable
from crm.people import Actor
from crm.proposals.entities import Asked, Kind
from crm.settings import reader_of
from crm.storage import Unit

_ONE_LINE = (Kind.CALL, Kind.CONTACT)  # what is typed is read as the whole of them
_TITLE = "«x»"  # stands for the title while it is asked which other fields a text names
_CLOCK = re.compile(
    r"(?:at |в |к )?\d{1,2}(?:[:.]\d{2})?(?: ?[ap]m)?", re.IGNORECASE
)  # a clock and nothing else
_WHEN = ("due", "start_date", "rrule")  # fields that stand or fall together


async def edited(unit: Unit, actor: Actor, asked: Asked, text: str, now: datetime) -> Asked:
    """The proposal as it would be. A text that says no title changes only the fields it names."""
    text = " ".join(storable(text).split())
    reader = await reader_of(unit, actor)
    known = await unit.contacts.called(words_of(f"{text} {asked.said.get('line', '')}"))
    fields = parse(f"{_TITLE} {text}", now=now, reader=reader, contacts=known)
    names_fields = fields.title == _TITLE and bool(fields.spans)
    if asked.kind is Kind.CHANGE:
        return replace(asked, said={**asked.said, **_changed(fields, text, names_fields)}, read_at=now)
    line = asked.said.get("line", "")
    old = parse(line, now=asked.read_at, reader=reader, contacts=known)
    if asked.kind in _ONE_LINE or not names_fields:
        added = f"{line} {text}"  # "an hour before" says something only beside a time
        both = parse(added, now=asked.read_at, reader=reader, contacts=known)
        belongs = asked.kind not in _ONE_LINE and both.title == old.title
        return (
            replace(asked, said={"line": added})
            if belongs
            else replace(asked, said={"line": text}, read_at=now)
        )
    day = f" {old.due.date}" if old.due is not None and _CLOCK.fullmatch(text) else ""
    return replace(
        asked,
        said={"line": f"{_without(line, old, fields)}{day} {text}".strip()},
        read_at=now if _says_when(fields) else asked.read_at,
    )


def _changed(fields: Draft, text: str, names_fields: bool) -> dict[str, str]:
    """Which part of a change a text is."""
    if not names_fields:
        return {"title": text}
    said = {"when": text} if fields.due is not None else {}
    return said | ({"priority": fields.priority} if fields.priority else {}) or {"title": text}


def _says_when(draft: Draft) -> bool:
    return any(getattr(draft, name) for name in _WHEN)


def _without(line: str, old: Draft, new: Draft) -> str:
    """The old line without the pieces that the new words say anew."""
    said = {name for name in old.spans if getattr(new, name, None) or (name in _WHEN and _says_when(new))}
    pieces = sorted({span for name in said for span in old.spans[name]}, reverse=True)
    for start, end in pieces:
        line = f"{line[:start]} {line[end:]}"
    return " ".join(line.split())
