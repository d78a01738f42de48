"""Lines: a message's text as the tasks it may become, each line read and checked before any is saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crm.errors import N_, BadInput, ToConfirm
from crm.grammar.contacts import words_of
from crm.grammar.dates import Due
from crm.grammar.drafts import items, parse
from crm.grammar.fields import Draft
from crm.grammar.letters import on_one_line, says_nothing, storable
from crm.grammar.readers import Reader
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Unit
from crm.tasks.changed import plain
from crm.tasks.changes import Change, set_due, set_title
from crm.tasks.saving import checked_title, fits
from crm.tasks.sources import NOWHERE, Source
from crm.updates import Arrival

LINES = 50  # tasks of one message


@dataclass(frozen=True, slots=True)
class Read:
    """A line and what the grammar makes of it."""

    text: str
    draft: Draft


async def read_lines(
    unit: Unit, actor: Actor, arrival: Arrival, text: str, source: Source = NOWHERE
) -> Sequence[Read]:
    """The lines of a text and what they say, contacts found by one query on its words. Raises BadInput for too many.

    What was written earlier is read as of then; a time that has passed since is to be confirmed.
    """
    lines = list(items(text))
    if len(lines) > LINES:
        raise BadInput(
            N_("That is {count} lines. Send up to {limit} at a time."), count=len(lines), limit=LINES
        )
    known, reader = await unit.contacts.called(words_of(text)), await reader_of(unit, actor)
    said_at = source.said_at or arrival.sent_at
    drafts = [parse(line, now=said_at, reader=reader, contacts=known) for line in lines]
    return [
        Read(line, _as_of(draft, arrival.sent_at, source)) for line, draft in zip(lines, drafts, strict=True)
    ]


def _as_of(draft: Draft, now: datetime, source: Source) -> Draft:
    if source.said_at is None or draft.due is None or not has_passed(draft.due, now):
        return draft
    return replace(draft, confirm="past")


def has_passed(due: Due, now: datetime) -> bool:
    """Whether a moment, or the day of one without a clock, is over."""
    return due.at <= now if due.at is not None else due.date < now.astimezone(due.zone).date()


def read_moment(text: str, now: datetime, reader: Reader, *, confirmed: bool) -> Change:
    """The change that a typed moment stands for. Raises BadInput when it says none, ToConfirm."""
    draft = typed_moment(text, now, reader)
    if draft.due is None:
        raise BadInput(N_("I can't read a date or a time in that. Type it like this: tomorrow 15:00"))
    if draft.confirm == "past" and not confirmed:
        raise ToConfirm(N_("That time has already passed. Move it there all the same?"))
    if draft.confirm == "far_future" and not confirmed:
        raise ToConfirm(N_("That is more than a year away. Move it there?"))
    others = [other.of(draft).due for other in draft.alternatives]
    return set_due(draft.due, tuple({"due": plain(due)} for due in others if due not in (None, draft.due)))


def typed_moment(text: str, now: datetime, reader: Reader) -> Draft:
    """What a text says of when, where nothing but that is asked for."""
    return parse(text, now=now, reader=reader)


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


def retitled(text: str) -> Change:
    """The change to another title, all of the text on one line. Raises BadInput for none or a long one."""
    title = " ".join(on_one_line(storable(text)).split())
    if says_nothing(title):
        raise BadInput(N_("A task needs a title in words."))
    return set_title(fits(title))
