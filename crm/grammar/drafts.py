"""Drafts: what one line says of a task, a reminder or a call; the rest of it is the title."""

import re
from collections.abc import Iterator
from datetime import datetime

from crm.grammar.calls import as_log, read_call
from crm.grammar.contacts import NOBODY, ContactLookup
from crm.grammar.fields import Alternative, Draft
from crm.grammar.letters import on_one_line, says_nothing
from crm.grammar.readers import Reader
from crm.grammar.reading import read_task

__all__ = ["Alternative", "Draft", "as_text", "parse", "parse_call", "parse_lines"]
_COMMAND = re.compile(r"\s*/(task|задача|remind|напомни|call|звонок)(?:@\w+)?(?!\w)\s*", re.IGNORECASE)
CALL = re.compile(r"\s*(?:call|звонок)(?!\w)\s*:?\s*", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-–—•*]\s+|\d{1,3}[.)]\s+(?=\S))")


def parse(text: str, *, now: datetime, reader: Reader, contacts: ContactLookup = NOBODY) -> Draft:
    """Read one line. `now` is when it was sent, aware. Pure: the same text, clock and contacts give the same draft.

    A leading /task, /remind or /call (in Russian too) says what it is; a call log is known by its form as well.
    """
    text = on_one_line(text)
    command = _COMMAND.match(text)
    if command is not None:
        start, name = command.end(), command[1].casefold()
        if name in ("call", "звонок"):
            return read_call(text, now=now, reader=reader, contacts=contacts, start=start)
        is_reminder = name in ("remind", "напомни")
        return read_task(
            text, now=now, reader=reader, contacts=contacts, start=start, is_reminder=is_reminder
        )
    call = CALL.match(text)
    log = None
    if call is not None:
        log = as_log(text, now=now, reader=reader, contacts=contacts, start=call.end())
    return log or read_task(text, now=now, reader=reader, contacts=contacts)


def parse_call(text: str, *, now: datetime, reader: Reader, contacts: ContactLookup = NOBODY) -> Draft:
    """Read a call log, as what follows /call or /звонок: who, which number, how it ended, how long."""
    return read_call(on_one_line(text), now=now, reader=reader, contacts=contacts)


def parse_lines(text: str, *, now: datetime, reader: Reader, contacts: ContactLookup = NOBODY) -> list[Draft]:
    """Read several lines as several drafts, empty ones left out; a dash or a number before an item is no part of it."""
    return [parse(line, now=now, reader=reader, contacts=contacts) for line in items(text)]


def items(text: str) -> Iterator[str]:
    """The lines of a message that say something, without the dash or number before an item."""
    for line in text.splitlines():
        mark = _ITEM.match(line)
        item = line[mark.end() :] if mark else line
        if not says_nothing(item):
            yield item.strip()


def as_text(text: str) -> Draft:
    """All of it as the title."""
    title = " ".join(on_one_line(text).split())
    return Draft(title=title or None, error=None if title else "title_required")
