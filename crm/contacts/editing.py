"""Editing: what may be done on a contact's card: change it, note something, delete it and have it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.activity import About, Activity, Scope
from crm.answers import Answer, Reply
from crm.contacts.changes import Change, difference
from crm.contacts.entities import PHONES, Contact
from crm.contacts.looks import ContactCard
from crm.contacts.saving import members_only
from crm.contacts.typing import typed
from crm.contacts.use_cases import card_of, gone
from crm.errors import N_, BadInput, NotFound, Stale
from crm.grammar.letters import storable
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.teams import Member
from crm.updates import Arrival

NOTE_LIMIT = 2000  # characters


@dataclass(frozen=True, slots=True)
class Choices:
    """A contact's card, and whom it may be given to."""

    card: ContactCard
    members: Sequence[Member]


class ContactEdits:
    """The rules of a contact's card."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def choices(self, actor: Actor, contact_id: int, version: int) -> Choices:
        """What a card's menus offer. Raises NotFound, Stale."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            card = await card_of(unit, contact_id)
            same_version(card.contact, version)
            return Choices(card, await unit.teams.members())

    async def type(
        self,
        actor: Actor,
        arrival: Arrival,
        contact_id: int,
        field: str,
        words: str,
        reply: Reply[ContactCard],
    ) -> Answer:
        """An answer to "what is the new …?"; see crm.contacts.typing. Raises BadInput, NotFound."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            change = typed(field, words, await reader_of(unit, actor))
            return await _change(unit, actor, arrival, contact_id, None, change, reply)

    async def change(
        self,
        actor: Actor,
        arrival: Arrival,
        contact_id: int,
        version: int | None,
        change: Change,
        reply: Reply[ContactCard],
    ) -> Answer:
        """One press on a card; None for `version` means whichever there is. Changing nothing is fine and leaves no
        history. Raises NotFound, Stale, BadInput for a phone of another's."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            return await _change(unit, actor, arrival, contact_id, version, change, reply)

    async def note(
        self, actor: Actor, arrival: Arrival, contact_id: int, body: str, reply: Reply[ContactCard]
    ) -> Answer:
        """Raises NotFound, BadInput for a note over NOTE_LIMIT."""
        members_only(actor)
        body = storable(body).strip()
        if len(body) > NOTE_LIMIT:
            raise BadInput(
                N_("That is {length} characters. A note fits in {limit}: type it shorter."),
                length=len(body),
                limit=NOTE_LIMIT,
            )
        async with self._storage.transaction(actor) as unit:
            contact = await to_change(unit, contact_id, None)
            note_id = await unit.contacts.add_note(contact.id, body, actor)
            told: dict[str, object] = {"note": body, "note_id": note_id}
            await unit.activity.add(
                Activity("noted", "contact", contact.id, actor_member_id=actor.member_id, changes=told)
            )
            answer = reply(await card_of(unit, contact_id))
            await unit.updates.finish(arrival, answer)
        return answer

    async def delete(
        self,
        actor: Actor,
        arrival: Arrival,
        contact_id: int,
        version: int | None,
        now: datetime,
        reply: Reply[Contact],
    ) -> Answer:
        """Softly; its tasks and calls keep its name. Raises NotFound, Stale."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            contact = await to_change(unit, contact_id, version)
            await unit.contacts.delete(contact.id, now)
            told: dict[str, object] = {"phones": [list(contact.phones), []]} if contact.phones else {}
            await unit.activity.add(
                Activity("deleted", "contact", contact.id, actor_member_id=actor.member_id, changes=told)
            )
            answer = reply(contact)
            await unit.updates.finish(arrival, answer)
        return answer

    async def bring_back(
        self, actor: Actor, arrival: Arrival, contact_id: int, reply: Reply[ContactCard]
    ) -> Answer:
        """Undo a deletion, with the phones that nobody else has by now. Raises NotFound."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            told = await unit.activity.lines(Scope(About.CONTACT, contact_id), limit=1, offset=0)
            if told and told[0].action == "deleted":
                phones = told[0].changes.get("phones")
                then = phones[0] if isinstance(phones, list) else []
                if await unit.contacts.restore(contact_id, then):
                    await unit.activity.add(
                        Activity("restored", "contact", contact_id, actor_member_id=actor.member_id)
                    )
            answer = reply(await card_of(unit, contact_id))
            await unit.updates.finish(arrival, answer)
        return answer


async def to_change(unit: Unit, contact_id: int, version: int | None) -> Contact:
    """The contact, locked until the commit. Raises NotFound, and Stale for another version than is meant."""
    contact = await unit.contacts.find(contact_id, to_change=True)
    if contact is None:
        raise gone()
    if version is not None:
        same_version(contact, version)
    return contact


def same_version(contact: Contact, version: int) -> None:
    """Raises Stale for a card that has changed since it was shown."""
    if version != contact.version:
        raise Stale(N_("Changed since, here it is now"))


async def apply(unit: Unit, before: Contact, after: Contact) -> Contact:
    """Write what differs. Raises BadInput for a phone that another contact has, or for too many."""
    if after == before:
        return before
    if len(after.phones) > PHONES:
        raise BadInput(N_("A contact holds {limit} phones at most."), limit=PHONES)
    for phone in after.phones:
        holder = await unit.contacts.by_phone(phone) if phone not in before.phones else None
        if holder is not None and holder.id != before.id:
            raise BadInput(
                N_("{phone} is a phone of {name}. If it is the same contact, merge the two."),
                phone=phone,
                name=holder.full_name,
            )
    for phone in before.phones:
        if phone not in after.phones:
            await unit.contacts.remove_phone(before.id, phone)
    for phone in after.phones:
        if phone not in before.phones:
            await unit.contacts.add_phone(before.id, phone)
    return await unit.contacts.change(after)


async def _change(
    unit: Unit,
    actor: Actor,
    arrival: Arrival,
    contact_id: int,
    version: int | None,
    change: Change,
    reply: Reply[ContactCard],
) -> Answer:
    before = await to_change(unit, contact_id, version)
    wanted = change(before)
    if wanted.owner_id != before.owner_id and wanted.owner_id not in {
        member.id for member in await unit.teams.members()
    }:
        raise NotFound(N_("That person is no longer in the team."))
    after = await apply(unit, before, wanted)
    if told := difference(before, after):
        await unit.activity.add(
            Activity("updated", "contact", before.id, actor_member_id=actor.member_id, changes=told)
        )
    answer = reply(await card_of(unit, contact_id))
    await unit.updates.finish(arrival, answer)
    return answer
