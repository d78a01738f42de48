"""Edits: what a person types over a proposal, a field of it or the whole line, read by the grammar."""

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
_WHEN = ("due", "start_date", "rrule")  # fields that stand or fall together


async def edited(unit: Unit, actor: Actor, asked: Asked, text: str, now: datetime) -> Asked:
    """The proposal as it would be. A text that says no title changes only the fields it names."""
    text = " ".join(storable(text).split())
    reader = await reader_of(unit, actor)
    known = await unit.contacts.called(words_of(f"{text} {asked.said.get('line', '')}"))
    new = parse(text, now=now, reader=reader, contacts=known)
    if asked.kind is Kind.CHANGE:
        return replace(asked, said={**asked.said, _changed_field(new): text}, read_at=now)
    if asked.kind in _ONE_LINE or new.title:
        return replace(asked, said={"line": text}, read_at=now)
    line = asked.said.get("line", "")
    old = parse(line, now=asked.read_at, reader=reader, contacts=known)
    return replace(
        asked,
        said={"line": f"{_without(line, old, new)} {text}".strip()},
        read_at=now if _says_when(new) else asked.read_at,
    )


def _changed_field(draft: Draft) -> str:
    if draft.title:
        return "title"
    return "when" if draft.due is not None else "priority" if draft.priority else "title"


def _says_when(draft: Draft) -> bool:
    return any(getattr(draft, name) for name in _WHEN)


def _without(line: str, old: Draft, new: Draft) -> str:
    """The old line without the pieces that the new words say anew."""
    said = {name for name in old.spans if getattr(new, name, None) or (name in _WHEN and _says_when(new))}
    pieces = sorted({span for name in said for span in old.spans[name]}, reverse=True)
    for start, end in pieces:
        line = f"{line[:start]} {line[end:]}"
    return " ".join(line.split())
