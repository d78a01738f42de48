"""Call logs: who was called, which way, how long, how it ended; notes after a colon, the next task after a comma."""

import re
from dataclasses import replace
from datetime import datetime

from crm.grammar.callparts import between, has_verb
from crm.grammar.calltimes import past_days, started_at
from crm.grammar.clocks import clock_at
from crm.grammar.contacts import NOBODY, ContactLookup, KnownContact
from crm.grammar.days import Day
from crm.grammar.daywords import day_at
from crm.grammar.dials import Clock
from crm.grammar.fields import Alternative, Draft
from crm.grammar.gathering import gather
from crm.grammar.lengths import length_at
from crm.grammar.outcomes import DIRECTIONS, OUTCOMES
from crm.grammar.people import is_somebody_else, mentioned, named_outright, suggested
from crm.grammar.readers import Reader
from crm.grammar.reading import read_task
from crm.grammar.sayings import Setting
from crm.grammar.titles import without
from crm.grammar.tokens import MASKED, Line, Span, quoted

_NOTES = re.compile(r":(?=\s|$)")
# words within which whom a log is about is looked for: a longer one is talk, and time stays linear
_OPENING = 20
_AGO = frozenset({"ago", "назад"})


def read_call(
    text: str, *, now: datetime, reader: Reader, contacts: ContactLookup = NOBODY, start: int = 0
) -> Draft:
    """Read a call log that begins at `start` of the text."""
    return _Log(text, now, reader, contacts, start).draft()


def as_log(text: str, *, now: datetime, reader: Reader, contacts: ContactLookup, start: int) -> Draft | None:
    """A line that begins with "call" or «звонок» as a log, None unless it says which way, how long or how it ended."""
    log = _Log(text, now, reader, contacts, start)
    needed = 1 if text.lstrip()[:1].casefold() == "з" else 2
    said = log.evidence()
    has_way = log.direction is not None or log.outcome is not None
    if needed > 1 and log.outcome is None:
        has_way = False  # "call back Bob in 10 min" is a task
    return log.draft() if said >= needed and has_way and not log.looks_ahead else None


class _Log:
    """One log while it is read: `spans` grow as its parts are found."""

    def __init__(self, text: str, now: datetime, reader: Reader, contacts: ContactLookup, start: int) -> None:

        self.text, self.now, self.reader, self.contacts = text, now, reader, contacts
        self.setting = Setting(now, reader.zone, reader)
        self.direction: str | None = None
        self.outcome: str | None = None
        self.seconds: int | None = None
        self.ago: int | None = None
        self.clock: Clock | None = None
        self.day: Day | None = None
        self.follow_up: Draft | None = None
        self.looks_ahead = False
        self.spans: dict[str, list[Span]] = {"object": [(0, start)]} if start else {}
        head_end = self._notes(start)
        clauses = self._clauses(start, head_end)
        while len(clauses) > 1 and self._names_nobody(*clauses[0]):
            clauses[:2] = [(clauses[0][0], clauses[1][1])]
        self.gathered = gather(text[: clauses[0][1]], reader, contacts, start, is_call=True)
        self.line = self.gathered.line
        for name, spans in self.gathered.spans.items():
            self.spans.setdefault(name, []).extend(spans)
        self._walk(self.line, 0)
        for begin, end in clauses[1:]:
            self._clause(begin, end)

    def evidence(self) -> int:
        return sum(
            each is not None for each in (self.direction, self.outcome, self.seconds, self.notes or None)
        )

    def _notes(self, start: int) -> int:
        """Where the head ends; what follows its colon is the notes, unread."""
        quotes = quoted(self.text)
        self.notes = ""
        for colon in _NOTES.finditer(self.text, start):
            at = colon.start()
            if any(begin <= at < end for begin, end in quotes):
                continue
            self.notes = " ".join(self.text[at + 1 :].split())
            self.spans.setdefault("notes", []).append((at, len(self.text)))
            return at
        return len(self.text)

    def _clauses(self, start: int, end: int) -> list[Span]:
        """The stretches between commas; not those between digits or within quotes."""
        quotes = quoted(self.text[:end])
        cuts = [start - 1]
        for at in range(start, end):
            if self.text[at] not in ",;" or any(begin <= at < stop for begin, stop in quotes):
                continue
            if self.text[at - 1 : at].isdecimal() and self.text[at + 1 : at + 2].isdecimal():
                continue
            cuts.append(at)
            if len(cuts) > 20:
                break
        return [(cut + 1, after) for cut, after in zip(cuts, (*cuts[1:], end), strict=True)]

    def _names_nobody(self, begin: int, end: int) -> bool:
        """Whether a stretch says which way only, as in «исходящий, Вера, занято»: who it was comes next."""
        return all(
            token.low in DIRECTIONS or not token.is_word for token in Line(self.text[begin:end]).tokens
        )

    def _walk(self, line: Line, shift: int) -> None:
        """Take out of a clause all that a log is made of. `shift` is where its text begins."""
        at = 0
        while at < line.count:
            end = at if line.lows[at] == MASKED else self._one(line, at, shift)
            at = max(end, at + 1)

    def _one(self, line: Line, at: int, shift: int) -> int:
        lows = line.lows
        low = lows[at]
        if (
            low in DIRECTIONS
            and self.direction is None
            and not (low in ("in", "out") and self._is_talk(line, at))
        ):
            end = at + 1 + (lows[at + 1] in (".", "call", "звонок") and lows[at + 1] != "")
            end += lows[end] in ("from", "to", "от")
            self.direction = DIRECTIONS[low]
            return self._took("direction", line, at, end, shift)
        if low in ("from", "от") and self.direction is None and self._nothing_before(line, at):
            self.direction = "inbound"
            return self._took("direction", line, at, at + 1, shift)
        if (
            low in ("to", "with", "с", "со", "к", "в", "во")
            and self._nothing_before(line, at)
            and clock_at(line, at) is None
            and day_at(line, at) is None
        ):
            return self._took("object", line, at, at + 1, shift)
        for words, outcome in OUTCOMES.get(low, ()):
            if tuple(lows[at : at + len(words)]) == words:
                if self.outcome is None:
                    self.outcome = outcome
                    return self._took("outcome", line, at, at + len(words), shift)
                break
        length_start = at + 1 if low in ("for", "на") else at
        length = length_at(line, length_start)
        if length is not None and length[0].is_clock and length[0].seconds:
            if lows[length[1]] in _AGO and self.ago is None:
                self.ago = length[0].seconds
                return self._took("started_at", line, at, length[1] + 1, shift)
            if self.seconds is None:
                self.seconds = length[0].seconds
                return self._took("duration_seconds", line, at, length[1], shift)
        if self.day is None and (found := day_at(line, at)) is not None:
            self.day = found[0]
            if past_days(self.day, self.setting):
                return self._took("started_at", line, at, found[1], shift)
            self.day, self.looks_ahead = None, True  # it goes to the notes
            clock = clock_at(line, found[1])
            return clock[1] if clock else found[1]
        if self.clock is None and (clock := clock_at(line, at)) is not None:
            self.clock = clock[0]
            return self._took("started_at", line, at, clock[1], shift)
        return at

    def _is_talk(self, line: Line, at: int) -> bool:
        """Whether "in" or "out" is an ordinary word here: "in Berlin", "out of stock"."""
        following = line.lows[at + 1]
        return following in ("the", "of", "a", "charge") or (
            at + 1 < line.count and line.tokens[at + 1].text[:1].isupper() and line.lows[at] == "in" and at > 0
            and not self._nothing_before(line, at)
        )  # fmt: skip

    def _nothing_before(self, line: Line, at: int) -> bool:
        if at > _OPENING:
            return False
        taken = [span for each in self.spans.values() for span in each]
        return all(any(begin <= token.start < end for begin, end in taken) for token in line.tokens[:at])

    def _took(self, name: str, line: Line, first: int, end: int, shift: int) -> int:
        begin, stop = line.span(first, min(end, line.count))
        self.spans.setdefault(name, []).append((begin + shift, stop + shift))
        return end

    def _clause(self, begin: int, end: int) -> None:
        """What follows a comma: with a verb and a date the next task, with a verb a note, else more of the log."""
        said = self.text[begin:end]
        if self.follow_up is None and has_verb(said):
            task = read_task(said, now=self.now, reader=self.reader, contacts=self.contacts)
            if task.due is not None and task.object != "call":
                self.follow_up = task
                self.spans.setdefault("follow_up", []).append((begin - 1, end))
                return
        line = Line(said, quoted(said))
        before = self.outcome
        self._walk(line, begin)
        if before is None and self.outcome is not None:
            pass
        spans = [span for each in self.spans.values() for span in each if begin <= span[0] < end]
        rest = without(self.text[:end], [(0, begin), *spans])
        if rest:
            self.notes = f"{rest}. {self.notes}" if self.notes else rest
            self.spans.setdefault("notes", []).extend(between(begin - 1, end, spans))

    def draft(self) -> Draft:
        taken = self._taken()
        marks = self.gathered.marks
        who = mentioned(self.line, self.contacts, self.gathered.quotes, taken)
        outright = named_outright(marks.contact, self.contacts) if marks.contact else None
        contact = outright if marks.contact else (who.contacts[0] if who.contacts else None)
        names = [] if marks.contact else [self._with_surname(span, taken) for span in who.spans]
        other = len(who.contacts) == len(names) == 1 and self._names_another(names[0], who.contacts[0])
        if other:
            contact, who = None, who._replace(contacts=())
        name, talk = self._rest(names, known=contact is not None)
        if marks.contact:
            name = marks.contact if contact is None else None
        notes = ". ".join(part for part in (talk, self.notes) if part) or None
        started = started_at(self.day, self.clock, self.setting, seconds=self.seconds, ago=self.ago)
        phone = self.gathered.phone
        follow_up = self.follow_up
        if follow_up is not None and follow_up.contact is None:
            follow_up = replace(follow_up, contact=contact, contact_name=follow_up.contact_name or name)
        alternatives = [Alternative({"started_at": each}) for each in started[1:]]
        if not marks.contact:
            alternatives += [Alternative({"contact": other}) for other in who.contacts[1:]]
        has_who = contact is not None or name is not None or (phone is not None and phone.number is not None)
        return Draft(
            object="call",
            contact=contact,
            contact_name=None if contact else name,
            suggestions=() if contact else suggested(self.line, self.contacts, taken),
            phone=phone.number if phone else None,
            bad_phone=phone.typed if phone and phone.number is None else None,
            assignee=marks.assignee,
            priority=marks.priority,
            labels=tuple(marks.labels),
            direction=self.direction or "outbound",
            outcome=self.outcome or "connected",
            duration_seconds=self.seconds,
            started_at=started[0],
            notes=notes,
            follow_up=follow_up,
            ambiguous=bool(alternatives),
            alternatives=tuple(alternatives),
            error=None if has_who else "contact_required",
            spans={key: tuple(sorted(value)) for key, value in self.spans.items()},
        )

    def _with_surname(self, span: Span, taken: list[bool]) -> Span:
        """The name with the capitalised words that touch it: the Smith of "Bob Smith", where only Bob is known."""
        tokens = self.line.tokens
        inside = [at for at, token in enumerate(tokens) if span[0] <= token.start < span[1]]
        if not inside:
            return span
        first, last = inside[0], inside[-1]
        while first > 0 and not taken[first - 1] and tokens[first - 1].text[0].isupper():
            first -= 1
        while last + 1 < len(tokens) and not taken[last + 1] and tokens[last + 1].text[0].isupper():
            last += 1
        return min(span[0], tokens[first].start), max(span[1], tokens[last].end)

    def _names_another(self, span: Span, contact: KnownContact) -> bool:
        return is_somebody_else(self.line.text[slice(*span)], contact)

    def _taken(self) -> list[bool]:
        spans = [span for each in self.spans.values() for span in each]
        return [any(begin <= token.start < end for begin, end in spans) for token in self.line.tokens]

    def _rest(self, names: list[Span], *, known: bool) -> tuple[str | None, str]:
        """The name of whom nobody knows, and what else the head says."""
        head = self.gathered.text
        spans = [span for each in self.spans.values() for span in each if span[0] < len(head)]
        spans = [(begin, min(end, len(head))) for begin, end in spans]
        self.spans.setdefault("contact", []).extend(
            span for span in names if not any(begin < span[1] and span[0] < end for begin, end in spans)
        )
        if known:
            talk = without(head, [*spans, *names])
            return None, talk
        rest = without(head, spans)
        words = rest.split()
        capitals = 0
        while capitals < len(words) and words[capitals][:1].isupper():
            capitals += 1
        if 0 < capitals < len(words) and words[capitals][:1] not in '«"“„&':
            return " ".join(words[:capitals]), " ".join(words[capitals:])
        return rest or None, ""
