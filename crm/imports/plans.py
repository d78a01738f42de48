"""Plans: what an import would make and change, row by row, and what a store must do for it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from crm.exports import Kind
from crm.grammar.dates import Due
from crm.imports.tables import Fault
from crm.people import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """All that a table may say of a contact. `notes` are whole texts."""

    name: str
    phones: tuple[str, ...] = ()
    email: str | None = None
    company: str | None = None
    telegram: str | None = None
    stage: str = "lead"
    owner_id: int | None = None
    labels: tuple[str, ...] = ()
    do_not_call: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """All that a table may say of a task. A `contact_id` below 0 is the plan's own: -1 its first new contact."""

    title: str
    description: str = ""
    due: Due | None = None
    status: str = "not_started"
    priority: str = "normal"
    task_type: str = "todo"
    assignee_id: int | None = None
    contact_id: int | None = None
    phone: str | None = None
    labels: tuple[str, ...] = ()
    result: str | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """All that a table may say of a call; see TaskFacts of `contact_id`."""

    external_id: str | None = None
    started_at: datetime
    direction: str = "outbound"
    outcome: str = "connected"
    duration_seconds: int | None = None
    contact_id: int | None = None
    phone: str | None = None
    member_id: int | None = None
    notes: str = ""


Facts = TypeVar("Facts", ContactFacts, TaskFacts, CallFacts)


@dataclass(frozen=True, slots=True)
class Known(Generic[Facts]):
    """What is there already."""

    id: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class Addition(Generic[Facts]):
    row: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class Change(Generic[Facts]):
    row: int
    id: int
    before: Facts
    after: Facts


@dataclass(frozen=True, slots=True)
class Part(Generic[Facts]):
    """What a plan does with things of one kind."""

    new: tuple[Addition[Facts], ...] = ()
    changed: tuple[Change[Facts], ...] = ()

    def __len__(self) -> int:
        return len(self.new) + len(self.changed)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `same` counts rows that say nothing new; `refused` rows are left out; `strangers`
    are names of people who are not of the team, whose rows become the importer's own."""

    kind: Kind
    contacts: Part[ContactFacts] = Part()
    tasks: Part[TaskFacts] = Part()
    calls: Part[CallFacts] = Part()
    same: int = 0
    refused: tuple[Fault, ...] = ()
    strangers: tuple[str, ...] = ()

    @property
    def main(self) -> Part[Any]:
        """Of the kind the table is of; contacts made on the way are counted apart."""
        parts: Mapping[Kind, Part[Any]] = {
            Kind.CONTACTS: self.contacts, Kind.TASKS: self.tasks, Kind.CALLS: self.calls,
        }  # fmt: skip
        return parts[self.kind]

    @property
    def steps(self) -> int:
        return len(self.contacts) + len(self.tasks) + len(self.calls)


def first_told(facts: ContactFacts | TaskFacts | CallFacts) -> dict[str, object]:
    """What history tells of something new: each field that was said, plain enough for JSON."""
    blanks = {field.name: field.default for field in fields(facts)}
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return {name: plain(value) for name, value in values.items() if value not in (blanks[name], None)}


def difference(before: Facts, after: Facts) -> dict[str, object]:
    """[old, new] of each field that differs."""
    pairs = {
        field.name: (getattr(before, field.name), getattr(after, field.name)) for field in fields(before)
    }
    return {name: [plain(old), plain(new)] for name, (old, new) in pairs.items() if old != new}


def plain(value: object) -> object:
    if isinstance(value, Due):
        return f"{value.date}{f' {value.time:%H:%M}' if value.time else ''} {value.tz}"
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class NewImport:
    """An import about to be written; the document's chat and message are unique, so that it is taken in once."""

    kind: Kind
    file_name: str
    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many rows an import's end took back, and how many stayed since people changed or used them."""

    gone: int
    left: int


class ImportStore(Protocol):
    """Each lookup is one query, whatever the number of keys; each write is by sets."""

    async def contacts(
        self,
        *,
        ids: Collection[int],
        phones: Collection[str],
        emails: Collection[str],
        names: Collection[str],
    ) -> Sequence[Known[ContactFacts]]:
        """Contacts the actor may see that have any of these; e-mails in lower case, names folded."""

    async def tasks(self, *, ids: Collection[int], titles: Collection[str]) -> Sequence[Known[TaskFacts]]: ...

    async def calls(
        self, *, ids: Collection[int], external_ids: Collection[str], moments: Collection[datetime]
    ) -> Sequence[Known[CallFacts]]: ...

    async def begin(self, new: NewImport, actor: Actor) -> int | None:
        """The import's id; None when its document was taken in before."""

    async def write(
        self, import_id: int, plan: Plan, actor: Actor, now: datetime, step: Callable[[int], None]
    ) -> None:
        """Make and change all of it with its history; `step` is told how many rows are done. Raises NotAllowed when
        a number is of a contact that is out of the actor's sight."""

    async def line(self, import_id: int) -> int | None:
        """The id of the import's own line of history; None when it was taken back, or is another's."""

    async def take_back(self, import_id: int, line_id: int, at: datetime) -> TakenBack: ...


LONGEST_CALL = timedelta(days=1)
