"""The book: contacts as they are and as the rows so far would have them, found by phone, e-mail and name."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm.errors import N_
from crm.imports.plans import Addition, Change, ContactFacts, Known, Part
from crm.imports.reading import Refused
from crm.people import Actor


@dataclass(slots=True, eq=False)
class Entry:
    """`ref` is the contact's id, or the place among the new ones from -1 down. `before` is None for a new one."""

    ref: int
    row: int
    before: ContactFacts | None
    facts: ContactFacts


@dataclass(slots=True)
class Keys:
    phones: dict[str, Entry] = field(default_factory=dict)
    emails: dict[str, Entry] = field(default_factory=dict)
    names: dict[str, list[Entry]] = field(default_factory=dict)


class Book:
    """Grows while rows are planned, so that a row also meets the ones above it."""

    def __init__(self, known: Sequence[Known[ContactFacts]]) -> None:
        self._keys = Keys()
        self._new: list[Entry] = []
        self._known = {one.id: Entry(one.id, 0, one.facts, one.facts) for one in known}
        for entry in self._known.values():
            self._index(entry)

    def by_id(self, contact_id: int) -> Entry | None:
        return self._known.get(contact_id)

    def find(self, facts: ContactFacts) -> Entry | None:
        """The one with its phone or e-mail; by the name alone only where no phone or e-mail tells two apart.

        Raises Refused when phones or e-mail are of different contacts, or a bare name of several.
        """
        by_phone = {id(one): one for phone in facts.phones if (one := self._keys.phones.get(phone))}
        by_email = self._keys.emails.get(facts.email.lower()) if facts.email else None
        if len(by_phone) > 1 or (by_phone and by_email is not None and id(by_email) not in by_phone):
            raise Refused(N_("its phone and e-mail are of different contacts"))
        if by_phone or by_email is not None:
            return next(iter(by_phone.values()), by_email)
        bare = not facts.phones and not facts.email
        same = [
            one
            for one in self._keys.names.get(folded(facts.name), [])
            if bare or not (one.facts.phones or one.facts.email)
        ]
        if len(same) > 1:
            raise Refused(N_("several contacts are called “{name}”"), name=facts.name[:40])
        return same[0] if same else None

    def named(
        self, row: int, name: str | None, phone: str | None, actor: Actor, *, always: bool
    ) -> int | None:
        """Whom a task or a call is about, made when unknown; from a phone alone only if `always`. Raises Refused."""
        by_phone = self._keys.phones.get(phone) if phone else None
        if by_phone is not None:
            return by_phone.ref
        same = self._keys.names.get(folded(name), []) if name else []
        if len(same) > 1:
            raise Refused(N_("several contacts are called “{name}”"), name=(name or "")[:40])
        if same:
            return same[0].ref
        if not (name or (phone and always)):
            return None
        facts = ContactFacts(
            name=name or phone or "", phones=(phone,) if phone else (), owner_id=actor.member_id
        )
        return self.add(row, facts).ref

    def add(self, row: int, facts: ContactFacts) -> Entry:
        entry = Entry(-len(self._new) - 1, row, None, facts)
        self._new.append(entry)
        self._index(entry)
        return entry

    def change(self, entry: Entry, row: int, facts: ContactFacts) -> bool:
        """Whether that says anything new."""
        if facts == entry.facts:
            return False
        entry.facts = facts
        entry.row = entry.row or row
        self._index(entry)
        return entry.before is not None

    def part(self) -> Part[ContactFacts]:
        """What is to be made, in the order of the places, and what changes."""
        changed = (
            Change(one.row, one.ref, one.before, one.facts)
            for one in self._known.values()
            if one.before is not None and one.before != one.facts
        )
        return Part(tuple(Addition(one.row, one.facts) for one in self._new), tuple(changed))

    def _index(self, entry: Entry) -> None:
        for phone in entry.facts.phones:
            self._keys.phones.setdefault(phone, entry)
        if entry.facts.email:
            self._keys.emails.setdefault(entry.facts.email.lower(), entry)
        same = self._keys.names.setdefault(folded(entry.facts.name), [])
        if entry not in same:
            same.append(entry)


def folded(name: str) -> str:
    """As PostgreSQL folds a contact's name."""
    return " ".join(name.lower().replace("ё", "е").split())
