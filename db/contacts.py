"""Contacts, as rows."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.contacts import Contact
from crm.errors import N_, NotAllowed
from crm.grammar.contacts import KnownContact, KnownContacts
from crm.grammar.names import forms_of
from crm.people import Actor
from db.models.contacts import crm_contact_phones as phones
from db.models.contacts import crm_contact_words as forms
from db.models.contacts import crm_contacts as contacts

MEANT = 50  # contacts that the words of one text may find


class SqlContacts:
    """See crm.contacts.ContactStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def by_phone(self, phone: str) -> Contact | None:
        found = await self._link.scalar(
            select(phones.c.contact_id)
            .join(contacts, contacts.c.id == phones.c.contact_id)
            .where(phones.c.e164 == phone, contacts.c.deleted_at.is_(None))
        )
        return None if found is None else await self.by_id(found)

    async def by_name(self, name: str) -> Contact | None:
        found = await self._link.execute(
            select(contacts.c.id)
            .where(contacts.c.folded_name == _folded(name), contacts.c.deleted_at.is_(None))
            .limit(2)
        )
        ids = list(found.scalars())
        return await self.by_id(ids[0]) if len(ids) == 1 else None

    async def by_id(self, contact_id: int) -> Contact:
        name = (
            await self._link.execute(select(contacts.c.full_name).where(contacts.c.id == contact_id))
        ).scalar_one()
        numbers = await self._link.scalars(
            select(phones.c.e164).where(phones.c.contact_id == contact_id).order_by(phones.c.id)
        )
        return Contact(contact_id, name, tuple(numbers))

    async def called(self, words: Collection[str]) -> KnownContacts:
        """One query, on the text's words: the contacts whose kept forms are among them, with those forms."""
        rows = await self._link.execute(
            select(
                contacts.c.id,
                contacts.c.full_name,
                contacts.c.company,
                func.array_agg(forms.c.word).label("forms"),
            )
            .join(forms, forms.c.contact_id == contacts.c.id)
            .where(contacts.c.deleted_at.is_(None), forms.c.word.in_(words))
            .group_by(contacts.c.id)
            .order_by(contacts.c.id)
            .limit(MEANT)
        )
        return KnownContacts(
            KnownContact(row.id, row.full_name, row.company, frozenset(row.forms)) for row in rows
        )

    async def recent(self, limit: int) -> Sequence[Contact]:
        rows = await self._link.execute(
            select(contacts.c.id, contacts.c.full_name)
            .where(contacts.c.deleted_at.is_(None))
            .order_by(contacts.c.updated_at.desc(), contacts.c.id.desc())
            .limit(limit)
        )
        return [Contact(row.id, row.full_name) for row in rows]

    async def add(self, full_name: str, phone: str | None, actor: Actor) -> Contact:
        made = await self._link.execute(
            contacts.insert()
            .values(workspace_id=self._workspace_id, full_name=full_name, owner_id=actor.member_id)
            .returning(contacts.c.id)
        )
        contact_id = made.scalar_one()
        await self._name(contact_id, full_name)
        return await self.add_phone(contact_id, phone) if phone else await self.by_id(contact_id)

    async def remove_phone(self, contact_id: int, phone: str) -> None:
        await self._link.execute(
            delete(phones).where(phones.c.contact_id == contact_id, phones.c.e164 == phone)
        )

    async def delete(self, contact_id: int, at: datetime) -> bool:
        await self._link.execute(delete(phones).where(phones.c.contact_id == contact_id))
        done = await self._link.execute(
            update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.deleted_at.is_(None))
            .values(deleted_at=at)
            .returning(contacts.c.id)
        )
        return done.one_or_none() is not None

    async def rename(self, contact_id: int, full_name: str) -> Contact:
        await self._link.execute(
            update(contacts).where(contacts.c.id == contact_id).values(full_name=full_name)
        )
        await self._link.execute(delete(forms).where(forms.c.contact_id == contact_id))
        await self._name(contact_id, full_name)
        return await self.by_id(contact_id)

    async def add_phone(self, contact_id: int, phone: str) -> Contact:
        added = await self._link.execute(
            insert(phones)
            .values(workspace_id=self._workspace_id, contact_id=contact_id, e164=phone)
            .on_conflict_do_nothing(index_elements=["workspace_id", "e164"])
            .returning(phones.c.id)
        )
        if added.one_or_none() is None:
            raise NotAllowed(
                N_("Somebody else in the team looks after the contact with this number. Ask a manager.")
            )
        return await self.by_id(contact_id)

    async def _name(self, contact_id: int, full_name: str) -> None:
        """Keep the words by which a line finds the contact."""
        words = [
            {"workspace_id": self._workspace_id, "contact_id": contact_id, "word": word}
            for word in sorted(forms_of(full_name))
        ]
        if words:
            await self._link.execute(insert(forms).on_conflict_do_nothing(), words)


def _folded(name: str) -> str:
    """As the column `folded_name` is computed."""
    return name.lower().replace("ё", "е")
