"""Changes: what one press or one typed answer changes of a call. Each is a pure function from a call to a call."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from crm.calls.clauses import still_to_offer
from crm.calls.entities import Ask, Call, Offer
from crm.calls.outcomes import SILENT, Direction, Outcome
from crm.contacts import Contact

Change = Callable[[Call], Call]
_TOLD: dict[str, Callable[[Any], Any]] = {
    "direction": Direction,
    "outcome": Outcome,
    "started_at": datetime.fromisoformat,
    "duration_seconds": lambda told: told,
    "phone": lambda told: told,
    "notes": str,
    "made_contact": bool,
}
"""The fields that history knows besides the contact, and how each is read back from plain JSON."""


def set_direction(direction: Direction) -> Change:
    return lambda call: replace(call, direction=direction, asks=without(call, Ask.DIRECTION))


def set_outcome(outcome: Outcome) -> Change:
    """How it ended; a call that nobody answered is not asked how long it was, nor which way it went."""
    unasked = (Ask.DURATION, Ask.DIRECTION) if outcome in SILENT else ()
    return lambda call: replace(call, outcome=outcome, asks=without(call, Ask.OUTCOME, *unasked))


def set_duration(seconds: int) -> Change:
    return lambda call: replace(call, duration_seconds=seconds, asks=without(call, Ask.DURATION))


def set_moment(moment: datetime) -> Change:
    """When it began; other times it may have meant are offered no longer."""
    return lambda call: replace(
        call, started_at=moment, offers=tuple(one for one in call.offers if "at" not in one)
    )


def set_notes(notes: str, offers: tuple[Offer, ...]) -> Change:
    """Other notes, and the tasks that they speak of."""

    def change(call: Call) -> Call:
        times = (one for one in call.offers if "at" in one)
        tasks = still_to_offer(offers, call.notes, call.offers)
        return replace(call, notes=notes, offers=(*times, *tasks))

    return change


def set_contact(contact: Contact, *, is_new: bool = False) -> Change:
    return lambda call: replace(call, contact=contact, made_contact=is_new)


def leave_open(ask: Ask) -> Change:
    """What is asked for stays as it is, and is asked for no longer."""
    return lambda call: replace(call, asks=without(call, ask))


def without(call: Call, *answered: Ask) -> tuple[Ask, ...]:
    """What is still to be asked."""
    return tuple(ask for ask in call.asks if ask not in answered)


def difference(before: Call, after: Call) -> dict[str, object]:
    """[old, new] of each field that differs, plain enough for JSON; the contact's name beside its id."""
    told: dict[str, object] = {}
    for name in _TOLD:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            told[name] = [_plain(old), _plain(new)]
    if before.contact.id != after.contact.id:
        told["contact_id"] = [before.contact.id, after.contact.id]
        told["contact"] = [before.contact.full_name, after.contact.full_name]
    return told


def restored(call: Call, changes: Mapping[str, Any]) -> Call:
    """The call with each field of a change as it was before it; the contact is for the caller to find."""
    return replace(call, **{name: _TOLD[name](told[0]) for name, told in changes.items() if name in _TOLD})


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
