"""Splitting: a long text becomes messages that Telegram takes, cut where a reader would pause."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from crm.answers import Entity

LIMIT = 4096  # UTF-16 units of one message (Bot API, sendMessage)
# Where to cut, the best first: after a paragraph, a line, a sentence, a word.
_PAUSES = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[.!?…]+[»”\")\]]*\s+"), re.compile(r"\s+"))
_SHORT = 4  # a piece shorter than a quarter of the limit is no better than a cut in a worse place
_JOINS = "\u200d\ufe0f"  # what binds signs of one picture together
Piece = tuple[str, tuple[Entity, ...]]


def split(text: str, entities: Sequence[Entity], limit: int = LIMIT) -> list[Piece]:
    """Pieces of at most `limit` UTF-16 units, entities cut and moved with them. Code stays whole where it fits into
    one piece; longer code goes on in the next as code of the same language."""
    ruler = _Ruler(text)
    pieces: list[Piece] = []
    start = 0
    while ruler.units(start, len(text)) > limit:
        end = _end(text, ruler, start, limit, _code(entities, ruler))
        pieces.append(_piece(text, entities, ruler, start, end))
        start = end
    return [*pieces, _piece(text, entities, ruler, start, len(text))]


class _Ruler:
    """Between places in a text and UTF-16 units, by which the Bot API counts."""

    def __init__(self, text: str) -> None:
        self._at = [0, *accumulate(2 if ord(letter) > 0xFFFF else 1 for letter in text)]

    def units(self, start: int, end: int) -> int:
        return self._at[end] - self._at[start]

    def offset(self, place: int) -> int:
        return self._at[place]

    def place(self, offset: int) -> int:
        """The last place that begins at or before so many units."""
        return bisect_right(self._at, offset) - 1


def _code(entities: Sequence[Entity], ruler: _Ruler) -> list[tuple[int, int]]:
    return [
        (ruler.place(one.offset), ruler.place(one.offset + one.length))
        for one in entities
        if one.type in ("pre", "code")
    ]


def _end(text: str, ruler: _Ruler, start: int, limit: int, code: Sequence[tuple[int, int]]) -> int:
    """Where a piece that begins at `start` ends."""
    furthest = ruler.place(ruler.offset(start) + limit)
    cut = next(((first, last) for first, last in code if first < furthest < last), None)
    if cut is not None and cut[0] > start and ruler.units(*cut) <= limit:
        furthest = cut[0]  # the code begins the next piece
        return furthest
    least = start + (furthest - start) // _SHORT
    for pause in _PAUSES:
        ends = [match.end() for match in pause.finditer(text, least, furthest)]
        # within code too long for one piece only a line's end will do
        if cut is None or pause.pattern != r"\n":
            ends = [end for end in ends if not any(first < end < last for first, last in code)]
        if ends:
            return ends[-1]
    while furthest - 1 > start and (text[furthest] in _JOINS or text[furthest - 1] in _JOINS):
        furthest -= 1
    return furthest


def _piece(text: str, entities: Sequence[Entity], ruler: _Ruler, start: int, end: int) -> Piece:
    first, last = ruler.offset(start), ruler.offset(end)
    cut = []
    for one in entities:
        begins, ends = max(one.offset, first), min(one.offset + one.length, last)
        if begins < ends:
            cut.append(replace(one, offset=begins - first, length=ends - begins))
    return text[start:end], tuple(cut)
