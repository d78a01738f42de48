"""vCards: contacts as files that phones and mail programs read and write, versions 2.1, 3.0 and 4.0."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crm.contacts.entities import NAME_LIMIT, PHONES, Contact
from crm.errors import N_, BadInput
from crm.grammar.contactlines import ContactLine, email_in
from crm.grammar.letters import on_one_line, storable
from crm.grammar.phones import e164
from crm.grammar.readers import Reader

SIZE_LIMIT = 5 * 1024 * 1024  # bytes of a file
CARDS = 500  # contacts of a file
_CARD = re.compile(r"^BEGIN:VCARD[ \t]*$.*?^END:VCARD[ \t]*$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_BEGIN = re.compile(r"^BEGIN:VCARD", re.IGNORECASE | re.MULTILINE)
_PICTURE = re.compile(
    r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|AGENT)[;:].*\n(?:[ \t].*\n|[A-Za-z0-9+/=]{40,}\n)*",
    re.IGNORECASE | re.MULTILINE,
)
_EXTENSION = re.compile(r"[;,]?\s*(?:ext\.?|x|доб\.?)\s*[=:]?\s*\d+.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cards:
    """What a file holds; `bad_phones` are as written, left out of the lines."""

    lines: Sequence[ContactLine]
    bad_phones: Sequence[str] = ()


def read_cards(content: bytes, *, reader: Reader) -> Cards:
    """Read a file. Raises BadInput for one that is too large, holds no contact or too many, or is broken."""
    if len(content) > SIZE_LIMIT:
        raise BadInput(
            N_("This file is too large: {limit} MB at most. Send it in parts."), limit=SIZE_LIMIT // 1048576
        )
    text = _PICTURE.sub("", storable(_decoded(content)).replace("\r\n", "\n").replace("\r", "\n"))
    cards = _CARD.findall(text)
    if not cards or len(_BEGIN.findall(text)) != len(cards):
        raise BadInput(N_("This file can't be read as contacts, so nothing was saved. Send a .vcf file."))
    if len(cards) > CARDS:
        raise BadInput(
            N_("This file holds {count} contacts. Send up to {limit} at a time."),
            count=len(cards),
            limit=CARDS,
        )
    lines: list[ContactLine] = []
    bad: list[str] = []
    for number, card in enumerate(cards, 1):
        line, wrong = _line(_fields(card, number), reader, number)
        lines.append(line)
        bad += wrong
    return Cards(lines, bad)


def write_card(contact: Contact) -> bytes:
    """One contact as vCard 3.0, which everything reads. Notes stay here: they are the team's own."""
    import vobject  # 0.1 s, and most updates have no file

    card = vobject.vCard()
    card.add("fn").value = contact.full_name
    given, _space, family = contact.full_name.partition(" ")
    card.add("n").value = vobject.vcard.Name(family=family, given=given)
    if contact.company:
        card.add("org").value = [contact.company]
    for phone in contact.phones:
        card.add("tel").value = phone
    if contact.email:
        card.add("email").value = contact.email
    if contact.telegram:
        card.add("url").value = f"https://t.me/{contact.telegram}"
    return str(card.serialize()).encode()


def file_name(contact: Contact) -> str:
    """The contact's name, without what file systems refuse."""
    name = re.sub(r'[\\/:*?"<>|\s]+', " ", contact.full_name).strip(" .")
    return f"{name[:60] or 'contact'}.vcf"


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _fields(card: str, number: int) -> dict[str, list[Any]]:
    """The properties of one card, decoded, by lower-case name."""
    import vobject

    try:
        read = vobject.readOne(card + "\n", allowQP=True)
        return {str(name).lower(): list(lines) for name, lines in read.contents.items()}
    except Exception:  # the library raises whatever its parts raise on a broken file
        raise BadInput(
            N_("Contact {number} of this file can't be read, so nothing was saved."), number=number
        ) from None


def _line(fields: dict[str, list[Any]], reader: Reader, number: int) -> tuple[ContactLine, list[str]]:
    """What a card says, and phones of it that are none."""
    phones: list[str] = []
    bad: list[str] = []
    for typed in (_text(each.value) for each in fields.get("tel", ())):
        bare = _EXTENSION.sub("", typed.removeprefix("tel:").strip())
        found = e164(bare, reader.regions)
        if found is not None:
            phones.append(found)
        elif bare:
            bad.append(typed[:40])
    emails = [email for one in fields.get("email", ()) if (email := email_in(_text(one.value)))]
    company = next((firm for one in fields.get("org", ()) if (firm := _text(_first(one.value)))), None)
    names = [*_names(fields), company or "", *emails[:1], *phones[:1]]
    name = next(filter(None, names), None)
    if name is None:
        raise BadInput(
            N_("Contact {number} of this file has neither a name nor a phone, so nothing was saved."),
            number=number,
        )
    line = ContactLine(
        name=name[:NAME_LIMIT],
        phones=tuple(dict.fromkeys(phones))[:PHONES],
        company=company[:NAME_LIMIT] if company and company != name else None,
        email=emails[0] if emails else None,
    )
    return line, bad


def _names(fields: dict[str, list[Any]]) -> Iterator[str]:
    """The name as it is to be shown, else as it is put together of its parts."""
    yield from (_text(one.value) for one in fields.get("fn", ()))
    for one in fields.get("n", ()):
        parts = (getattr(one.value, part, "") for part in ("given", "additional", "family"))
        yield " ".join(filter(None, (_text(_first(part)) for part in parts)))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    return " ".join(on_one_line(str(value or "")).split())
