"""Digests: what is owed to a person, and what one tells of each of their teams."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from crm.people import Actor, Role
from crm.stats import MemberWork, Work
from crm.tasks.entities import Task
from crm.tasks.filters import Days


class Kind(StrEnum):
    MORNING = "morning"
    EVENING = "evening"
    WEEKLY = "weekly"
    BACK = "back"  # one's own absence is over
    STAND_IN = "stand_in"  # one stands in for a colleague from now on
    STAND_IN_OVER = "stand_in_over"


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in one of their teams; `size` counts its members."""

    actor: Actor
    team: str
    size: int
    is_current: bool

    @property
    def leads(self) -> bool:
        """Whether they are told of the week of this team."""
        return self.actor.role in (Role.OWNER, Role.MANAGER) and self.size > 1


@dataclass(frozen=True, slots=True)
class Digest:
    """What is owed to a person, leased to us. `day` is theirs, of a week its Monday; `about` is who is or was away,
    `since` and `until` of that absence. Times are aware, UTC."""

    id: int
    lease: str
    attempts: int
    kind: Kind
    day: date
    due_at: datetime
    language: str
    telegram_chat_id: int
    seats: Sequence[Seat]
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TeamDay:
    """One's day in a team. `now` is in the person's zone; what is overdue comes with the longest first."""

    team: str
    actor: Actor
    is_current: bool
    now: datetime
    overdue: Sequence[Task] = ()
    today: Sequence[Task] = ()
    waiting: Sequence[Task] = ()
    done: Sequence[Task] = ()
    calls: int = 0

    def __bool__(self) -> bool:
        return bool(self.overdue or self.today or self.waiting or self.done or self.calls)


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """What a team did; `members` have something to tell."""

    team: str
    days: Days
    total: Work
    members: Sequence[MemberWork]
    new_contacts: int

    def __bool__(self) -> bool:
        return bool(self.total or self.new_contacts)


@dataclass(frozen=True, slots=True)
class TeamReport:
    """What became of things while one was away: titles of what waited, of what went to whoever stood in, and of what
    they did; with their name."""

    team: str
    waited: Sequence[str] = ()
    passed_on: Sequence[str] = ()
    done: Sequence[tuple[str, str]] = ()  # who, title

    def __bool__(self) -> bool:
        return bool(self.waited or self.passed_on or self.done)


Part = TeamDay | TeamWeek | TeamReport


@dataclass(frozen=True, slots=True)
class Told:
    """A digest with what it tells, a part for each team that has something to tell."""

    digest: Digest
    parts: Sequence[Part] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Not to be sent; with `until` it may be later."""

    reason: str
    until: datetime | None = None


class DigestStore(Protocol):
    async def waiting(self, member_id: int, limit: int) -> Sequence[Task]:
        """Tasks that were put aside until something happens."""

    async def new_contacts(self, of: Days) -> int: ...

    async def report(self, member_id: int, since: datetime, limit: int) -> TeamReport:
        """What became of a member's things since then. `team` is left empty."""


class DigestDoors(Protocol):
    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Digest]:
        """Make the rows that are due, each once, and lease what is to be sent; whoever's absence is over is back."""

    async def holds(self, digest: Digest) -> bool:
        """Whether it is still leased to us, and the person still to be written to."""

    async def mark_sent(self, digest: Digest, telegram_message_id: int, now: datetime) -> bool: ...

    async def mark_skipped(self, digest: Digest, reason: str, now: datetime) -> bool: ...

    async def mark_pending(self, digest: Digest, reason: str, until: datetime, now: datetime) -> bool: ...

    async def mark_failed(self, digest: Digest, reason: str, now: datetime) -> bool: ...

    async def purge(self, before: datetime) -> None: ...
