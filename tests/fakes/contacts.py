"""Fakes of contacts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from crm.contacts import (
    CallLine,
    Contact,
    ContactCard,
    Filter,
    Merged,
    NoteLine,
    Step,
    TaskLine,
)
from crm.grammar.contacts import KnownContact, KnownContacts
from crm.grammar.names import forms_of
from crm.people import Actor
from crm.tasks import Status
from tests.fakes.people import MONDAY, folded

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class ContactRow:
    contact: Contact
    workspace_id: int


@dataclass(frozen=True, slots=True)
class NoteRow:
    id: int
    contact_id: int
    body: str
    who: str


class FakeContacts:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def called(self, words: Collection[str]) -> KnownContacts:
        known = [
            KnownContact(one.id, one.full_name, None, forms_of(one.full_name) & set(words))
            for one in self._ours()
        ]
        return KnownContacts(one for one in known if one.forms)

    async def recent(self, limit: int) -> Sequence[Contact]:
        return self._ours()[::-1][:limit]

    async def by_id(self, contact_id: int) -> Contact:
        return self._state.contacts[contact_id].contact

    async def find(self, contact_id: int, *, to_change: bool = False) -> Contact | None:
        return next((contact for contact in self._ours() if contact.id == contact_id), None)

    async def by_phone(self, phone: str) -> Contact | None:
        return next((contact for contact in self._ours() if phone in contact.phones), None)

    async def by_name(self, name: str) -> Contact | None:
        found = [contact for contact in self._ours() if folded(contact.full_name) == folded(name)]
        return found[0] if len(found) == 1 else None

    async def by_email(self, email: str) -> Contact | None:
        found = [one for one in self._ours() if (one.email or "").lower() == email.lower()]
        return found[0] if len(found) == 1 else None

    async def near(self, contact: Contact, limit: int) -> Sequence[Contact]:
        others = [one for one in self._ours() if one.id != contact.id]
        return [one for one in others if _is_near(one, contact)][:limit]

    async def add(self, full_name: str, phone: str | None, actor: Actor) -> Contact:
        contact = Contact(
            self._state.next_id(),
            full_name,
            (phone,) if phone else (),
            owner_id=actor.member_id,
            owner_name=actor.display_name,
        )
        self._state.contacts[contact.id] = ContactRow(contact, actor.workspace_id)
        return contact

    async def add_phone(self, contact_id: int, phone: str) -> Contact:
        return self._change(contact_id, phones=(*self._state.contacts[contact_id].contact.phones, phone))

    async def rename(self, contact_id: int, full_name: str) -> Contact:
        return self._change(contact_id, full_name=full_name)

    async def remove_phone(self, contact_id: int, phone: str) -> None:
        left = [one for one in self._state.contacts[contact_id].contact.phones if one != phone]
        self._change(contact_id, phones=tuple(left))

    async def change(self, contact: Contact) -> Contact:
        kept = self._state.contacts[contact.id].contact
        self._state.contacts[contact.id] = ContactRow(
            replace(contact, phones=kept.phones, version=kept.version), self._actor.workspace_id
        )
        return self._change(contact.id)

    async def delete(self, contact_id: int, at: datetime) -> bool:
        self._change(contact_id, phones=())
        self._state.deleted = {*self._state.deleted, contact_id}
        return True

    async def restore(self, contact_id: int, phones: Sequence[str]) -> bool:
        was = contact_id in self._state.deleted
        self._state.deleted = self._state.deleted - {contact_id}
        self._change(contact_id, phones=tuple(phones))
        return was

    async def merge(self, gone_id: int, kept_id: int) -> Merged:
        gone, kept = (self._state.contacts[one].contact for one in (gone_id, kept_id))
        tasks = [row.task.id for row in self._state.tasks.values() if row.task.contact_id == gone_id]
        for task_id in tasks:
            row = self._state.tasks[task_id]
            self._state.tasks[task_id] = replace(row, task=replace(row.task, contact_id=kept_id))
        self._change(kept_id, phones=(*kept.phones, *gone.phones))
        self._change(gone_id, phones=())
        self._state.deleted = {*self._state.deleted, gone_id}
        return Merged({"phones": list(gone.phones), "tasks": tasks, "calls": [], "notes": []})

    async def unmerge(self, gone_id: int, kept_id: int, moved: Mapping[str, Any]) -> bool:
        kept = self._state.contacts[kept_id].contact
        self._state.deleted = self._state.deleted - {gone_id}
        self._change(kept_id, phones=tuple(one for one in kept.phones if one not in moved["phones"]))
        self._change(gone_id, phones=tuple(moved["phones"]))
        for task_id in moved["tasks"]:
            row = self._state.tasks[task_id]
            self._state.tasks[task_id] = replace(row, task=replace(row.task, contact_id=gone_id))
        return True

    async def add_note(self, contact_id: int, body: str, actor: Actor) -> int:
        note = NoteRow(self._state.next_id(), contact_id, body, actor.display_name)
        self._state.notes[note.id] = note
        return note.id

    async def delete_note(self, note_id: int, at: datetime) -> bool:
        self._state.deleted = {*self._state.deleted, note_id}
        return True

    def _change(self, contact_id: int, **changes: Any) -> Contact:
        row = self._state.contacts[contact_id]
        contact = replace(row.contact, **changes, version=row.contact.version + 1)
        self._state.contacts[contact_id] = replace(row, contact=contact)
        return contact

    def _ours(self) -> list[Contact]:
        return ours(self._state, self._actor)


class FakeContactLooks:
    """crm.contacts.ContactLooks: search by words and digits, pages by place."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def card(self, contact_id: int) -> ContactCard | None:
        contact = next((one for one in ours(self._state, self._actor) if one.id == contact_id), None)
        if contact is None:
            return None
        gone = self._state.deleted
        tasks = [row.task for row in self._state.tasks.values() if row.task.contact_id == contact_id]
        tasks = [one for one in tasks if one.id not in gone and one.status is not Status.COMPLETED]
        calls = [row.call for row in self._state.calls.values() if row.call.contact.id == contact_id]
        calls = [one for one in calls if one.id not in gone][::-1]
        notes = [row for row in self._state.notes.values() if row.contact_id == contact_id]
        return ContactCard(
            contact,
            tasks=[TaskLine(one.id, one.number, one.title, one.due) for one in tasks],
            calls=[
                CallLine(one.id, one.started_at, one.direction.value, one.outcome.value, one.notes)
                for one in calls
            ],
            notes=[NoteLine(MONDAY, row.body, row.who) for row in notes if row.id not in gone][::-1],
            task_count=len(tasks),
            call_count=len(calls),
        )

    async def found(self, text: str, limit: int) -> Sequence[Contact]:
        digits = "".join(letter for letter in text if letter.isdecimal())
        if digits and not any(letter.isalpha() for letter in text):
            hits = [
                one
                for one in ours(self._state, self._actor)
                if any(phone.endswith(digits[-10:]) for phone in one.phones)
            ]
        else:
            words = folded(text).split()
            hits = [one for one in ours(self._state, self._actor) if _has_all(one, words)]
        return hits[:limit]

    async def nearest(self, text: str, limit: int) -> Sequence[Contact]:
        by_likeness = sorted(ours(self._state, self._actor), key=lambda one: -likeness(one.full_name, text))
        return [one for one in by_likeness if likeness(one.full_name, text) > 0.5][:limit]

    async def page(
        self, wanted: Filter, step: Step | None, limit: int, member_id: int
    ) -> tuple[Sequence[Contact], int | None]:
        rows = sorted(ours(self._state, self._actor), key=lambda one: (folded(one.full_name), one.id))
        label = wanted.value.removeprefix("=")
        checks: dict[str, Callable[[Contact], bool]] = {
            "mine": lambda one: one.owner_id == member_id,
            "stage": lambda one: one.stage.value == wanted.value,
            "letter": lambda one: folded(one.full_name).startswith(wanted.value),
            "label": lambda one: label in one.labels or label == "7",
        }
        check = checks.get(wanted.kind)
        rows = [one for one in rows if check is None or check(one)]
        label_id = 7 if wanted.kind == "label" else None
        if step is None:
            return rows[:limit], label_id
        at = next((place for place, one in enumerate(rows) if one.id == step.contact_id), len(rows))
        return (rows[max(0, at - limit) : at] if step.is_back else rows[at + 1 :][:limit]), label_id


def ours(state: "State", actor: Actor) -> list[Contact]:
    rows = [row for row in state.contacts.values() if row.workspace_id == actor.workspace_id]
    return [row.contact for row in rows if row.contact.id not in state.deleted]


def likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, folded(one), folded(other)).ratio()


def _is_near(one: Contact, contact: Contact) -> bool:
    same_email = one.email is not None and one.email == contact.email
    return same_email or likeness(one.full_name, contact.full_name) >= 0.8


def _has_all(contact: Contact, words: Sequence[str]) -> bool:
    known = {folded(form) for form in forms_of(f"{contact.full_name} {contact.company or ''}")}
    return all(word in known or folded(contact.full_name).startswith(word) for word in words)
