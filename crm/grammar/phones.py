"""Phones: numbers in international notation, out as E.164."""

import re
from dataclasses import dataclass

import phonenumbers

_PLUS = re.compile(r"(?<![\w+])\+\s?\d(?:[\s().-]{0,2}\d){0,19}(?!\w)")
_BARE = re.compile(r"(?<![\w+.:/-])\(?\d(?:[\s().-]{0,2}\d){4,19}(?![\w:])")
_ATTEMPT = 7  # digits from which a +number in a task is meant as a phone


@dataclass(frozen=True, slots=True)
class FoundPhone:
    """`number` is E.164, None when what was typed is no valid number; `typed` is as it stood."""

    number: str | None
    typed: str
    span: tuple[int, int]


def find_phone(text: str, *, expected: bool = False) -> FoundPhone | None:
    """The first phone in `text`. Where one is `expected` (contacts, calls) any long number counts as an attempt."""
    match = _PLUS.search(text)
    if match is not None and not expected and sum(letter.isdigit() for letter in match[0]) < _ATTEMPT:
        return None
    if match is None and expected:
        match = _BARE.search(text)
    if match is None:
        return None
    return _longest_valid(match)


def _longest_valid(match: re.Match[str]) -> FoundPhone:
    """The longest valid number that the digits begin with: in "+7 999 123-45-67 5 pieces" the 5 is no part of it."""
    typed = match[0]
    while typed:
        if (number := e164(typed)) is not None:
            return FoundPhone(number, typed, (match.start(), match.start() + len(typed)))
        typed = typed.rpartition(" ")[0].rstrip()
    return FoundPhone(None, match[0], match.span())


def e164(typed: str) -> str | None:
    """The number as E.164, None when libphonenumber doesn't find it valid."""
    try:
        number = phonenumbers.parse(typed, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
