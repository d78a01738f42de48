"""History's lines: who changed what. Rows are only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of history, about to be written. `actor_kind` is member, agent, system or import; `changes` maps a
    field to its first value, or to [old, new]. `undo_of` is the id of the line it takes back."""

    action: str
    entity: str
    entity_id: int
    actor_kind: str = "member"
    actor_member_id: int | None = None
    changes: Mapping[str, object] = field(default_factory=dict)
    undo_of: int | None = None
    agent_id: int | None = None  # the assistant that did it on the member's behalf


def is_pair(name: str, told: object) -> bool:
    """Whether a field is told as [old, new]; else it is a first value, which may be a list itself."""
    if not isinstance(told, list):
        return False
    if name == "notes" and len(told) == 2 and all(isinstance(one, str | None) for one in told):
        return True  # the notes of a call are one text; those of a contact are a list
    return name not in LISTS or all(isinstance(one, list) for one in told)


LISTS = {
    "labels",
    "notes",
    "phones",
    "reminders",
    "timed",
    "meetings",
    "days",
}  # fields whose value is a list


@dataclass(frozen=True, slots=True)
class Line:
    """One line of history, as it is read. `who` is None for the bot itself; `number` and `title` name what it is
    about as it is now, as far as the reader may see it; `chat_id` is where a task arose (our row in `chats`)."""

    id: int
    at: datetime
    actor_kind: str
    actor_member_id: int | None
    who: str | None
    action: str
    entity: str
    entity_id: int
    changes: Mapping[str, object]
    undo_of: int | None = None
    number: int | None = None
    title: str | None = None
    chat_id: int | None = None
    others: int = 0  # lines of the same batch that were taken back with it
    assistant: Mapping[str, str] = field(default_factory=dict)  # its names by language, if it was one's act
    left: int = 0  # and those that stay, because something newer stands on them or they are out of reach


class About(StrEnum):
    """Whose history is asked for."""

    TEAM = "team"
    TASK = "task"
    PERSON = "person"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which lines: of the team (id 0), a task, a member, a contact; `only_chat_id` leaves what arose in that chat."""

    about: About = About.TEAM
    id: int = 0
    only_chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A member by the name they are known by in Telegram."""

    member_id: int
    name: str


class ActivityStore(Protocol):
    async def add(self, activity: Activity) -> bool:
        """False, and nothing written, when the line it takes back was taken back before."""

    async def lines(self, scope: Scope, *, limit: int, offset: int) -> Sequence[Line]:
        """Newest first, as far as the actor may see."""

    async def last_own(self, member_id: int, since: datetime) -> Line | None:
        """The member's newest change that is neither taken back nor a taking back."""

    async def last_of(self, member_id: int, entity: str, entity_id: int, since: datetime) -> Line | None:
        """The member's newest change of one thing that is neither taken back nor a taking back."""

    async def newer(self, line: Line) -> Line | None:
        """The newest change of the same thing since that line that still stands; None when it is the last one."""

    async def batch(self, line: Line) -> Sequence[Line]:
        """All that was changed at once with that line and still stands, newest first; the line itself is the first."""

    async def called(self, name: str) -> Sequence[Named]:
        """Members whose name begins so, or whose username it is (case and ё folded)."""
