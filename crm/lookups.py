"""Lookups: what an inline result shows of tasks and contacts; never a phone, a note or an e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from crm.grammar.dates import Due

if TYPE_CHECKING:
    from crm.tasks import Status

DEEP = 2000  # open tasks searched for a piece of a title, those due first: it is answered at once in any team
MEANT = 200  # contacts that a text may find, and tasks that its words may


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


class LookupStore(Protocol):
    """Each is one query, and shows only what the entered member may see."""

    async def tasks(
        self, words: str, *, assignee_id: int | None, offset: int, limit: int
    ) -> Sequence[FoundTask]:
        """Open tasks by due time which tell of the words in any form, or whose number they are; of that assignee if one
        is named. A mere piece of a title is looked for among the first DEEP only."""

    async def contacts(self, words: str, *, offset: int, limit: int) -> Sequence[FoundContact]:
        """Contacts whose name has the words, by name; without words those that were touched last."""
