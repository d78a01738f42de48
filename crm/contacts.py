"""Contacts: customers and other people and companies the team deals with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed
from crm.grammar.contacts import ContactLookup
from crm.grammar.drafts import parse_contact
from crm.grammar.fields import Draft
from crm.grammar.readers import Reader
from crm.people import Actor, Role
from crm.storage import Storage, Unit
from crm.updates import Arrival

NAME_LIMIT = 200  # characters


@dataclass(frozen=True, slots=True)
class Contact:
    """`phones` are E.164."""

    id: int
    full_name: str
    phones: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SavedContact:
    """`is_new` is False when a contact with that name or phone was there and was completed; `changes` says what
    is new of it, for history."""

    contact: Contact
    is_new: bool
    changes: Mapping[str, object] = field(default_factory=dict)


class ContactStore(Protocol):
    async def by_id(self, contact_id: int) -> Contact: ...

    async def by_phone(self, phone: str) -> Contact | None: ...

    async def by_name(self, name: str) -> Contact | None:
        """The one contact with exactly this name (case and ё folded); None for none or several."""

    async def called(self, words: Collection[str]) -> ContactLookup:
        """The contacts that any of the words (folded) may mean, for the grammar to choose from."""

    async def recent(self, limit: int) -> Sequence[Contact]:
        """Those that were touched last; without their phones."""

    async def add(self, full_name: str, phone: str | None, actor: Actor) -> Contact: ...

    async def add_phone(self, contact_id: int, phone: str) -> Contact:
        """Raises NotAllowed when the number is of a contact that is out of the actor's sight."""

    async def rename(self, contact_id: int, full_name: str) -> Contact: ...

    async def remove_phone(self, contact_id: int, phone: str) -> None: ...

    async def delete(self, contact_id: int, at: datetime) -> bool:
        """Softly, its phones let go for other contacts; False when it is out of reach."""


class Contacts:
    """The rules of contacts."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def save(self, actor: Actor, arrival: Arrival, text: str, reply: Reply[SavedContact]) -> Answer:
        """Create or complete the contact of one line: a name and a phone. Raises BadInput."""
        members_only(actor)
        draft = parse_contact(text, reader=Reader(actor.zone))
        if draft.bad_phone is not None:
            raise BadInput(
                N_(
                    "{phone} doesn't look like a phone number. Type it in full, for example: +7 999 123-45-67"
                ),
                phone=draft.bad_phone,
            )
        name = checked_name(draft)
        async with self._storage.transaction(actor) as unit:
            saved = await find_or_add(unit.contacts, name, draft.phone, actor)
            await write_down(unit, saved, actor)
            answer = reply(saved)
            await unit.updates.finish(arrival, answer)
        return answer


def checked_name(draft: Draft) -> str:
    """Raises BadInput for no name or one over NAME_LIMIT."""
    if not draft.title:
        raise BadInput(N_("Who is it? For example: /contact Anna Petrova +7 999 123-45-67"))
    if len(draft.title) > NAME_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A name fits in {limit}: type it shorter."),
            length=len(draft.title),
            limit=NAME_LIMIT,
        )
    return draft.title


def members_only(actor: Actor) -> None:
    """Guests add tasks in their chat; contacts and calls are the team's. Raises NotAllowed."""
    if actor.role is Role.GUEST:
        raise NotAllowed(N_("Guests add tasks here. Contacts and calls are for members of the team."))


async def write_down(unit: Unit, saved: SavedContact, actor: Actor) -> None:
    """Into history, unless nothing is new."""
    if saved.is_new or saved.changes:
        await unit.activity.add(
            Activity(
                "created" if saved.is_new else "updated",
                "contact",
                saved.contact.id,
                actor_member_id=actor.member_id,
                changes=saved.changes,
            )
        )


async def find_or_add(contacts: ContactStore, name: str, phone: str | None, actor: Actor) -> SavedContact:
    """The contact with this phone, else with this name, else a new one; a phone that was missing is added.

    The phone decides: another name with it is another way to say the same contact, whose own name stays, unless
    it had none but its phone (a call from a number nobody knew).
    """
    found = (await contacts.by_phone(phone)) if phone else None
    if found is not None:
        if found.full_name in found.phones and name not in found.phones:
            renamed = await contacts.rename(found.id, name)
            return SavedContact(renamed, is_new=False, changes={"name": [found.full_name, name]})
        return SavedContact(found, is_new=False)
    found = await contacts.by_name(name)
    if found is None:
        first = {"name": name} | ({"phone": phone} if phone else {})
        return SavedContact(await contacts.add(name, phone, actor), is_new=True, changes=first)
    if phone and phone not in found.phones:
        completed = await contacts.add_phone(found.id, phone)
        return SavedContact(completed, is_new=False, changes={"phone": [None, phone]})
    return SavedContact(found, is_new=False)
