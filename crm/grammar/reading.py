"""Reading a line: its marks, phone, moments and people, put together into one draft."""

from datetime import datetime
from zoneinfo import ZoneInfo

from crm.grammar.choosing import WHEN, Choice, choose
from crm.grammar.contacts import ContactLookup
from crm.grammar.fields import Alternative, Draft
from crm.grammar.gathering import Gathered, gather, taken_tokens
from crm.grammar.moments import readings
from crm.grammar.people import mentioned, named_outright, suggested
from crm.grammar.pieces import Piece
from crm.grammar.readers import Reader
from crm.grammar.sayings import FAR_AHEAD, Reading, Setting
from crm.grammar.scanning import scan
from crm.grammar.tasktypes import task_type
from crm.grammar.titles import without


def read_task(
    text: str,
    *,
    now: datetime,
    reader: Reader,
    contacts: ContactLookup,
    start: int = 0,
    is_reminder: bool = False,
) -> Draft:
    """Read a task or a reminder that begins at `start` of a text on one line."""
    gathered = gather(text, reader, contacts, start)
    if start:
        gathered.took("object", (0, start))
    if is_all_quoted(gathered):
        quote = gathered.quotes[0]
        title = " ".join(text[quote[0] + 1 : quote[1] - 1].split())
        return Draft(title=title or None, error=None if title else "title_required")
    return put_together(gathered, now, reader, contacts, is_reminder=is_reminder)


def is_all_quoted(gathered: Gathered) -> bool:
    if len(gathered.quotes) != 1 or gathered.marks.spans:
        return False
    start, end = gathered.quotes[0]
    text = gathered.text
    return not text[:start].strip() and not text[end:].strip(" .")


def put_together(
    gathered: Gathered, now: datetime, reader: Reader, contacts: ContactLookup, *, is_reminder: bool = False
) -> Draft:
    line, marks = gathered.line, gathered.marks
    pieces = scan(line)
    choice = choose(line, pieces)
    zone = ZoneInfo(choice.zone) if choice.zone else reader.zone
    setting = Setting(now, zone, reader)
    found = readings(choice.said, setting)
    if (not found and choice.said.day is not None) or (choice.said.repeat is not None and not found):
        choice, found = Choice(), []  # no such day: it stays in the title
    elif not found:
        choice = choice.without_time()
    first = found[0] if found else Reading()
    for name, span in choice.spans(line):
        gathered.took(name, span)
    taken = taken_tokens(gathered)
    who = mentioned(line, contacts, gathered.quotes, taken)
    spans = [span for each in gathered.spans.values() for span in each]
    title = without(gathered.text, spans) or None
    is_reminder = is_reminder or choice.is_reminder
    outright = named_outright(marks.contact, contacts) if marks.contact else None
    chosen = outright if marks.contact else (who.contacts[0] if who.contacts else None)
    alternatives = _alternatives(found)
    if choice.maybe_title is not None and title is not None:
        alternatives.append(_as_title(gathered, pieces, choice.maybe_title, setting, first))
    if choice.rivalled is not None and title is not None and choice.said.repeat is None:
        alternatives.append(_as_title(gathered, pieces, choice.rivalled, setting, first))
    if not marks.contact:
        alternatives += [Alternative({"contact": other}) for other in who.contacts[1:]]
    far = first.due is not None and first.due.date - setting.today > FAR_AHEAD
    past = first.due is not None and setting.is_past(first.due)
    return Draft(
        object="reminder" if is_reminder else "task",
        title=title,
        due=first.due,
        priority=marks.priority,
        nag_minutes=marks.nag_minutes,
        assignee=marks.assignee,
        contact=chosen,
        contact_name=marks.contact if marks.contact and outright is None else None,
        suggestions=() if chosen or marks.contact else suggested(line, contacts, taken),
        phone=gathered.phone.number if gathered.phone else None,
        bad_phone=gathered.phone.typed if gathered.phone and gathered.phone.number is None else None,
        labels=tuple(marks.labels),
        task_type=None if is_reminder else task_type(line, taken, who.spans),
        rrule=first.rule,
        repeat_from=None if first.rule is None else "completion" if choice.from_completion else "schedule",
        reminders=choice.reminders,
        start_date=first.start_date,
        duration_minutes=choice.minutes or first.minutes,
        ambiguous=bool(alternatives),
        alternatives=tuple(alternatives),
        confirm="past" if past else "far_future" if far else None,
        dst=None if first.due is None or choice.said.elapsed is not None else first.due.dst,
        due_tz=choice.zone,
        error=None if title else "title_required",
        spans={name: tuple(sorted(each)) for name, each in gathered.spans.items()},
    )


def _alternatives(found: list[Reading]) -> list[Alternative]:
    """The other readings. With another rule the due is told even where it is the same."""
    differing: list[dict[str, object]] = []
    for other in found[1:]:
        first = found[0]
        changes: dict[str, object] = {}
        if other.due != first.due or other.rule != first.rule:
            changes["due"] = other.due
        if other.rule != first.rule:
            changes |= _ruled(other, first)
        if other.start_date != first.start_date:
            changes["start_date"] = other.start_date
        if changes and changes not in differing:
            differing.append(changes)
    return [Alternative(changes) for changes in differing]


def _ruled(other: Reading, first: Reading) -> dict[str, object]:
    if (other.rule is None) == (first.rule is None):
        return {"rrule": other.rule}
    return {"rrule": other.rule, "repeat_from": "schedule" if other.rule else None}


def _as_title(
    gathered: Gathered, pieces: list[Piece], kept: Piece, setting: Setting, first: Reading
) -> Alternative:
    """The reading in which a piece is a part of the title: "Monday report"."""
    line = gathered.line
    choice = choose(line, [piece for piece in pieces if piece != kept])
    other = next(iter(readings(choice.said, setting)), Reading())
    when = {span for _, span in choice.spans(line)}
    spans = [span for name, each in gathered.spans.items() if name not in WHEN for span in each]
    changes: dict[str, object] = {}
    if kept.kind not in ("clock", "range"):  # the title goes on naming both times
        changes["title"] = without(gathered.text, [*spans, *when]) or None
    if other.due != first.due:
        changes["due"] = other.due
    if other.rule != first.rule:
        changes |= _ruled(other, first)
    return Alternative(changes)
