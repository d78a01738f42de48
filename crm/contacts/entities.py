"""Contacts as data: what is kept of a person or company, what a card shows, and what a store must do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from crm.grammar.contacts import ContactLookup
from crm.people import Actor

NAME_LIMIT = 200  # characters, of a name or a company
PHONES = 20  # phones of one contact
LABELS = 20  # labels of one contact


class Stage(StrEnum):
    """How far it has come with a contact."""

    LEAD = "lead"
    ACTIVE = "active"
    WON = "won"
    LOST = "lost"
    DORMANT = "dormant"


@dataclass(frozen=True, slots=True)
class Contact:
    """`phones` are E.164, `telegram` is lower case and without its @, `timezone` an IANA name; `do_not_call` says that
    they asked not to be called; `version` counts changes."""

    id: int
    full_name: str
    phones: Sequence[str] = ()
    company: str | None = None
    email: str | None = None
    telegram: str | None = None
    stage: Stage = Stage.LEAD
    owner_id: int | None = None
    owner_name: str | None = None
    do_not_call: bool = False
    timezone: str | None = None
    labels: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class SavedContact:
    """`is_new` is False when a contact with that name or phone was there and was completed; `changes` says what
    is new of it, for history. `others` may be the same contact again."""

    contact: Contact
    is_new: bool
    changes: Mapping[str, object] = field(default_factory=dict)
    others: Sequence[Contact] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """What went where: `moved` is what the store gave, to be taken back with; the counts are for people."""

    moved: Mapping[str, Any]

    def count(self, what: str) -> int:
        """Of phones, notes, tasks or calls."""
        return len(self.moved.get(what, ()))


class ContactStore(Protocol):
    async def by_id(self, contact_id: int) -> Contact: ...

    async def find(self, contact_id: int, *, to_change: bool = False) -> Contact | None:
        """None for one that is deleted or out of sight; `to_change` locks it until the commit."""

    async def by_phone(self, phone: str) -> Contact | None: ...

    async def by_name(self, name: str) -> Contact | None:
        """The one contact with exactly this name (case and ё folded); None for none or several."""

    async def by_email(self, email: str) -> Contact | None:
        """The one contact with this e-mail; None for none or several."""

    async def called(self, words: Collection[str]) -> ContactLookup:
        """The contacts that any of the words (folded) may mean, for the grammar to choose from."""

    async def recent(self, limit: int) -> Sequence[Contact]:
        """Those that were touched last; without their phones."""

    async def near(self, contact: Contact, limit: int) -> Sequence[Contact]:
        """Others that may be the same one: the same e-mail or Telegram, or a name almost the same."""

    async def add(self, full_name: str, phone: str | None, actor: Actor) -> Contact: ...

    async def add_phone(self, contact_id: int, phone: str) -> Contact:
        """Raises NotAllowed when the number is of a contact that is out of the actor's sight."""

    async def rename(self, contact_id: int, full_name: str) -> Contact: ...

    async def remove_phone(self, contact_id: int, phone: str) -> None: ...

    async def change(self, contact: Contact) -> Contact:
        """Write everything but the phones, and count the version up."""

    async def delete(self, contact_id: int, at: datetime) -> bool:
        """Softly, its phones let go for other contacts; False when it is out of reach."""

    async def restore(self, contact_id: int, phones: Sequence[str]) -> bool:
        """Undo a deletion; phones that another contact has by now stay with it."""

    async def merge(self, gone_id: int, kept_id: int) -> Merged:
        """Move all that hangs on one contact to another, and delete the first softly. Both are locked already."""

    async def unmerge(self, gone_id: int, kept_id: int, moved: Mapping[str, Any]) -> bool: ...

    async def add_note(self, contact_id: int, body: str, actor: Actor) -> int:
        """The id of the note."""

    async def delete_note(self, note_id: int, at: datetime) -> bool: ...
