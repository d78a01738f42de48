"""Clauses: what the notes of a call say is to be done by a date ("wants pricing by Friday")."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from crm.calls.entities import Offer
from crm.grammar.dates import Due
from crm.grammar.drafts import parse
from crm.grammar.fields import Draft
from crm.grammar.readers import Reader
from crm.tasks import TITLE_LIMIT

LIMIT = 3  # tasks that a card offers to make of its notes
_ENDS = re.compile(r"[.;,!?]\s+|\n+")
_CLOCK_ONLY = re.compile(r"[^a-zа-я]*(?:(?:at|by|в|к|до|с)\W+)?[\d:. ]+[^a-zа-я]*", re.IGNORECASE)


def task_offers(notes: str, now: datetime, reader: Reader) -> tuple[Offer, ...]:
    """The tasks that the notes speak of. `now` is when they were said, aware; what is doubtful is left out."""
    found = [(clause, parse(f"/task {clause}", now=now, reader=reader)) for clause in clauses_of(notes)]
    return tuple(_offer(clause, draft) for clause, draft in found if _is_dated(clause, draft))[:LIMIT]


def still_to_offer(found: Sequence[Offer], notes: str, offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """What is found in changed notes, without the clauses of the old `notes` whose tasks were made already."""
    dealt_with = set(clauses_of(notes)) - {offer["text"] for offer in offers if "text" in offer}
    return tuple(offer for offer in found if offer.get("text") not in dealt_with)


def clauses_of(notes: str) -> list[str]:
    """The stretches between commas and full stops."""
    return [clause for piece in _ENDS.split(notes) if (clause := piece.strip(" .;,!?"))]


def _is_dated(clause: str, draft: Draft) -> bool:
    """Whether something is to be done on a day that is said; a clock alone may be a part of what was talked about."""
    if draft.due is None or not draft.title or len(draft.title) > TITLE_LIMIT:
        return False
    if draft.ambiguous or draft.confirm is not None or draft.rrule is not None or draft.bad_phone is not None:
        return False
    said = f"/task {clause}"
    when = [span for name in ("due", "rrule", "start_date") for span in draft.spans.get(name, ())]
    return any(_CLOCK_ONLY.fullmatch(said[start:end]) is None for start, end in when)


def _offer(clause: str, draft: Draft) -> Offer:
    due = draft.due
    assert due is not None  # noqa: S101 - _is_dated looked
    return {
        "text": clause,
        "title": draft.title,
        "date": due.date.isoformat(),
        "time": due.time.isoformat("minutes") if due.time is not None else None,
        "tz": due.tz,
    }


def offered_due(offer: Offer) -> Due:
    """When the task of an offer is due."""
    clock = time.fromisoformat(offer["time"]) if offer["time"] else None
    return Due(date.fromisoformat(offer["date"]), clock, offer["tz"])
