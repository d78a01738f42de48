"""Phones: every usual notation in, E.164 out, and a slip is told from a number."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PLUS = re.compile(r"(?<![\w+])\+\s?\d(?:[\s().-]{0,2}\d){0,19}(?!\w)")
_BARE = re.compile(r"(?<![\w+.:/,-])\(?\d(?:[\s().-]{0,2}\d){4,19}(?![\w:])")
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}[-.]\d{2}[-.]\d{2}|\d{1,2}\.\d{2}(?:[\s-]|$)")
_NOT_A_PHONE = re.compile(
    r"(?:invoices?|orders?|account|acct|ticket|ref|tracking|po|sku|part|bill|contract|id|iban|inn|"
    r"сч[её]т[аеу]?|сч[её]том|счёта-фактуры|инн|кпп|огрн|снилс|бик|заказ[ауе]?|договор[ауе]?|накладн\w+|номер заказа|"
    r"артикул[ау]?|карт[аыуе]|р/с|акт[ау]?|заявк[аиуе])\s*(?:no|number|num|номер|n)?\.?\s*[:№#]?\s*$|[№#]\s*$",
    re.IGNORECASE,
)
_ATTEMPT = 7  # digits from which a number is meant as a phone
_LOOKED_AT = 8  # candidates in one text: more are a table, not phones


@dataclass(frozen=True, slots=True)
class FoundPhone:
    """`number` is E.164, None when what was typed is no valid number; `typed` is as it stood."""

    number: str | None
    typed: str
    span: tuple[int, int]


def find_phone(text: str, regions: Sequence[str] = (), *, expected: bool = False) -> FoundPhone | None:
    """The first valid phone in `text`, one without a country code by `regions` in turn.

    With none, the first that was meant as one: a long +number, and where one is `expected` (contacts, calls) any
    long number.
    """
    if not any(letter.isdecimal() for letter in text):
        return None
    attempt: FoundPhone | None = None
    for match in _candidates(text, with_bare=expected or bool(regions)):
        typed = match[0]
        is_plus = typed[0] == "+"
        digits = sum(letter.isdecimal() for letter in typed)
        if digits < _ATTEMPT and not expected:
            continue
        if not is_plus and _NOT_A_PHONE.search(text, max(0, match.start() - 24), match.start()):
            continue
        found = _valid_part(match, regions)
        if found is not None:
            return found
        if attempt is None and (is_plus or (expected and not _DATE.match(typed))):
            attempt = FoundPhone(None, typed, match.span())
    return attempt


def _candidates(text: str, *, with_bare: bool) -> Iterator[re.Match[str]]:
    seen = 0
    position = 0
    while seen < _LOOKED_AT:
        plus = _PLUS.search(text, position) if "+" in text else None
        bare = _BARE.search(text, position) if with_bare else None
        match = min((each for each in (plus, bare) if each), key=lambda each: each.start(), default=None)
        if match is None:
            return
        yield match
        seen += 1
        position = match.end()


def _valid_part(match: re.Match[str], regions: Sequence[str]) -> FoundPhone | None:
    """The longest valid number in what was typed: in "+7 999 123-45-67 5 pieces" the 5 is no part of it."""
    typed, start = match[0], match.start()
    is_plus = typed[0] == "+"
    for skipped in range(1 if is_plus else 3):
        part = typed
        for _ in range(4 if is_plus else 3):
            if sum(letter.isdecimal() for letter in part) < _ATTEMPT:
                break
            number = None if not is_plus and _DATE.match(part) else e164(part, None if is_plus else regions)
            if number is not None:
                begin = start + len(match[0]) - len(typed)
                return FoundPhone(number, part, (begin, begin + len(part)))
            shorter = part.rpartition(" ")[0].rstrip()
            if not shorter or shorter == part:
                break
            part = shorter
        head, _, rest = typed.partition(" ")
        if not rest or len(head) > 2 + skipped * 3 or is_plus:
            break
        typed = rest.lstrip()
    return None


def e164(typed: str, regions: Sequence[str] | None = None) -> str | None:
    """The number as E.164, None when libphonenumber doesn't find it valid, anywhere or in one of these regions."""
    import phonenumbers  # 0.1 s, and most lines have no number

    for region in regions or (None,) if typed.lstrip().startswith("+") else regions or ():
        try:
            number = phonenumbers.parse(typed, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None
