"""Fields: what a draft holds, and what another reading of it would change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from crm.grammar.contacts import KnownContact
from crm.grammar.dates import Due
from crm.grammar.tokens import Span


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to read the line: the fields that differ, by their names in Draft."""

    changes: Mapping[str, Any]

    def of(self, draft: "Draft") -> "Draft":
        """The draft as it would be, no longer in doubt."""
        return replace(draft, **self.changes, ambiguous=False, alternatives=())


@dataclass(frozen=True, slots=True)
class Draft:
    """What a line said. None is what it didn't say; `title` is None when nothing was left for it.

    `contact_name` is a name that no known contact has, `bad_phone` what was typed as a phone and is none.
    `reminders` are ISO 8601 durations before the due, `rrule` an RFC 5545 rule, `repeat_from` "schedule" or
    "completion". `started_at` is aware. `confirm` is "past" or "far_future", `dst` "gap_shifted" or "fold_first".
    `spans` holds for each field the pieces of the text it came from; none overlaps another.
    """

    object: str = "task"
    title: str | None = None
    due: Due | None = None
    priority: str | None = None
    nag_minutes: int | None = None  # how often to remind again until it is seen
    assignee: str | None = None
    contact: KnownContact | None = None
    contact_name: str | None = None
    suggestions: tuple[KnownContact, ...] = ()
    phone: str | None = None
    bad_phone: str | None = None
    labels: tuple[str, ...] = ()
    task_type: str | None = None
    rrule: str | None = None
    repeat_from: str | None = None
    reminders: tuple[str, ...] = ()
    start_date: date | None = None
    duration_minutes: int | None = None
    direction: str | None = None
    duration_seconds: int | None = None
    outcome: str | None = None
    notes: str | None = None
    started_at: datetime | None = None
    follow_up: "Draft | None" = None
    ambiguous: bool = False
    alternatives: tuple[Alternative, ...] = ()
    confirm: str | None = None
    dst: str | None = None
    due_tz: str | None = None  # the zone, where the line named one
    error: str | None = None
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict, hash=False)
