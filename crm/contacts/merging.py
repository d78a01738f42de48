"""Merging: two contacts that are one become one, with all that hangs on either, and can be two again."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.contacts.changes import completed_from, difference
from crm.contacts.editing import to_change
from crm.contacts.entities import Contact, Merged
from crm.contacts.looks import ContactCard, Found
from crm.contacts.saving import OTHERS, members_only
from crm.contacts.use_cases import card_of
from crm.errors import N_, BadInput
from crm.people import Actor
from crm.storage import MUCH, Storage
from crm.updates import Arrival

_COUNTED = ("phones", "tasks", "calls", "notes")


@dataclass(frozen=True, slots=True)
class Joined:
    """The contact that was kept, the one that went into it, and what moved along."""

    card: ContactCard
    gone: Contact
    moved: Merged


@dataclass(frozen=True, slots=True)
class Pair:
    """Both cards, to be looked at before the one is merged into the other."""

    gone: ContactCard
    kept: ContactCard


class Merging:
    """The rules of merging."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def others(self, actor: Actor, contact_id: int) -> Found:
        """The contacts that may be this one again. Raises NotFound."""
        members_only(actor)
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            contact = (await card_of(unit, contact_id)).contact
            near: Sequence[Contact] = await unit.contacts.near(contact, OTHERS)
        return Found(contact.full_name, near)

    async def compare(self, actor: Actor, gone_id: int, kept_id: int) -> Pair:
        """Raises NotFound."""
        members_only(actor)
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            return Pair(await card_of(unit, gone_id), await card_of(unit, kept_id))

    async def merge(
        self,
        actor: Actor,
        arrival: Arrival,
        gone: tuple[int, int],
        kept_id: int,
        reply: Reply[Joined],
    ) -> Answer:
        """Merge `gone` (id, version) into another: phones, notes, tasks, calls and labels move, what the kept one lacks
        is filled in. Both are locked in the order of their ids, so that of two presses at once one finds it done.

        Raises NotFound, Stale, BadInput for a contact and itself.
        """
        members_only(actor)
        gone_id, version = gone
        if gone_id == kept_id:
            raise BadInput(N_("That is the same contact."))
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            versions = {gone_id: version, kept_id: None}
            locked = {id_: await to_change(unit, id_, versions[id_]) for id_ in sorted(versions)}
            before, leaving = locked[kept_id], locked[gone_id]
            moved = await unit.contacts.merge(gone_id, kept_id)
            after = await unit.contacts.change(completed_from(leaving)(before))
            told = difference(before, after) | {
                "merged": leaving.full_name,
                "merged_id": gone_id,
                "moved": dict(moved.moved),
                **{f"{what}_moved": moved.count(what) for what in _COUNTED if moved.count(what)},
            }
            told.pop("phones", None)  # they are told as moved, and go back with the rest
            await unit.activity.add(
                Activity("merged", "contact", kept_id, actor_member_id=actor.member_id, changes=told)
            )
            answer = reply(Joined(await card_of(unit, kept_id), leaving, moved))
            await unit.updates.finish(arrival, answer)
        return answer
