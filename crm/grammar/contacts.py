"""Contacts as the grammar knows them: who a line's words may mean, looked up by those words alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from crm.grammar.shortnames import full_names
from crm.grammar.tokens import folded, quoted, tokenised


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A contact and the `forms` its name's words take (`names.forms_of`)."""

    id: int
    name: str
    company: str | None = None
    forms: frozenset[str] = frozenset()


class ContactLookup(Protocol):
    def matching(self, word: str) -> Sequence[KnownContact]:
        """The contacts with this form; `word` is one of `words_of` the text."""


class KnownContacts:
    """Contacts held in memory, by form: filled by one query on `words_of` a text, or with all there are."""

    def __init__(self, contacts: Iterable[KnownContact] = ()) -> None:
        self._by_form: dict[str, list[KnownContact]] = {}
        for contact in contacts:
            for form in contact.forms:
                self._by_form.setdefault(form, []).append(contact)

    def matching(self, word: str) -> Sequence[KnownContact]:
        return self._by_form.get(word, ())


NOBODY = KnownContacts()


def words_of(text: str) -> frozenset[str]:
    """The forms to look contacts up by: each word folded, capitalised ones with their capital too (names that are
    also common nouns are kept so), short quotations whole in «…», and the full names that short ones stand for."""
    words: set[str] = set()
    for token in tokenised(text):
        if token.is_word:
            words.update(forms_in(token.text, token.low))
            words.update(full_names(token.low))
    words.update(quotation(text[start:end]) for start, end in quoted(text) if end - start <= 80)
    return frozenset(words)


def forms_in(text: str, low: str) -> tuple[str, ...]:
    """The forms a word may match."""
    plain = low[:-2] if low.endswith("'s") else low
    return (plain, plain[0].upper() + plain[1:]) if text[0].isupper() else (plain,)


def quotation(quote: str) -> str:
    """The form of a company's name in quotes."""
    return "«" + " ".join(folded(quote[1:-1]).split()) + "»"
