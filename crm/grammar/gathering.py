"""Gathering: the marks, the phone and the quotes of a line, and the rest made ready for the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm.grammar.contacts import ContactLookup
from crm.grammar.marks import Marks, marks_in
from crm.grammar.phones import FoundPhone, find_phone
from crm.grammar.readers import Reader
from crm.grammar.tokens import Line, Span, quoted
from crm.grammar.typos import mended


@dataclass(slots=True)
class Gathered:
    """A line with all its findings, before they are put together."""

    text: str
    line: Line
    marks: Marks
    phone: FoundPhone | None
    quotes: list[Span]
    spans: dict[str, list[Span]] = field(default_factory=dict)

    def took(self, name: str, span: Span) -> None:
        self.spans.setdefault(name, []).append(span)


def gather(
    text: str, reader: Reader, contacts: ContactLookup, start: int = 0, *, is_call: bool = False
) -> Gathered:
    """Find the marks, the phone and the quotes of a text, and make the rest ready for the tables."""
    body = " " * start + text[start:] if start else text
    quotes = quoted(body)
    marks = marks_in(body, quotes)
    masks = [*quotes, *marks.whole, *(span for _, span in marks.spans)]
    phone = find_phone(blanked(body, masks), reader.regions, expected=is_call)
    if phone is not None and phone.number is not None:
        masks.append(phone.span)
    line = Line(body, masks)
    for index, token in enumerate(line.tokens):
        low = line.lows[index]
        if (
            len(low) >= 4
            and low[0].isalpha()
            and (meant := mended(low)) != low
            and not contacts.matching(token.low)
        ):
            line.lows[index] = meant
    found = Gathered(text, line, marks, phone, quotes)
    for name, span in marks.spans:
        found.took(name, span)
    if phone is not None and phone.number is not None:
        found.took("phone", phone.span)
    return found


def blanked(text: str, spans: Sequence[Span]) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = "\0" * (end - start)
    return "".join(letters)


def taken_tokens(gathered: Gathered) -> list[bool]:
    """For each token, whether it was read as something."""
    spans = sorted(span for each in gathered.spans.values() for span in each)
    taken, at = [], 0
    for token in gathered.line.tokens:
        while at < len(spans) and spans[at][1] <= token.start:
            at += 1
        taken.append(at < len(spans) and spans[at][0] <= token.start)
    return taken
