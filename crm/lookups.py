"""Lookups: what an inline result or a link shows of tasks, contacts and calls; never a phone, a note or an e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from crm.grammar.dates import Due

if TYPE_CHECKING:
    from crm.calls import Direction, Outcome
    from crm.tasks import Status

DEEP = 2000  # open tasks that are searched, those due first: what is typed is answered at once in a team of any size
MEANT = 200  # contacts that a text may find


@dataclass(frozen=True, slots=True)
class FoundTask:
    number: int
    title: str
    status: "Status"
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class FoundContact:
    id: int
    name: str
    company: str | None = None


@dataclass(frozen=True, slots=True)
class FoundCall:
    """`started_at` is aware; `name` is its contact's, the number when there is none."""

    id: int
    name: str
    direction: "Direction"
    outcome: "Outcome"
    started_at: datetime


class LookupStore(Protocol):
    """Each is one query, and shows only what the entered member may see."""

    async def tasks(
        self, words: str, *, assignee_id: int | None, offset: int, limit: int
    ) -> Sequence[FoundTask]:
        """Open tasks by due time whose title has the words, or whose number they are; of that assignee if one is
        named. Among the first DEEP only."""

    async def contacts(self, words: str, *, offset: int, limit: int) -> Sequence[FoundContact]:
        """Contacts whose name has the words, by name; without words those that were touched last."""

    async def contact(self, contact_id: int) -> FoundContact | None: ...

    async def call(self, call_id: int) -> FoundCall | None: ...
