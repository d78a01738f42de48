"""Contacts as calls meet them: whom a button names, whose name is like another, and one that a call made itself."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.contacts import Contact
from db.models.calls import crm_calls as calls
from db.models.contacts import crm_contact_phones as phones
from db.models.contacts import crm_contact_words as forms
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_notes as notes
from db.models.tasks import crm_tasks as tasks


class SqlCallContacts:
    """The part of crm.calls.CallStore that is about contacts."""

    _link: AsyncConnection
    _workspace_id: int

    async def contact(self, contact_id: int) -> Contact | None:
        name = await self._link.scalar(
            select(contacts.c.full_name).where(contacts.c.id == contact_id, contacts.c.deleted_at.is_(None))
        )
        return None if name is None else Contact(contact_id, name)

    async def contacts_like(self, beginnings: Collection[str], limit: int) -> Sequence[Contact]:
        """By a range of words rather than LIKE, which is not leakproof and would leave the index out."""
        ranges = [and_(forms.c.word >= one, forms.c.word < one + "\uffff") for one in beginnings]
        there = select(contacts.c.id, contacts.c.full_name).where(contacts.c.deleted_at.is_(None))
        begin_so = (
            select(forms.c.contact_id).where(
                forms.c.workspace_id == self._workspace_id, or_(False, *ranges)  # none without a beginning
            )
        ).limit(limit)  # fmt: skip
        alike = await self._link.execute(there.where(contacts.c.id.in_(begin_so)))
        recent = await self._link.execute(
            there.order_by(contacts.c.updated_at.desc(), contacts.c.id.desc()).limit(10)
        )
        found = {row.id: Contact(row.id, row.full_name) for row in (*alike, *recent)}
        return list(found.values())

    async def drop_contact(self, contact_id: int, at: datetime) -> bool:
        hangs_on = or_(
            exists().where(calls.c.contact_id == contacts.c.id, calls.c.deleted_at.is_(None)),
            exists().where(tasks.c.contact_id == contacts.c.id, tasks.c.deleted_at.is_(None)),
            exists().where(notes.c.contact_id == contacts.c.id, notes.c.deleted_at.is_(None)),
        )
        done = await self._link.execute(
            update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.deleted_at.is_(None), ~hangs_on)
            .values(deleted_at=at)
            .returning(contacts.c.id)
        )
        if done.one_or_none() is None:
            return False
        await self._link.execute(delete(phones).where(phones.c.contact_id == contact_id))
        return True

    async def revive_contact(self, contact_id: int, phone: str | None) -> None:
        await self._link.execute(
            update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.deleted_at.is_not(None))
            .values(deleted_at=None)
        )
        if phone is not None:
            await self._link.execute(
                insert(phones)
                .values(workspace_id=self._workspace_id, contact_id=contact_id, e164=phone)
                .on_conflict_do_nothing(index_elements=["workspace_id", "e164"])
            )
