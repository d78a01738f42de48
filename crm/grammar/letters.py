"""Letters: what of a typed text can be stored, and what can be shown on one line."""

import re
import unicodedata

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL holds no NUL, UTF-8 no half of a pair
_BREAKS = ("Cc", "Cs", "Zl", "Zp", "Zs")  # controls, lone surrogates, line ends and every kind of space
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # left open, these turn the rest of a message around
_SILENT = ("P", "Z", "Cc", "Cf")  # punctuation, spaces, controls, joiners


def storable(text: str) -> str:
    """The text as typed, but for what PostgreSQL can't hold; one character stays one."""
    return _NOT_STORABLE.sub(" ", text)


def on_one_line(text: str) -> str:
    """Controls, line ends and direction overrides become spaces; one character stays one, so positions hold.

    Joiners and marks stay: emoji families and Persian need them. Letters newer than Python's tables stay too.
    """
    if text.isascii() and text.isprintable():
        return text
    spaced = "".join(" " if unicodedata.category(letter) in _BREAKS else letter for letter in text)
    return _TURNS.sub(" ", spaced)


def says_nothing(text: str) -> bool:
    """Whether there is only punctuation and white space."""
    return all(unicodedata.category(letter).startswith(_SILENT) for letter in text)


def words(listed: str) -> frozenset[str]:
    """The words of a list written with spaces between."""
    return frozenset(listed.split())
