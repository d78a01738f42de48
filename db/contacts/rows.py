"""Contacts, as rows: found, made, changed, merged; the words a line finds them by kept with them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, column, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.contacts.entities import Contact, Merged
from crm.errors import N_, NotAllowed
from crm.grammar.contacts import KnownContact, KnownContacts
from crm.grammar.names import forms_of
from crm.people import Actor
from db.contacts.reading import contact_of, shown
from db.models.contacts import crm_contact_phones as phones
from db.models.contacts import crm_contact_words as forms
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels
from db.models.contacts import crm_notes as notes

MEANT = 50  # contacts that the words of one text may find
SAME = 0.6  # likeness of two names from which they may be one; 1 is the same words in any order


class SqlContacts:
    """See crm.contacts.ContactStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def by_id(self, contact_id: int) -> Contact:
        return contact_of((await self._link.execute(shown().where(contacts.c.id == contact_id))).one())

    async def find(self, contact_id: int, *, to_change: bool = False) -> Contact | None:
        here = (contacts.c.id == contact_id) & contacts.c.deleted_at.is_(None)
        if to_change:
            locked = await self._link.scalar(select(contacts.c.id).where(here).with_for_update())
            return None if locked is None else await self.by_id(locked)
        row = (await self._link.execute(shown().where(here))).one_or_none()
        return None if row is None else contact_of(row)

    async def by_phone(self, phone: str) -> Contact | None:
        holder = select(phones.c.contact_id).where(phones.c.e164 == phone).scalar_subquery()
        return await self._only(contacts.c.id == holder)

    async def by_name(self, name: str) -> Contact | None:
        return await self._only(contacts.c.folded_name == _folded(name))

    async def by_email(self, email: str) -> Contact | None:
        return await self._only(contacts.c.folded_email == email.lower())

    async def near(self, contact: Contact, limit: int) -> Sequence[Contact]:
        door = func.near_contacts(contact.full_name, contact.email, contact.telegram, 10).table_valued(
            column("id", BigInteger), column("likeness"), name="near"
        )
        rows = await self._link.execute(
            shown()
            .join(door, door.c.id == contacts.c.id)
            .where(contacts.c.id != contact.id, contacts.c.deleted_at.is_(None), door.c.likeness >= SAME)
            .order_by(door.c.likeness.desc(), contacts.c.id)
            .limit(limit)
        )
        return [contact_of(row) for row in rows]

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
        await self._name(contact_id, full_name, None)
        return await self.add_phone(contact_id, phone) if phone else await self.by_id(contact_id)

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
        await self._set(contact_id)
        return await self.by_id(contact_id)

    async def remove_phone(self, contact_id: int, phone: str) -> None:
        await self._link.execute(
            delete(phones).where(phones.c.contact_id == contact_id, phones.c.e164 == phone)
        )
        await self._set(contact_id)

    async def rename(self, contact_id: int, full_name: str) -> Contact:
        await self._set(contact_id, full_name=full_name)
        contact = await self.by_id(contact_id)
        await self._name(contact_id, full_name, contact.company)
        return contact

    async def change(self, contact: Contact) -> Contact:
        await self._set(
            contact.id,
            full_name=contact.full_name,
            company=contact.company,
            email=contact.email,
            telegram=contact.telegram,
            stage=contact.stage.value,
            owner_id=contact.owner_id,
            do_not_call=contact.do_not_call,
            timezone=contact.timezone,
        )
        await self._name(contact.id, contact.full_name, contact.company)
        theirs = labels.c.contact_id == contact.id
        await self._link.execute(delete(labels).where(theirs, labels.c.name.not_in(contact.labels)))
        rows = [
            {"workspace_id": self._workspace_id, "contact_id": contact.id, "name": name}
            for name in contact.labels
        ]
        if rows:
            await self._link.execute(insert(labels).on_conflict_do_nothing(), rows)
        return await self.by_id(contact.id)

    async def delete(self, contact_id: int, at: datetime) -> bool:
        await self._link.execute(delete(phones).where(phones.c.contact_id == contact_id))
        return await self._set(contact_id, deleted_at=at)

    async def restore(self, contact_id: int, phones_then: Sequence[str]) -> bool:
        done = await self._link.execute(
            update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.deleted_at.is_not(None))
            .values(deleted_at=None, version=contacts.c.version + 1)
            .returning(contacts.c.id)
        )
        if done.one_or_none() is None:
            return False
        rows = [
            {"workspace_id": self._workspace_id, "contact_id": contact_id, "e164": phone}
            for phone in phones_then
        ]
        if rows:
            await self._link.execute(
                insert(phones).on_conflict_do_nothing(index_elements=["workspace_id", "e164"]), rows
            )
        return True

    async def merge(self, gone_id: int, kept_id: int) -> Merged:
        moved = await self._link.scalar(select(func.merge_contacts(gone_id, kept_id, type_=JSONB)))
        return Merged(moved or {})

    async def unmerge(self, gone_id: int, kept_id: int, moved: Mapping[str, Any]) -> bool:
        door = func.unmerge_contacts(gone_id, kept_id, cast(dict(moved), JSONB))
        if not await self._link.scalar(select(door)):
            return False
        for contact in (await self.by_id(gone_id), await self.by_id(kept_id)):
            await self._name(contact.id, contact.full_name, contact.company)
        return True

    async def add_note(self, contact_id: int, body: str, actor: Actor) -> int:
        note = insert(notes).values(
            workspace_id=self._workspace_id, contact_id=contact_id, member_id=actor.member_id, body=body
        )
        return int((await self._link.execute(note.returning(notes.c.id))).scalar_one())

    async def delete_note(self, note_id: int, at: datetime) -> bool:
        done = await self._link.execute(
            update(notes).where(notes.c.id == note_id).values(deleted_at=at).returning(notes.c.id)
        )
        return done.one_or_none() is not None

    async def _only(self, wanted: ColumnElement[bool]) -> Contact | None:
        """The one contact that is so; None for none or several."""
        rows = (
            await self._link.execute(shown().where(wanted, contacts.c.deleted_at.is_(None)).limit(2))
        ).all()
        return contact_of(rows[0]) if len(rows) == 1 else None

    async def _set(self, contact_id: int, **values: object) -> bool:
        done = await self._link.execute(
            update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.deleted_at.is_(None))
            .values(version=contacts.c.version + 1, **values)
            .returning(contacts.c.id)
        )
        return done.one_or_none() is not None

    async def _name(self, contact_id: int, full_name: str, company: str | None) -> None:
        """Keep the words by which a line finds the contact."""
        wanted = forms_of(full_name) | (forms_of(company) if company else frozenset())
        theirs = forms.c.contact_id == contact_id
        await self._link.execute(delete(forms).where(theirs, forms.c.word.not_in(wanted)))
        words = [
            {"workspace_id": self._workspace_id, "contact_id": contact_id, "word": word}
            for word in sorted(wanted)
        ]
        if words:
            await self._link.execute(insert(forms).on_conflict_do_nothing(), words)


def _folded(name: str) -> str:
    """As the column `folded_name` is computed."""
    return name.lower().replace("ё", "е")
