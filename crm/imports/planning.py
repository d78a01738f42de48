"""Planning: rows that were read beside what is there already: what is new, what changes, what stays out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic

from crm.exports import Kind
from crm.imports.book import Book, folded
from crm.imports.plans import Addition, CallFacts, Change, ContactFacts, Facts, Known, Part, Plan, TaskFacts
from crm.imports.reading import Read, Refused, Rows
from crm.imports.tables import Fault
from crm.people import Actor, Role


@dataclass(slots=True)
class Team:
    """Who a row may be of: managers give rows to others, all else becomes the importer's own."""

    actor: Actor
    members: Mapping[str, int]
    strangers: dict[str, None]

    @classmethod
    def of(cls, actor: Actor, members: Mapping[str, int]) -> "Team":
        return cls(actor, members, {})

    def member(self, name: str | None) -> int | None:
        """None when nobody is named, or nobody whom the importer may give a row to."""
        if name is None:
            return None
        found = self.members.get(folded(name))
        if found is None:
            self.strangers[name] = None
        may_give = self.actor.role in (Role.OWNER, Role.MANAGER) or found == self.actor.member_id
        return found if may_give else None


def plan_contacts(
    rows: Rows[ContactFacts], known: Sequence[Known[ContactFacts]], members: Mapping[str, int], actor: Actor
) -> Plan:
    """A row is the contact with its id, else its phone or e-mail, else its name where nothing tells two apart."""
    book, team, same = Book(known), Team.of(actor, members), 0
    refused = list(rows.refused)
    for read in rows.read:
        try:
            same += not _place(book, read, team)
        except Refused as why:
            refused.append(why.at(read.row))
    return Plan(
        Kind.CONTACTS,
        contacts=book.part(),
        same=same,
        refused=tuple(sorted(refused, key=lambda fault: fault.row)),
        strangers=tuple(team.strangers),
    )


def _place(book: Book, read: Read[ContactFacts], team: Team) -> bool:
    """Write a row into the book; whether it is new or changes anything."""
    owner = team.member(read.person)
    facts = replace(read.facts, owner_id=owner)
    entry = book.by_id(read.id) if read.id is not None else None
    is_same = entry is not None
    entry = entry or book.find(facts)
    if entry is None:
        book.add(read.row, replace(facts, owner_id=owner or team.actor.member_id))
        return True
    return book.change(entry, read.row, _merged(entry.facts, facts, read.said, renames=is_same))


def _merged(old: ContactFacts, new: ContactFacts, said: frozenset[str], *, renames: bool) -> ContactFacts:
    """What a row says beside what was known; nothing is taken away. Another name for the same phone is another way to
    say the same contact, whose own name stays unless it had none but its phone."""
    simple = {"email", "company", "telegram", "stage", "do_not_call"} & said
    changed: dict[str, Any] = {name: getattr(new, name) for name in simple}
    if "name" in said and (renames or old.name in old.phones):
        changed["name"] = new.name
    if new.owner_id is not None:
        changed["owner_id"] = new.owner_id
    together = "\n\n".join(old.notes)
    return replace(
        old,
        **changed,
        phones=_both(old.phones, new.phones),
        labels=_both(old.labels, new.labels),
        notes=_both(old.notes, (note for note in new.notes if note != together)),
    )


def _both(old: tuple[str, ...], new: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))


def plan_tasks(
    rows: Rows[TaskFacts],
    known: Sequence[Known[TaskFacts]],
    contacts: Sequence[Known[ContactFacts]],
    members: Mapping[str, int],
    actor: Actor,
) -> Plan:
    """A row is the task with its id, else the one with its title, day and contact."""
    book, team = Book(contacts), Team.of(actor, members)
    by_id = {one.id: one for one in known}
    by_key = {_task_key(one.facts): one for one in reversed(known)}
    growing, refused = Growing[TaskFacts](), list(rows.refused)
    for read in rows.read:
        try:
            contact_id = book.named(read.row, read.contact, read.facts.phone, actor, always=False)
        except Refused as why:
            refused.append(why.at(read.row))
            continue
        assignee = team.member(read.person)
        facts = replace(read.facts, contact_id=contact_id, assignee_id=assignee or actor.member_id)
        found = by_id.get(read.id or 0) or by_key.get(_task_key(facts))
        said = read.said if assignee else read.said - {"assignee_id"}
        if found is not None:
            said = _worth_saying(said, found.facts, facts)
        growing.put(read.row, _task_key(facts), found, facts, said)
    return growing.plan(Kind.TASKS, book, refused, team, tasks=growing.part())


def _worth_saying(said: frozenset[str], old: TaskFacts, new: TaskFacts) -> frozenset[str]:
    """The same due told in another zone says nothing new, nor does when a task was done that is done already."""
    if old.due and new.due and old.due.time and new.due.time and old.due.at == new.due.at:
        said -= {"due"}
    if "status" in said and old.status != new.status:
        return said | {"completed_at"}
    return said - {"completed_at"}


def _task_key(facts: TaskFacts) -> tuple[str, date | None, int | None]:
    return folded(facts.title), facts.due.date if facts.due else None, facts.contact_id


def plan_calls(
    rows: Rows[CallFacts],
    known: Sequence[Known[CallFacts]],
    contacts: Sequence[Known[ContactFacts]],
    members: Mapping[str, int],
    actor: Actor,
) -> Plan:
    """A row is the call with its id, else its external id, else the one of that moment with that phone or contact."""
    book, team = Book(contacts), Team.of(actor, members)
    by_id = {one.id: one for one in known}
    by_external = {one.facts.external_id: one for one in known if one.facts.external_id}
    by_moment = {key: one for one in reversed(known) for key in _call_keys(one.facts)}
    growing, refused = Growing[CallFacts](), list(rows.refused)
    for read in rows.read:
        try:
            contact_id = book.named(read.row, read.contact, read.facts.phone, actor, always=True)
        except Refused as why:
            refused.append(why.at(read.row))
            continue
        member = team.member(read.person)
        facts = replace(read.facts, contact_id=contact_id, member_id=member or actor.member_id)
        keys = _call_keys(facts)
        found = by_id.get(read.id or 0) or (by_external.get(facts.external_id) if facts.external_id else None)
        if found is None and facts.external_id is None:
            found = next((by_moment[key] for key in keys if key in by_moment), None)
        growing.put(read.row, facts.external_id or keys[0], found, facts, read.said)
    return growing.plan(Kind.CALLS, book, refused, team, calls=growing.part())


def _call_keys(facts: CallFacts) -> list[tuple[datetime, object]]:
    """The moment with the phone, and with the contact."""
    return [(facts.started_at, one) for one in (facts.phone, facts.contact_id) if one is not None]


class Growing(Generic[Facts]):
    """What the rows so far would make and change."""

    def __init__(self) -> None:
        self._new: dict[object, Addition[Facts]] = {}
        self._changed: dict[int, Change[Facts]] = {}
        self.same = 0

    def put(
        self, row: int, key: object, found: Known[Facts] | None, facts: Facts, said: frozenset[str]
    ) -> None:
        """`key` is by what two rows are one; `said` are the fields that a row may change of what was `found`."""
        if found is None:
            self.same += key in self._new
            self._new.setdefault(key, Addition(row, facts))
            return
        so_far = self._changed[found.id].after if found.id in self._changed else found.facts
        after = replace(so_far, **{name: getattr(facts, name) for name in said})
        if after == so_far:
            self.same += 1
        else:
            self._changed[found.id] = Change(row, found.id, found.facts, after)

    def part(self) -> Part[Facts]:
        return Part(tuple(self._new.values()), tuple(self._changed.values()))

    def plan(self, kind: Kind, book: Book, refused: Sequence[Fault], team: Team, **parts: Any) -> Plan:
        return Plan(
            kind,
            contacts=book.part(),
            same=self.same,
            refused=tuple(sorted(refused, key=lambda fault: fault.row)),
            strangers=tuple(team.strangers),
            **parts,
        )
