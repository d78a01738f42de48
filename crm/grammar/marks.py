"""Marks with a meaning of their own: `!!`, `p1`, `!15m`, `#label`, `@member`, `c:"Anna P"`; addresses stay whole."""

import re
from dataclasses import dataclass, field

from crm.grammar.tokens import Span

_CHUNK = re.compile(r"\S+")
_PRIORITIES = {"!": "high", "!!": "urgent", "p1": "urgent", "p2": "high", "p3": "normal", "p4": "low"}
_LABEL = re.compile(r"#(?=[\w-]*[^\W\d_])[\w-]{1,50}")
_MEMBER = re.compile(r"@[^\W\d]\w{0,31}")
_CONTACT = re.compile(r"(?:c|с|к|contact|контакт):(?=\S)", re.IGNORECASE)
_NAG = re.compile(r"!(\d{1,4})(m|min|м|мин|h|ч)", re.IGNORECASE)  # how often to remind again until it is seen
_NAG_LONGEST = 24 * 60  # minutes
_TRAILING = ",;.:"


@dataclass(slots=True)
class Marks:
    """What the marks say; `contact` is as typed. `spans` are those that were read, `whole` what no table may read."""

    priority: str | None = None
    nag_minutes: int | None = None
    assignee: str | None = None
    contact: str | None = None
    labels: list[str] = field(default_factory=list)
    spans: list[tuple[str, Span]] = field(default_factory=list)
    whole: list[Span] = field(default_factory=list)


def marks_in(text: str, quotes: list[Span]) -> Marks:
    """Read the marks that stand outside `quotes`. Of priorities, nags, members and contacts the first counts."""
    found = Marks()
    position = 0
    quote_ends = dict(quotes)
    starts = sorted(quote_ends)
    next_quote = 0
    while (chunk := _CHUNK.search(text, position)) is not None:
        start, end = chunk.span()
        position = end
        while next_quote < len(starts) and quote_ends[starts[next_quote]] <= start:
            next_quote += 1
        quote = starts[next_quote] if next_quote < len(starts) else len(text) + 1
        if quote <= start:
            position = max(quote_ends[quote], start + 1)
            continue
        label = _CONTACT.match(text, start)
        if label is not None and found.contact is None:
            position = _named(found, text, label.end(), start, quote_ends)
            continue
        if quote < end:
            position = quote_ends[quote]
            continue
        _one(found, chunk[0], start)
    return found


def _one(found: Marks, chunk: str, start: int) -> None:
    bare = chunk.rstrip(_TRAILING)
    span = (start, start + len(bare))
    priority = _PRIORITIES.get(bare.lower())
    if priority is not None and (bare == chunk or bare[0] != "!"):
        if found.priority is None:
            found.priority = priority
            found.spans.append(("priority", span))
    elif (minutes := _nag(bare)) is not None:
        if found.nag_minutes is None:
            found.nag_minutes = minutes
            found.spans.append(("nag", span))
    elif bare[:1] == "#" and _LABEL.fullmatch(bare):
        if bare[1:] not in found.labels:
            found.labels.append(bare[1:])
        found.spans.append(("labels", span))
    elif bare[:1] == "@" and _MEMBER.fullmatch(bare):
        if found.assignee is None:
            found.assignee = bare[1:]
            found.spans.append(("assignee", span))
        else:
            found.whole.append(span)
    elif "://" in bare or "@" in bare[1:] or bare.lower().startswith("www."):
        found.whole.append((start, start + len(chunk)))


def _nag(bare: str) -> int | None:
    """The minutes of `!15m` or «!1ч»; None for a mark that is none, or for longer than a day."""
    match = _NAG.fullmatch(bare)
    if match is None:
        return None
    minutes = int(match[1]) * (60 if match[2].lower() in ("h", "ч") else 1)
    return minutes if 1 <= minutes <= _NAG_LONGEST else None


def _named(found: Marks, text: str, begin: int, start: int, quote_ends: dict[int, int]) -> int:
    """Read `c:name` or `c:"two words"`; returns the place after it."""
    if begin in quote_ends:
        end = quote_ends[begin]
        name = text[begin + 1 : end - 1]
    else:
        chunk = _CHUNK.match(text, begin)
        name = chunk[0].rstrip(_TRAILING) if chunk else ""
        end = begin + len(name)
    name = " ".join(name.split())
    if not any(letter.isalnum() for letter in name):
        return max(end, start + 1)
    found.contact = name
    found.spans.append(("contact", (start, end)))
    return max(end, start + 1)
