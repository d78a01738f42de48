"""Fakes of contacts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm.contacts import Contact
from crm.grammar.contacts import KnownContact, KnownContacts
from crm.grammar.names import forms_of
from crm.people import Actor
from tests.fakes.people import folded

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class ContactRow:
    contact: Contact
    workspace_id: int


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

    async def by_phone(self, phone: str) -> Contact | None:
        return next((contact for contact in self._ours() if phone in contact.phones), None)

    async def by_name(self, name: str) -> Contact | None:
        found = [contact for contact in self._ours() if folded(contact.full_name) == folded(name)]
        return found[0] if len(found) == 1 else None

    async def add(self, full_name: str, phone: str | None, actor: Actor) -> Contact:
        contact = Contact(self._state.next_id(), full_name, (phone,) if phone else ())
        self._state.contacts[contact.id] = ContactRow(contact, actor.workspace_id)
        return contact

    async def add_phone(self, contact_id: int, phone: str) -> Contact:
        return self._change(contact_id, phones=(*self._state.contacts[contact_id].contact.phones, phone))

    async def rename(self, contact_id: int, full_name: str) -> Contact:
        return self._change(contact_id, full_name=full_name)

    async def remove_phone(self, contact_id: int, phone: str) -> None:
        left = [one for one in self._state.contacts[contact_id].contact.phones if one != phone]
        self._change(contact_id, phones=tuple(left))

    async def delete(self, contact_id: int, at: datetime) -> bool:
        self._state.deleted = {*self._state.deleted, contact_id}
        return True

    def _change(self, contact_id: int, **changes: Any) -> Contact:
        row = self._state.contacts[contact_id]
        contact = replace(row.contact, **changes)
        self._state.contacts[contact_id] = replace(row, contact=contact)
        return contact

    def _ours(self) -> list[Contact]:
        rows = self._state.contacts.values()
        ours = [row.contact for row in rows if row.workspace_id == self._actor.workspace_id]
        return [contact for contact in ours if contact.id not in self._state.deleted]
