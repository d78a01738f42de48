"""Looking contacts up: one by whatever is known of it, its card, and lists in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crm.contacts.entities import Contact, Stage
from crm.errors import N_, BadInput
from crm.grammar.contactlines import stage_word
from crm.grammar.dates import Due

PAGE = 8  # contacts on one page, each with its button
FOUND = 8  # contacts offered when a text means several
NEAREST = 3
_MINE = frozenset({"mine", "my", "мои", "мой", "моё", "мое"})


@dataclass(frozen=True, slots=True)
class TaskLine:
    id: int
    number: int
    title: str
    due: Due | None


@dataclass(frozen=True, slots=True)
class CallLine:
    """`direction` and `outcome` are the words of crm.calls."""

    id: int
    started_at: datetime
    direction: str
    outcome: str
    notes: str


@dataclass(frozen=True, slots=True)
class NoteLine:
    at: datetime
    body: str
    who: str | None


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A contact with what happened and what is next: a few open tasks (what is due first), the last calls and notes,
    each newest first. The counts are of all open tasks and all calls; `done_at` is of the last task done."""

    contact: Contact
    tasks: Sequence[TaskLine] = ()
    calls: Sequence[CallLine] = ()
    notes: Sequence[NoteLine] = ()
    task_count: int = 0
    call_count: int = 0
    done_at: datetime | None = None

    @property
    def last_at(self) -> datetime | None:
        """The last activity: a call, a note, a task done."""
        moments = [*(call.started_at for call in self.calls[:1]), *(note.at for note in self.notes[:1])]
        return max([*moments, *([self.done_at] if self.done_at else [])], default=None)


@dataclass(frozen=True, slots=True)
class Found:
    """What a text means: `contacts`, likeliest first, and `nearest` to it when it means none."""

    text: str
    contacts: Sequence[Contact]
    nearest: Sequence[Contact] = ()
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Which contacts a list is of. `kind` is all, mine, stage, letter or label; a label's `value` is its name, or,
    from a button, "=" and the id of one of its rows, for a name may be longer than a button's data."""

    kind: str = "all"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """From which contact a page goes on, and which way."""

    contact_id: int
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One page of a list: by name, those of a label newest first. `label_id` is of a row of the label."""

    contacts: Sequence[Contact]
    filter: Filter
    has_before: bool = False
    has_after: bool = False
    label_id: int | None = None


class ContactLooks(Protocol):
    """Each of these is one SELECT."""

    async def card(self, contact_id: int) -> ContactCard | None:
        """None for one that is deleted or out of sight."""

    async def found(self, text: str, limit: int) -> Sequence[Contact]:
        """By name in any case form, company, e-mail, Telegram, phone in any writing, or its last four digits."""

    async def nearest(self, text: str, limit: int) -> Sequence[Contact]:
        """Those whose name is most like the text."""

    async def page(
        self, wanted: Filter, step: Step | None, limit: int, member_id: int
    ) -> tuple[Sequence[Contact], int | None]:
        """Contacts in the list's order, also for a step back, and the id of a row of the label, if it is of one."""


def read_filter(words: str) -> Filter | None:
    """The filter that words name; None when they are to be searched for. Raises BadInput for too many."""
    words = " ".join(words.split())
    if not words:
        return Filter()
    if len(words) > 200:
        raise BadInput(N_("That is too long to search for. Type a name, a company or a phone."))
    folded = words.casefold().replace("ё", "е")
    if folded in _MINE:
        return Filter("mine")
    if words.startswith("#") and len(words) > 1 and " " not in words:
        return Filter("label", words[1:])
    stage = stage_word(folded)
    if stage is not None:
        return Filter("stage", Stage(stage).value)
    return Filter("letter", folded) if len(folded) == 1 and folded.isalpha() else None
