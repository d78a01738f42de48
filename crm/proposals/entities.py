"""Proposals as data: a write that an assistant asked for, what has become of it, and what a store must do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from crm.calls import Call
from crm.contacts import SavedContact
from crm.errors import CrmError
from crm.people import Actor
from crm.reminders import Reminder
from crm.tasks import Completed, Task

if TYPE_CHECKING:
    from crm.turns import Turn

LIFETIME = timedelta(minutes=15)  # of a card, from when it was shown; afterwards it can be made again
WAITING = timedelta(days=7)  # how long the agenda tells of one that is still to be decided
Effect = Task | Reminder | Call | SavedContact | Completed
"""What a write makes or changes."""


class Kind(StrEnum):
    """What is to be written."""

    TASK = "task"
    REMINDER = "reminder"
    CALL = "call"
    CONTACT = "contact"
    CHANGE = "change"  # of a task
    DONE = "done"  # a task


class State(StrEnum):
    """Open until the person decides; whether an open one has expired is a matter of the clock."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Asked:
    """A write in words. `said` holds "line", as it may follow the command, or for a change of a task any of "when",
    "title" and "priority"; `task_number` is that of a task to change or finish. `read_at`, aware, is the moment from
    which its "tomorrow" counts."""

    kind: Kind
    said: Mapping[str, str]
    read_at: datetime
    task_number: int | None = None


@dataclass(frozen=True, slots=True)
class NewProposal:
    """One of a turn's writes, counted from 0. `key` is the model's own name of its call, to hear the outcome by."""

    ordinal: int
    key: str
    kind: Kind
    said: Mapping[str, str]
    task_number: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as it is kept; `member_id` is who asked, and the only one who can decide. `version` grows with each
    edit. `outcome` tells a model, in English, what became of it. `expires_at` is None until the card is shown."""

    id: int
    turn_id: int
    ordinal: int
    key: str
    asked: Asked
    member_id: int
    agent_id: int | None
    state: State = State.OPEN
    version: int = 1
    expires_at: datetime | None = None
    outcome: str | None = None
    telegram_message_id: int | None = None

    def has_expired(self, now: datetime) -> bool:
        return self.state is State.OPEN and self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Card:
    """A proposal with what confirming it would write, or has just written. `doubt` is what a person should read first:
    a moment that has passed or is far away, or why it can't be written as it is (then there is no `effect`)."""

    proposal: Proposal
    now: datetime
    effect: Effect | None = None
    doubt: CrmError | None = None

    @property
    def has_expired(self) -> bool:
        return self.proposal.has_expired(self.now)

    @property
    def is_open(self) -> bool:
        return self.proposal.state is State.OPEN and not self.has_expired

    @property
    def is_late(self) -> bool:
        """Whether the moment it tells of has passed since it was asked for."""
        due = self.effect.due if isinstance(self.effect, Task | Reminder) else None
        return due is not None and due.at is not None and due.at <= self.now


@dataclass(frozen=True, slots=True)
class Expired:
    """A card that is still drawn as if it could be confirmed. `actor` is whoever it waits for, in its chat."""

    actor: Actor
    proposal: Proposal
    thread_id: int | None


class ProposalDoors(Protocol):
    async def expired(self, now: datetime, *, limit: int) -> Sequence[Expired]:
        """Those that expired since they were drawn, the oldest first, whatever team they are of."""


class ProposalStore(Protocol):
    async def add(self, turn: "Turn", proposals: Sequence[NewProposal]) -> None:
        """One row for each turn and ordinal, however often a turn is run."""

    async def of_turn(self, turn_id: int) -> Sequence[Proposal]:
        """In their order."""

    async def by_id(self, proposal_id: int, *, to_decide: bool = False) -> Proposal | None:
        """One of the chat's or of the actor's own; `to_decide` only the actor's own, locked until the commit."""

    async def change(self, proposal: Proposal) -> Proposal:
        """Write what was said, the state, the expiry and the outcome, and count the version up; it is drawn anew."""

    async def mark_shown(self, proposal_id: int, telegram_message_id: int, expires_at: datetime) -> None: ...

    async def mark_faded(self, proposal_id: int, at: datetime) -> None:
        """It was drawn as expired."""

    async def waiting(self, member_id: int, since: datetime) -> Sequence[Proposal]:
        """The member's open ones, the newest first."""

    async def outcomes(self, conversation_id: int) -> Mapping[str, str | None]:
        """What became of each of a conversation's, by key; None for one that is still open."""

    async def resume(self, turn_id: int) -> bool:
        """Queue a turn in which the model goes on from this one, once, if all its proposals are decided and nothing
        was asked in the conversation since."""
