"""Lines: a message's text as the tasks it may become, each line read and checked before any is saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.errors import N_, BadInput
from crm.grammar.contacts import words_of
from crm.grammar.drafts import items, parse
from crm.grammar.fields import Draft
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Unit
from crm.tasks.saving import checked_title
from crm.updates import Arrival

LINES = 50  # tasks of one message


@dataclass(frozen=True, slots=True)
class Read:
    """A line and what the grammar makes of it."""

    text: str
    draft: Draft


async def read_lines(unit: Unit, actor: Actor, arrival: Arrival, text: str) -> Sequence[Read]:
    """The lines of a text and what they say, contacts found by one query on its words. Raises BadInput for too many."""
    lines = list(items(text))
    if len(lines) > LINES:
        raise BadInput(
            N_("That is {count} lines. Send up to {limit} at a time."), count=len(lines), limit=LINES
        )
    known, reader = await unit.contacts.called(words_of(text)), await reader_of(unit, actor)
    return [Read(line, parse(line, now=arrival.sent_at, reader=reader, contacts=known)) for line in lines]


def check_lines(lines: Sequence[Read], *, confirmed: bool) -> None:
    """See checked_title; among several lines the sentence says which one is meant."""
    for number, line in enumerate(lines, 1):
        try:
            checked_title(line.draft, confirmed=confirmed)
        except BadInput:
            if len(lines) == 1:
                raise
            raise BadInput(
                N_("Line {number} can't be saved as it is, so nothing was saved: {line}"),
                number=number,
                line=line.text[:100],
            ) from None
