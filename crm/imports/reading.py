"""Reading: rows of a table as contacts, tasks and calls, and what is wrong with those that are none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from crm.calls import NOTES_LIMIT
from crm.contacts import NAME_LIMIT
from crm.errors import N_
from crm.grammar.dates import Due
from crm.imports import values
from crm.imports.fields import Field, Mapped
from crm.imports.plans import LONGEST_CALL, CallFacts, ContactFacts, TaskFacts
from crm.imports.tables import Fault, Row, Table
from crm.tasks import TITLE_LIMIT

F = Field


@dataclass(frozen=True, slots=True)
class Habits:
    """Whose table it is: zone, regions of phones without a country, "DMY" or "MDY" where a date leaves it open."""

    zone: ZoneInfo
    regions: tuple[str, ...]
    order: str
    now: datetime


FactsT = TypeVar("FactsT", ContactFacts, TaskFacts, CallFacts)


@dataclass(frozen=True, slots=True)
class Read(Generic[FactsT]):
    """A row as it was understood; `said` are the fields that it fills, so that an empty cell takes nothing away."""

    row: int
    facts: FactsT
    said: frozenset[str]
    id: int | None = None  # ours, of a thing that was taken out before
    person: str | None = None  # who it is of, by name: responsible, assignee or who called
    contact: str | None = None


class Refused(Exception):
    """A row that is left out, and why."""

    def __init__(self, text: str, /, **fields: object) -> None:
        super().__init__(text)
        self.text, self.fields = text, fields

    def at(self, row: int) -> Fault:
        return Fault(row, self.text, tuple(self.fields.items()))


class Cells:
    """The cells of one row by the fields they stand for."""

    def __init__(self, row: Row, mapped: Mapped, habits: Habits, order: str) -> None:
        self._row, self._mapped, self.habits, self._order = row, mapped, habits, order

    def all(self, field: Field) -> list[str]:
        pairs = zip(self._mapped, self._row.cells, strict=True)
        return [cell for wanted, cell in pairs if wanted is field and cell]

    def one(self, field: Field) -> str:
        return next(iter(self.all(field)), "")

    def id(self) -> int | None:
        text = self.one(F.ID)
        if not text:
            return None
        if not text.isdecimal() or len(text) > 18:
            raise Refused(N_("“{text}” is no number"), text=text[:40])
        return int(text)

    def phones(self) -> tuple[str, ...]:
        found: list[str] = []
        for text in self.all(F.PHONE):
            numbers, wrong = values.phones(text, self.habits.regions)
            if wrong is not None:
                raise Refused(N_("“{text}” is no phone"), text=wrong[:40])
            found += numbers
        return tuple(dict.fromkeys(found))

    def word(self, field: Field, known: Mapping[str, str], default: str) -> str:
        text = self.one(field)
        if not text:
            return default
        meant = values.word(text, known)
        if meant is None:
            raise Refused(N_("I don't know the word “{text}” here"), text=text[:40])
        return meant

    def due(self) -> Due | None:
        text = self.one(F.DUE)
        if not text:
            return None
        found = values.when(text, self.habits.zone, self._order)
        if found is None:
            raise Refused(N_("“{text}” is no date such as 2027-05-31 or 31.05.2027"), text=text[:40])
        day, clock = found
        return Due(day, clock or self._clock(F.DUE_TIME), self.habits.zone.key)

    def moment(self, field: Field, extra: Field | None = None) -> datetime | None:
        text = self.one(field)
        if not text:
            return None
        found = values.when(text, self.habits.zone, self._order)
        if found is None:
            raise Refused(N_("“{text}” is no date such as 2027-05-31 or 31.05.2027"), text=text[:40])
        day, clock = found
        clock = clock or (self._clock(extra) if extra else None) or time()
        return datetime.combine(day, clock, self.habits.zone).astimezone(UTC)

    def _clock(self, field: Field) -> time | None:
        text = self.one(field)
        clock = values.clock(text) if text else None
        if text and clock is None:
            raise Refused(N_("“{text}” is no time such as 17:30"), text=text[:40])
        return clock

    def text(self, field: Field, limit: int, between: str = "\n\n") -> str:
        text = between.join(dict.fromkeys(self.all(field)))
        if len(text) > limit:
            raise Refused(N_("a text is longer than {limit} characters"), limit=limit)
        return text


def cells_of(table: Table, mapped: Mapped, habits: Habits) -> Iterator[tuple[Row, Cells]]:
    """Row by row; the order of day and month is settled by the whole column."""
    dates = [at for at, field in enumerate(mapped) if field in (F.DUE, F.STARTED, F.DONE)]
    order = values.order_of((row.cells[at] for row in table.rows for at in dates), habits.order)
    for row in table.rows:
        yield row, Cells(row, mapped, habits, order)


def read_contacts(table: Table, mapped: Mapped, habits: Habits) -> "Rows[ContactFacts]":
    return _rows(table, mapped, habits, _contact)


def read_tasks(table: Table, mapped: Mapped, habits: Habits) -> "Rows[TaskFacts]":
    return _rows(table, mapped, habits, _task)


def read_calls(table: Table, mapped: Mapped, habits: Habits) -> "Rows[CallFacts]":
    return _rows(table, mapped, habits, _call)


@dataclass(frozen=True, slots=True)
class Rows(Generic[FactsT]):
    """The rows that say something, and those that are left out."""

    read: tuple[Read[FactsT], ...]
    refused: tuple[Fault, ...]


def _rows(
    table: Table, mapped: Mapped, habits: Habits, of: Callable[[int, Cells], Read[FactsT]]
) -> Rows[FactsT]:
    read: list[Read[FactsT]] = []
    refused: list[Fault] = []
    for row, cells in cells_of(table, mapped, habits):
        try:
            read.append(of(row.number, cells))
        except Refused as why:
            refused.append(why.at(row.number))
    return Rows(tuple(read), tuple(refused))


def _contact(row: int, cells: Cells) -> Read[ContactFacts]:
    phones, company = cells.phones(), cells.text(F.COMPANY, NAME_LIMIT, " ")
    email = _email(cells)
    parts = [cells.one(field) for field in (F.FIRST_NAME, F.MIDDLE_NAME, F.LAST_NAME)]
    name = " ".join((cells.one(F.NAME) or " ".join(filter(None, parts))).split())
    name = name or company or (phones[0] if phones else "") or email or ""
    if not name:
        raise Refused(N_("no name, phone or e-mail"))
    if len(name) > NAME_LIMIT:
        raise Refused(N_("a name is longer than {limit} characters"), limit=NAME_LIMIT)
    facts = ContactFacts(
        name=name,
        phones=phones,
        email=email,
        company=company or None,
        telegram=cells.one(F.TELEGRAM)[:100] or None,
        stage=values.word(cells.one(F.STAGE), values.STAGES)
        or "lead",  # other programs' stages are their own
        labels=tuple(dict.fromkeys(one for text in cells.all(F.LABELS) for one in values.labels(text)))[:20],
        do_not_call=cells.one(F.DO_NOT_CALL).casefold() in values.YES,
        notes=(note,) if (note := cells.text(F.NOTE, NOTES_LIMIT * 5)) else (),
    )
    said = _said(
        cells,
        name=F.NAME, phones=F.PHONE, email=F.EMAIL, company=F.COMPANY, telegram=F.TELEGRAM, labels=F.LABELS,
        do_not_call=F.DO_NOT_CALL, notes=F.NOTE, owner_id=F.OWNER,
    )  # fmt: skip
    if any(parts):
        said |= {"name"}
    if values.word(cells.one(F.STAGE), values.STAGES) is not None:
        said |= {"stage"}
    return Read(row, facts, said, id=cells.id(), person=cells.one(F.OWNER) or None)


def _email(cells: Cells) -> str | None:
    for text in cells.all(F.EMAIL):
        found, wrong = values.email(text)
        if wrong is not None:
            raise Refused(N_("“{text}” is no e-mail address"), text=wrong[:40])
        if found is not None:
            return found
    return None


def _task(row: int, cells: Cells) -> Read[TaskFacts]:
    title = " ".join(cells.one(F.TITLE).split())
    if not title:
        raise Refused(N_("no title"))
    if len(title) > TITLE_LIMIT:
        raise Refused(N_("a title is longer than {limit} characters"), limit=TITLE_LIMIT)
    phones, done = cells.phones(), cells.moment(F.DONE)
    status = cells.word(F.STATUS, values.STATUSES, "completed" if done else "not_started")
    facts = TaskFacts(
        title=title,
        description=cells.text(F.DESCRIPTION, NOTES_LIMIT * 5),
        due=cells.due(),
        status=status,
        priority=cells.word(F.PRIORITY, values.PRIORITIES, "normal"),
        task_type=values.word(cells.one(F.TASK_TYPE), values.TYPES) or "todo",
        phone=phones[0] if phones else None,
        labels=tuple(dict.fromkeys(one for text in cells.all(F.LABELS) for one in values.labels(text)))[:20],
        result=cells.text(F.RESULT, NOTES_LIMIT) or None,
        completed_at=(done or cells.habits.now) if status == "completed" else None,
    )
    said = _said(
        cells,
        title=F.TITLE, description=F.DESCRIPTION, due=F.DUE, status=F.STATUS, priority=F.PRIORITY, phone=F.PHONE,
        labels=F.LABELS, result=F.RESULT, assignee_id=F.ASSIGNEE, contact_id=F.CONTACT,
    )  # fmt: skip
    if values.word(cells.one(F.TASK_TYPE), values.TYPES):
        said |= {"task_type"}
    if done:
        said |= {"status", "completed_at"}
    return Read(row, facts, said, id=cells.id(), person=cells.one(F.ASSIGNEE) or None, contact=_name(cells))


def _call(row: int, cells: Cells) -> Read[CallFacts]:
    started = cells.moment(F.STARTED, F.START_TIME)
    if started is None:
        raise Refused(N_("no date"))
    if started > cells.habits.now + timedelta(minutes=5):
        raise Refused(N_("the call is in the future"))
    phones, contact = cells.phones(), _name(cells)
    if not phones and not contact:
        raise Refused(N_("no contact and no phone"))
    told = cells.one(F.DURATION)
    seconds = values.seconds(told) if told else None
    if told and (seconds is None or seconds > LONGEST_CALL.total_seconds()):
        raise Refused(N_("“{text}” is no length of a call"), text=told[:40])
    default = "no_answer" if seconds == 0 else "connected"
    facts = CallFacts(
        external_id=cells.one(F.EXTERNAL_ID)[:200] or None,
        started_at=started.replace(microsecond=0),
        direction=cells.word(F.DIRECTION, values.DIRECTIONS, "outbound"),
        outcome=cells.word(F.OUTCOME, values.OUTCOMES, default),
        duration_seconds=seconds,
        phone=phones[0] if phones else None,
        notes=cells.text(F.NOTE, NOTES_LIMIT),
    )
    said = _said(
        cells,
        external_id=F.EXTERNAL_ID, started_at=F.STARTED, direction=F.DIRECTION, outcome=F.OUTCOME,
        duration_seconds=F.DURATION, phone=F.PHONE, notes=F.NOTE,
    )  # fmt: skip
    return Read(row, facts, said, id=cells.id(), person=cells.one(F.MEMBER) or None, contact=contact)


def _name(cells: Cells) -> str | None:
    name = " ".join(cells.one(F.CONTACT).split())
    if len(name) > NAME_LIMIT:
        raise Refused(N_("a name is longer than {limit} characters"), limit=NAME_LIMIT)
    return name or None


def _said(cells: Cells, **fields: Field) -> frozenset[str]:
    return frozenset(name for name, field in fields.items() if cells.all(field))
