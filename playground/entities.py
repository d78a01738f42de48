"""Entities: what Telegram's server finds in a user's text, and how it counts characters."""

import re
from typing import Any

_PATTERNS = (
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w)")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z0-9_]{3,32}(?!\w)")),
    ("url", re.compile(r"https?://[^\s<>]+")),
    ("email", re.compile(r"(?<![\w.])[\w.+-]+@[\w-]+\.[\w.]+\w")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d[\d ()-]{6,18}\d(?!\w)")),
)


def units(text: str) -> int:
    """Length in UTF-16 code units, by which the Bot API counts."""
    return len(text.encode("utf-16-le")) // 2


def entities_of(text: str) -> list[dict[str, Any]]:
    """Entities of a user's text, in order, none inside another."""
    found: list[dict[str, Any]] = []
    taken: list[tuple[int, int]] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            found.append({"type": kind, "offset": units(text[:start]), "length": units(match[0])})
    return sorted(found, key=lambda entity: int(entity["offset"]))
