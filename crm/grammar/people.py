"""People in a line: the contact it names, who shall do it, and contacts that a short name may stand for."""

from collections.abc import Iterable
from typing import NamedTuple

from crm.grammar.contacts import ContactLookup, KnownContact, forms_in, quotation
from crm.grammar.shortnames import full_names
from crm.grammar.tokens import MASKED, Line, Span, folded, tokenised

_FEMININE = ("ова", "ева", "ёва", "ина", "ына")


class Mentioned(NamedTuple):
    """`contacts` are who may be meant, the first named first; more than one is a question."""

    contacts: tuple[KnownContact, ...]
    spans: tuple[Span, ...]


def mentioned(
    line: Line, contacts: ContactLookup, quotes: Iterable[Span], taken: Iterable[bool]
) -> Mentioned:
    """The known contacts that the words outside `taken` name, and companies that stand in quotes."""
    found: list[tuple[int, tuple[KnownContact, ...], Span]] = []
    for start, end in quotes:
        if end - start <= 80 and (known := contacts.matching(quotation(line.text[start:end]))):
            found.append((start, tuple(known), (start, end)))
    free = [not gone for gone in taken]
    at = 0
    while at < line.count:
        run = _run(line, at, contacts, free) if free[at] and line.lows[at] != MASKED else None
        if run is None:
            at += 1
            continue
        end, best = run
        found.append((line.tokens[at].start, best, line.span(at, end)))
        at = end
    found.sort(key=lambda each: each[0])
    sure = {group[0].id for _, group, _ in found if len(group) == 1}
    people: dict[int, KnownContact] = {}
    for _, group, _ in found:
        if len(group) > 1 and any(each.id in sure for each in group):
            continue
        people.update((each.id, each) for each in group)
    return Mentioned(tuple(people.values()), tuple(span for _, _, span in found))


def _run(
    line: Line, at: int, contacts: ContactLookup, free: list[bool]
) -> tuple[int, tuple[KnownContact, ...]] | None:
    """The longest run of words from `at` that are all one contact's, and whose it may be."""
    who = _matching(line, at, contacts)
    if not who:
        return None
    end = at + 1
    while end < line.count and free[end] and line.lows[end] != MASKED:
        if line.lows[end] == "-" and line.glued(end):
            end += 1
            continue
        both = [each for each in _matching(line, end, contacts) if each in who]
        if not both:
            break
        who, end = both, end + 1
    while line.lows[end - 1] == "-":
        end -= 1
    words = sum(line.tokens[index].is_word for index in range(at, end))
    whole = [each for each in who if _length(each.name) == words]
    return end, tuple(whole or who)


def _length(name: str) -> int:
    return sum(token.is_word for token in tokenised(name))


def _matching(line: Line, at: int, contacts: ContactLookup) -> list[KnownContact]:
    token = line.tokens[at]
    if not token.is_word:
        return []
    found: dict[int, KnownContact] = {}
    for form in forms_in(token.text, token.low):
        for contact in contacts.matching(form):
            if not _is_her_name(line, at, token.low, contact):
                found[contact.id] = contact
    return list(found.values())


def _is_her_name(line: Line, at: int, low: str, contact: KnownContact) -> bool:
    """Whether "Петрова" is a woman's surname here and not the genitive of the known "Петров"."""
    if not low.endswith(_FEMININE):
        return False
    names = [word.low for word in tokenised(contact.name) if word.is_word]
    if low in names or low[:-1] not in names:
        return False
    before = line.tokens[at - 1].low if at else ""
    opens = not before[:1].isalpha()
    return opens or (before.endswith(("а", "я")) and line.tokens[at - 1].text[0].isupper())


def is_somebody_else(words: str, contact: KnownContact) -> bool:
    """Whether a name with a surname is another's than the contact's, who has a surname too: "Anna Ivanova" is not the
    known "Anna Petrova". With a contact known by one word it is the same person, called in full."""
    if _length(contact.name) < 2:
        return False
    own = {word.low for word in tokenised(f"{contact.name} {contact.company or ''}") if word.is_word}
    said = [word for word in tokenised(words) if word.is_word]
    return not all(_fits(word.low, contact) or word.low in own for word in said)


def named_outright(line_text: str, contacts: ContactLookup) -> KnownContact | None:
    """The contact that `c:"Anna P"` means: each word begins one of the name's, or is a form of it."""
    words = [token for token in tokenised(line_text) if token.is_word]
    if not words:
        return None
    candidates: dict[int, KnownContact] = {}
    for token in words:
        for form in {
            *forms_in(token.text, token.low),
            token.low,
            token.low.capitalize(),
            f"«{folded(line_text)}»",
        }:
            candidates.update((each.id, each) for each in contacts.matching(form))
    fitting = [each for each in candidates.values() if all(_fits(token.low, each) for token in words)]
    exact = [each for each in fitting if folded(each.name) == folded(line_text)]
    chosen = exact or fitting
    return chosen[0] if len(chosen) == 1 else None


def _fits(low: str, contact: KnownContact) -> bool:
    if low in contact.forms or low.capitalize() in contact.forms:
        return True
    return any(word.low.startswith(low) for word in tokenised(contact.name))


def suggested(line: Line, contacts: ContactLookup, taken: Iterable[bool]) -> tuple[KnownContact, ...]:
    """Contacts whose full first name a short one in the text may stand for."""
    found: dict[int, KnownContact] = {}
    for token, gone in zip(line.tokens, taken, strict=True):
        if gone or not token.is_word:
            continue
        for full in full_names(token.low):
            for form in (full, full.capitalize()):
                for contact in contacts.matching(form):
                    if full in (word.low for word in tokenised(contact.name)):
                        found[contact.id] = contact
    return tuple(found.values())
