"""Words, numbers and marks of a line, each with its place; what is quoted, an address or a phone is left whole."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MASKED = "\0"  # stands for a token that no table may read
Span = tuple[int, int]
_PIECE = re.compile(r"2(?:morr?ow?|nite)\b|[^\W\d_]+(?:['’][^\W\d_]+)*|[0-9]+|\S", re.IGNORECASE)
_PADDING = 12  # how far a recogniser looks ahead at most, so that no table has to ask for the end
_CLOSERS = {"«": "»", "“": "”", "„": "“”", '"': '"', "‘": "’", "'": "'"}


class Token(NamedTuple):
    """`low` is folded (case, ё); `glued` says that no space stands before it."""

    text: str
    low: str
    start: int
    end: int
    glued: bool

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha()

    @property
    def is_number(self) -> bool:
        return self.text.isdecimal() and self.text.isascii()


class Line:
    """One line, ready to be read. `lows` may be read a little past either end; masked tokens read as MASKED."""

    def __init__(self, text: str, masks: Iterable[Span] = ()) -> None:
        self.text = text
        self.tokens = tokens = list(tokenised(text))
        self.count = len(tokens)
        self.lows = [token.low for token in tokens] + [""] * _PADDING
        self._numbers = [
            int(low) if len(low) <= 5 and low.isdecimal() and low.isascii() else None for low in self.lows
        ]
        self.is_cyrillic = sum("а" <= low[0] <= "я" for low in self.lows[: self.count]) * 2 > sum(
            low[0].isalpha() for low in self.lows[: self.count]
        )
        self.mask(masks)

    def mask(self, masks: Iterable[Span]) -> None:
        """Hide what lies within these spans from the tables."""
        spans = sorted(masks)
        if not spans:
            return
        at = 0
        for index, token in enumerate(self.tokens):
            while at < len(spans) and spans[at][1] <= token.start:
                at += 1
            if at == len(spans):
                break
            if spans[at][0] < token.end:
                self.lows[index] = MASKED
                self._numbers[index] = None

    def span(self, first: int, end: int) -> Span:
        """Where the tokens from `first` up to, not including, `end` stand in the text."""
        return self.tokens[first].start, self.tokens[end - 1].end

    def glued(self, index: int) -> bool:
        """Whether the token stands right after the one before it."""
        return 0 < index < self.count and self.tokens[index].glued

    def number(self, index: int, digits: int = 4) -> int | None:
        """The whole number written in digits at `index`, None for anything else or a longer one."""
        value = self._numbers[index]
        return value if value is not None and len(self.lows[index]) <= digits else None


def tokenised(text: str) -> Iterator[Token]:
    position = -1
    for match in _PIECE.finditer(text):
        piece, (start, end) = match[0], match.span()
        yield Token(piece, folded(piece), start, end, start == position)
        position = end


def folded(text: str) -> str:
    """As words are compared: case and ё don't count, nor which apostrophe it is."""
    return text.casefold().replace("ё", "е").replace("’", "'")


def quoted(text: str) -> list[Span]:
    """Where quotes stand that close, marks included. A mark within a word, or after an inch's number, opens none."""
    spans: list[Span] = []
    unclosed: set[str] = set()
    position = 0
    while position < len(text):
        mark = text[position]
        closers = _CLOSERS.get(mark)
        end = -1
        if closers and mark not in unclosed and _opens(text, position):
            end = _closed(text, position + 1, closers)
            if end < 0:
                unclosed.add(mark)  # none further on either
        if end > position + 1:
            spans.append((position, end + 1))
            position = end
        position += 1
    return spans


def _opens(text: str, position: int) -> bool:
    if text[position] not in "\"'‘":
        return True
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    return not before.isalnum() and not after.isspace()


def _closed(text: str, position: int, closers: str) -> int:
    """The place of the first closing mark, -1 for none; an apostrophe closes only at the end of a word."""
    found = [at for closer in closers if (at := text.find(closer, position)) >= 0]
    if closers not in ("'", "’"):
        return min(found, default=-1)
    at = min(found, default=-1)
    while at >= 0 and (text[at + 1 : at + 2].isalnum() or text[at - 1].isspace()):
        at = text.find(closers, at + 1)
    return at
