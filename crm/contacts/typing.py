"""Typing: what an answer to "what is the new …?" changes of a contact."""

from collections.abc import Callable

from crm.contacts.changes import Change, add_phones, set_field
from crm.contacts.entities import LABELS
from crm.contacts.saving import checked_length
from crm.errors import N_, BadInput
from crm.grammar.contactlines import email_in, parse_contact_line, telegram_in
from crm.grammar.letters import on_one_line
from crm.grammar.readers import Reader
from crm.zones import find_zone

FIELDS = ("name", "company", "phone", "email", "telegram", "zone", "labels")
_NONE = frozenset({"-", "–", "—", "none", "нет"})


def typed(field: str, words: str, reader: Reader) -> Change:
    """`field` is one of FIELDS; a dash takes away what may be absent. Raises BadInput with what to type instead."""
    words = " ".join(on_one_line(words).split())
    if words.casefold() in _NONE and field in _EMPTY:
        return set_field(*_EMPTY[field])
    return _READERS[field](words, reader)


_EMPTY: dict[str, tuple[str, object]] = {
    "company": ("company", None),
    "email": ("email", None),
    "telegram": ("telegram", None),
    "zone": ("timezone", None),
    "labels": ("labels", ()),
}


def _phone(words: str, reader: Reader) -> Change:
    line = parse_contact_line(words, reader=reader)
    if not line.phones or line.bad_phone is not None:
        raise BadInput(
            N_("{phone} doesn't look like a phone number. Type it in full, for example: +7 999 123-45-67"),
            phone=line.bad_phone or words[:40],
        )
    return add_phones(line.phones)


def _email(words: str, _reader: Reader) -> Change:
    if (email := email_in(words)) is None:
        raise BadInput(
            N_("{email} doesn't look like an e-mail. Type it in full, for example: anna@example.com"),
            email=words[:60],
        )
    return set_field("email", email)


def _telegram(words: str, _reader: Reader) -> Change:
    if (name := telegram_in(words)) is None:
        raise BadInput(
            N_("{name} is no Telegram name. It has 4 to 32 Latin letters, digits or _, for example: @anna_p"),
            name=words[:60],
        )
    return set_field("telegram", name)


def _zone(words: str, _reader: Reader) -> Change:
    if (zone := find_zone(words)) is None:
        raise BadInput(N_("I don't know that time zone. Type a city, for example: Moscow"))
    return set_field("timezone", zone)


def _labels(words: str, _reader: Reader) -> Change:
    names = dict.fromkeys(name for word in words.split() if (name := word.strip("#,;")))
    wrong = next(
        (name for name in names if len(name) > 50 or not name.replace("-", "_").isidentifier()), None
    )
    if wrong is not None or len(names) > LABELS:
        raise BadInput(
            N_("Labels are single words, up to {limit} of them, for example: #vip #retail"), limit=LABELS
        )
    return set_field("labels", tuple(names))


_READERS: dict[str, Callable[[str, Reader], Change]] = {
    "name": lambda words, _reader: set_field("full_name", checked_length(words)),
    "company": lambda words, _reader: set_field("company", checked_length(words)),
    "phone": _phone,
    "email": _email,
    "telegram": _telegram,
    "zone": _zone,
    "labels": _labels,
}
