"""Whose call it was: names that several have, names that nobody has, and the contacts nearest to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from crm.contacts import Contact
from crm.errors import N_, BadInput
from crm.grammar.contacts import words_of
from crm.grammar.fields import Draft
from crm.grammar.tokens import folded, tokenised
from crm.storage import Unit

NEAREST = 3  # offered for a name that nobody has
MEANT = 8  # offered for one that several have
_BEGINNING = 3  # letters by which a word is looked for
_LOOKED_AT = 100  # contacts compared with a name


@dataclass(frozen=True, slots=True)
class Named:
    """A contact or a member to choose from; one of the ids is None."""

    name: str
    contact_id: int | None = None
    member_id: int | None = None


class Unclear(BadInput):
    """Several are meant, or nobody: `choices` become buttons, the likeliest first."""

    def __init__(self, text: str, choices: Sequence[Named], **fields: object) -> None:
        super().__init__(text, **fields)
        self.choices = tuple(choices)


def several(choices: Sequence[Named]) -> Unclear:
    return Unclear(N_("Several are called that. Who is meant?"), choices[:MEANT])


def whose(draft: Draft) -> None:
    """Raises Unclear for a line whose name several contacts have."""
    others = [other.changes["contact"] for other in draft.alternatives if "contact" in other.changes]
    if draft.contact is not None and others:
        raise several([Named(one.name, contact_id=one.id) for one in (draft.contact, *others)])


async def nearest_contacts(unit: Unit, name: str, count: int = NEAREST, *, but: int = 0) -> Sequence[Contact]:
    """The contacts whose names are most like this one; a short name's full ones first."""
    words = words_of(name)
    known = await unit.contacts.called(words)
    meant = [Contact(one.id, one.name) for word in sorted(words) for one in known.matching(word)]
    beginnings = {word[:_BEGINNING] for word in words if word[0] != "«"}
    alike = await unit.calls.contacts_like(sorted({one.casefold() for one in beginnings}), _LOOKED_AT)
    found = {one.id: one for one in (*by_likeness(name, meant), *by_likeness(name, alike))}
    return [one for one in found.values() if one.id != but][:count]


def by_likeness(name: str, contacts: Iterable[Contact]) -> list[Contact]:
    """The most alike first: each word of the name is compared with the nearest word of the contact's."""
    return sorted(contacts, key=lambda contact: -likeness(name, contact.full_name))


def likeness(name: str, other: str) -> float:
    """From 0 to 1."""
    words, others = _words(name), _words(other)
    if not words or not others:
        return 0.0
    return sum(max(SequenceMatcher(None, word, one).ratio() for one in others) for word in words) / len(words)


def _words(name: str) -> list[str]:
    return [folded(token.text) for token in tokenised(name) if token.is_word]
