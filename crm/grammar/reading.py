"""Reading a line: its marks, phone, moments and people, put together into one draft."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from crm.grammar import english, russian
from crm.grammar.choosing import WHEN, Choice, choose
from crm.grammar.contacts import ContactLookup
from crm.grammar.drafts import Alternative, Draft
from crm.grammar.letters import says_nothing
from crm.grammar.marks import Marks, marks_in
from crm.grammar.moments import FAR_AHEAD, Reading, Setting, readings
from crm.grammar.people import mentioned, named_outright, suggested
from crm.grammar.phones import FoundPhone, find_phone
from crm.grammar.readers import Reader
from crm.grammar.scanning import Piece, scan
from crm.grammar.titles import without
from crm.grammar.tokens import MASKED, Line, Span, quoted
from crm.grammar.typos import mended

_COMMAND = re.compile(r"\s*/(task|задача|remind|напомни|call|звонок)(?:@\w+)?(?!\w)\s*", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-–—•*]\s+|\d{1,3}[.)]\s+(?=\S))")


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


def read(text: str, *, now: datetime, reader: Reader, contacts: ContactLookup) -> Draft:
    """Read a task, a reminder or a call log from a text on one line."""
    command = _COMMAND.match(text)
    said = command[1].lower() if command else ""
    if command is not None and said in ("call", "звонок"):
        from crm.grammar.calls import read_call

        return read_call(text, now=now, reader=reader, contacts=contacts, start=command.end())
    if command is None and (start := _call_start(text)):
        from crm.grammar.calls import as_log

        log = as_log(text, now=now, reader=reader, contacts=contacts, start=start)
        if log is not None:
            return log
    start = command.end() if command else 0
    gathered = gather(text, reader, contacts, start)
    if command is not None:
        gathered.took("object", command.span())
    if is_all_quoted(gathered):
        quote = gathered.quotes[0]
        title = " ".join(text[quote[0] + 1 : quote[1] - 1].split())
        return Draft(title=title or None, error=None if title else "title_required", spans={})
    draft = put_together(gathered, now, reader, contacts, is_reminder=said in ("remind", "напомни"))
    return draft


def _call_start(text: str) -> int:
    """Where a call log begins that is typed without its slash; 0 for a line that is none."""
    match = re.match(r"\s*(?:call|звонок)(?!\w)\s*:?\s*", text, re.IGNORECASE)
    return match.end() if match else 0


def is_all_quoted(gathered: Gathered) -> bool:
    if len(gathered.quotes) != 1 or gathered.marks.spans:
        return False
    start, end = gathered.quotes[0]
    text = gathered.text
    return not text[:start].strip() and not text[end:].strip(" .")


def gather(text: str, reader: Reader, contacts: ContactLookup, start: int = 0) -> Gathered:
    """Find the marks, the phone and the quotes of a text, and make the rest ready for the tables."""
    body = " " * start + text[start:] if start else text
    quotes = quoted(body)
    marks = marks_in(body, quotes)
    masks = [*quotes, *marks.whole, *(span for _, span in marks.spans)]
    phone = find_phone(_blanked(body, masks), reader.regions)
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


def _blanked(text: str, spans: Sequence[Span]) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = "\0" * (end - start)
    return "".join(letters)


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
    if not marks.contact:
        alternatives += [Alternative({"contact": other}) for other in who.contacts[1:]]
    far = first.due is not None and first.due.date - setting.today > FAR_AHEAD
    past = first.due is not None and setting.is_past(first.due)
    return Draft(
        object="reminder" if is_reminder else "task",
        title=title,
        due=first.due,
        priority=marks.priority,
        assignee=marks.assignee,
        contact=chosen,
        contact_name=marks.contact if marks.contact and outright is None else None,
        suggestions=() if chosen or marks.contact else suggested(line, contacts, taken),
        phone=gathered.phone.number if gathered.phone else None,
        bad_phone=gathered.phone.typed if gathered.phone and gathered.phone.number is None else None,
        labels=tuple(marks.labels),
        task_type=None if is_reminder else task_type(line, taken),
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


def taken_tokens(gathered: Gathered) -> list[bool]:
    """For each token, whether it was read as something."""
    spans = sorted(span for each in gathered.spans.values() for span in each)
    taken, at = [], 0
    for token in gathered.line.tokens:
        while at < len(spans) and spans[at][1] <= token.start:
            at += 1
        taken.append(at < len(spans) and spans[at][0] <= token.start)
    return taken


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
    changes: dict[str, object] = {"title": without(gathered.text, [*spans, *when]) or None}
    if other.due != first.due:
        changes["due"] = other.due
    if other.rule != first.rule:
        changes |= _ruled(other, first)
    return Alternative(changes)


def task_type(line: Line, taken: list[bool]) -> str | None:
    """ "call" where a verb of calling is used; English ones at the beginning of what is to be done only."""
    opens = True
    for index in range(line.count):
        low = line.lows[index]
        if taken[index]:
            continue
        if low == MASKED:
            opens = False
            continue
        if low in russian.CALLING and _is_calling(line, index):
            return "call"
        if opens and low in english.CALLING and (low != "phone" or _names_someone(line, index + 1)):
            following = line.lows[index + 1]
            return (
                None
                if following in english.CALL_NOUNS
                or (following == "for" and line.lows[index + 2] == "papers")
                else "call"
            )
        if opens and low == "give" and "call" in line.lows[index : index + 6]:
            return "call"
        opens = not low[0].isalnum() or low in (
            "please",
            "пожалуйста",
            "to",
            "and",
            "then",
            "will",
            "should",
            "must",
            "i'll",
            "urgent",
            "urgently",
            "asap",
            "надо",
            "нужно",
        )
    return None


def _names_someone(line: Line, index: int) -> bool:
    """Whether a person follows "phone": a name, or a word for one."""
    if index >= line.count:
        return False
    token = line.tokens[index]
    return token.text[0].isupper() or token.low in (
        "the", "my", "him", "her", "them", "back", "mom", "mum", "dad", "clients", "client", "up", "our",
    )  # fmt: skip


def _is_calling(line: Line, index: int) -> bool:
    """«набрать» calls a person or a number, not a text."""
    low = line.lows[index]
    if low not in ("набрать", "набери"):
        return True
    after = line.tokens[index + 1].text if index + 1 < line.count else ""
    return after[:1].isupper() or after in (
        "номер",
        "клиента",
        "клиенту",
        "маму",
        "папу",
        "его",
        "ей",
        "ему",
        "",
    )


def read_contact(text: str, reader: Reader) -> Draft:
    """A name and a phone, in either order."""
    quotes = quoted(text)
    phone = find_phone(_blanked(text, quotes), reader.regions, expected=True)
    spans = () if phone is None else (phone.span,)
    title = without(text, spans) or None
    return Draft(
        title=title,
        phone=phone.number if phone else None,
        bad_phone=phone.typed if phone and phone.number is None else None,
        error=None if title else "title_required",
        spans={"phone": spans} if spans else {},
    )


def items(text: str) -> Iterator[str]:
    """The lines of a message that say something, without the dash or number before an item."""
    for line in text.splitlines():
        mark = _ITEM.match(line)
        item = line[mark.end() :] if mark else line
        if not says_nothing(item):
            yield item.strip()
