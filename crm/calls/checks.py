"""Checks: what a line may not say of a call, and what of it was left unsaid."""

import re
from datetime import datetime, timedelta

from crm.calls.entities import NOTES_LIMIT, Ask
from crm.calls.outcomes import SILENT, Direction, Outcome
from crm.contacts import NAME_LIMIT
from crm.errors import N_, BadInput
from crm.grammar.drafts import parse, parse_call
from crm.grammar.fields import Draft
from crm.grammar.lengths import length_at
from crm.grammar.letters import on_one_line
from crm.grammar.readers import Reader
from crm.grammar.tokens import Line

LONGEST = 24 * 60 * 60  # seconds
_MINUS = re.compile(r"(?:^|\s)(?:[-−–]|(?:minus|минус)\s+)$", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}")
_AHEAD = timedelta(minutes=1)  # clocks that differ a little are no matter


def checked_call(draft: Draft) -> str:
    """The name a call goes by: a contact's, one nobody knew, or the number. Raises BadInput."""
    if draft.bad_phone is not None:
        raise BadInput(
            N_("{phone} doesn't look like a phone number. Type it in full, for example: +7 999 123-45-67"),
            phone=draft.bad_phone,
        )
    name = draft.contact.name if draft.contact else draft.contact_name or draft.phone
    if name is None:
        raise BadInput(N_("Who was it with? For example: /call Anna +7 999 123-45-67: wants the new price"))
    if len(name) > NAME_LIMIT or len(draft.notes or "") > NOTES_LIMIT:
        raise BadInput(
            N_("That is too long. A name fits in {name} characters, notes in {notes}: type it shorter."),
            name=NAME_LIMIT,
            notes=NOTES_LIMIT,
        )
    return name


def check_times(draft: Draft, text: str, now: datetime, reader: Reader) -> None:
    """Raises BadInput for a length no call has, and for a call that is still to be. `draft` was read from `text`."""
    text = on_one_line(text)
    said = _impossible_length(draft, text)
    if said is not None:
        raise BadInput(
            N_("A call can't last {length}. Type minutes or hours, 24 hours at most, for example: 12 min"),
            length=said[:50],
        )
    if _is_ahead(draft, text, now, reader):
        raise _ahead()


def check_moment(moment: datetime, now: datetime) -> datetime:
    """The moment a call is said to have begun at. Raises BadInput when it is still ahead."""
    if moment > now + _AHEAD:
        raise _ahead()
    return moment


def read_length(text: str) -> int:
    """Seconds, of an answer to "how long": minutes alone, or as a line says it. Raises BadInput."""
    words = on_one_line(text).strip()
    is_negative = _MINUS.match(words[:1]) is not None
    line = Line(words[1:] if is_negative else words)
    found = length_at(line, 0)
    if found is None and _NUMBER.fullmatch(words.lstrip("-−–")):
        seconds = int(words.lstrip("-−–")) * 60
    elif found is not None and found[1] == line.count:
        seconds = found[0].seconds if found[0].is_clock else LONGEST + 1
    else:
        raise BadInput(N_("I can't read a length in that. Type it like this: 12 min, or 1 h 5 min"))
    if is_negative or not 0 < seconds <= LONGEST:
        raise BadInput(
            N_("A call can't last {length}. Type minutes or hours, 24 hours at most, for example: 12 min"),
            length=words[:50],
        )
    return seconds


def read_moment(text: str, now: datetime, reader: Reader) -> datetime:
    """When a call began, of an answer to "when": a log's own words for it. Raises BadInput."""
    line = f"X {on_one_line(text)}"  # a name of somebody, as a log begins with one
    draft = parse_call(line, now=now, reader=reader)
    check_times(draft, line, now, reader)
    if "started_at" not in draft.spans or draft.started_at is None:
        raise BadInput(
            N_("I can't read a time in that. Type it like this: yesterday 15:00, or 20 minutes ago")
        )
    return check_moment(draft.started_at, now)


def unsaid(draft: Draft) -> tuple[Ask, ...]:
    """What the line left open and is worth a question: nobody asks how long it was when nobody answered."""
    outcome = Outcome(draft.outcome or Outcome.CONNECTED)
    asks = []
    if "direction" not in draft.spans and outcome not in SILENT and draft.direction != Direction.INBOUND:
        asks.append(Ask.DIRECTION)
    if "outcome" not in draft.spans:
        asks.append(Ask.OUTCOME)
    if draft.duration_seconds is None and outcome not in SILENT:
        asks.append(Ask.DURATION)
    if draft.follow_up is None or not draft.follow_up.title:
        asks.append(Ask.NEXT)
    return tuple(asks)


def _ahead() -> BadInput:
    return BadInput(
        N_(
            "That time is still ahead, and a call is logged once it has been. "
            "To plan one: /task tomorrow 10:00 call Anna"
        )
    )


def _impossible_length(draft: Draft, text: str) -> str | None:
    """What was typed as a length and is none."""
    for start, end in draft.spans.get("duration_seconds", ()):
        minus = _MINUS.search(text[:start])
        if minus is not None:
            return text[minus.start() : end].strip()
        if (draft.duration_seconds or 0) > LONGEST:
            return text[start:end].strip()
    talk = _talk(draft, text)
    line = Line(talk)
    length = length_at(line, 0) if talk else None
    return talk if length is not None and length[1] == line.count and not length[0].is_clock else None


def _is_ahead(draft: Draft, text: str, now: datetime, reader: Reader) -> bool:
    """Whether the line says a day or a time that is still to come as the one of the call."""
    if draft.outcome == Outcome.CALLBACK_REQUESTED:
        return False  # that is when they want to be called
    if pieces := draft.spans.get("started_at"):
        begun_now = draft.started_at is not None and abs(
            now - draft.started_at - timedelta(seconds=draft.duration_seconds or 0)
        ) < timedelta(seconds=1)
        return begun_now and _is_still_to_come(
            " ".join(text[start:end] for start, end in pieces), now, reader
        )
    last = (draft.contact_name or "").split()[1:]  # a name nobody knows takes what follows it along
    tails = [" ".join(last[at:]) for at in range(max(0, len(last) - 3), len(last))]
    return any(_is_still_to_come(words, now, reader) for words in (_talk(draft, text), *tails))


def _is_still_to_come(words: str, now: datetime, reader: Reader) -> bool:
    """Whether the words are a moment ahead and nothing else."""
    if not words:
        return False
    read = parse(f"/task {words}", now=now, reader=reader)
    if read.title or read.due is None or read.rrule is not None:
        return False
    if read.due.at is not None:
        return read.due.at > now
    return read.due.date > now.astimezone(read.due.zone).date()


def _talk(draft: Draft, text: str) -> str:
    """The part of the notes that stands before any comma or colon."""
    end = min((start for start, _end in draft.spans.get("notes", ())), default=len(text))
    first = (draft.notes or "").split(". ")[0]
    return first if first and first in text[:end] else ""
