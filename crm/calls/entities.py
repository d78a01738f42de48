"""Calls as data: what is kept of one, what its card still asks and offers, and what a store must do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from crm.calls.filters import CallFilter, Turn
from crm.calls.outcomes import Direction, Outcome
from crm.contacts import Contact
from crm.people import Actor
from crm.tasks import Task
from crm.updates import Arrival

NOTES_LIMIT = 2000  # characters
LIST_LENGTH = 10  # calls an assistant is told of
PAGE = 10  # calls on one page of /calls
NEW = timedelta(days=1)  # how long a contact that a call made counts as new


class Ask(StrEnum):
    """What a card asks for with buttons, one after the other in this order, since nobody has said it yet."""

    DIRECTION = "direction"
    OUTCOME = "outcome"
    DURATION = "duration"
    NEXT = "next"


Offer = Mapping[str, Any]
"""One tap: {"at": ISO moment}, another time that was perhaps meant; or {"text", "title", "date", "time", "tz"}, a task
that a dated clause of the notes speaks of (crm.calls.clauses)."""


@dataclass(frozen=True, slots=True)
class NewCall:
    """`started_at` is aware; `phone` is E.164; `made_contact` says that nobody knew the contact before."""

    direction: Direction
    outcome: Outcome
    started_at: datetime
    duration_seconds: int | None
    contact_id: int
    phone: str | None
    notes: str
    next_task_id: int | None = None
    made_contact: bool = False
    asks: tuple[Ask, ...] = ()
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is shown. `do_not_call` and `contact_zone` are the contact's; `version` grows with each change."""

    id: int
    direction: Direction
    outcome: Outcome
    started_at: datetime
    duration_seconds: int | None
    contact: Contact
    phone: str | None
    notes: str
    follow_up: Task | None = None  # where a card is shown, if the task is there and in sight
    next_task_id: int | None = None
    made_contact: bool = False
    asks: tuple[Ask, ...] = ()
    offers: tuple[Offer, ...] = ()
    version: int = 1
    member_id: int | None = None
    member_name: str | None = None
    do_not_call: bool = False
    contact_zone: str | None = None
    logged_at: datetime | None = None

    def has_new_contact(self, now: datetime) -> bool:
        """Whether the contact is still the call's own to take back or merge: later on somebody may have come to
        know more of it than hangs on it."""
        return self.made_contact and (self.logged_at is None or now - self.logged_at < NEW)


class CallStore(Protocol):
    async def add(self, call: NewCall, arrival: Arrival, actor: Actor) -> Call:
        """Save a call; the source chat, message and line are unique."""

    async def by_id(self, call_id: int, *, to_change: bool = False) -> Call | None:
        """The call if the actor may see it; `to_change`, if they may change it, locked until the commit."""

    async def by_message(self, actor: Actor, message_id: int) -> Mapping[int, Call | None]:
        """The calls that a message of the actor's chat made, by line (from 0), locked; None for one taken back."""

    async def just_logged(self, contact_id: int, actor: Actor, since: datetime) -> Call | None:
        """The actor's call with this contact that a button made since, as long as nothing of it was changed."""

    async def change(self, call: Call) -> Call:
        """Write what may change of a call, and count its version up."""

    async def latest(self, limit: int) -> Sequence[Call]:
        """The last calls, newest first."""

    async def page(
        self, wanted: CallFilter, turn: Turn, actor: Actor, since: datetime | None
    ) -> Sequence[Call]:
        """PAGE calls and one more, if there is one, from the turn's edge on, in the order in which they were read:
        newest first, or oldest first when paging back. In a group only those that were logged there."""

    async def delete(self, call_id: int, at: datetime) -> bool:
        """Softly; False when it is out of reach."""

    async def restore(self, call_id: int) -> bool:
        """Take a deletion back; False when there is none, or it is out of reach."""

    async def contact(self, contact_id: int) -> Contact | None:
        """A contact by its id, if it is there and in sight."""

    async def contacts_like(self, beginnings: Collection[str], limit: int) -> Sequence[Contact]:
        """Contacts with a word that begins so (folded); then those that were touched last."""

    async def drop_contact(self, contact_id: int, at: datetime) -> bool:
        """Take back a contact that a call made, its phone let go; False when anything else hangs on it."""

    async def revive_contact(self, contact_id: int, phone: str | None) -> None:
        """The opposite; the phone comes back unless somebody else has it by now."""
