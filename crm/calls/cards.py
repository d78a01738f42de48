"""Cards: what one press or one typed answer on a call's card does, and what its menus offer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.calls.changes import (
    Change,
    difference,
    leave_open,
    set_contact,
    set_duration,
    set_moment,
    set_notes,
    without,
)
from crm.calls.checks import checked_call, read_length, read_moment
from crm.calls.clauses import offered_due, task_offers
from crm.calls.entities import NOTES_LIMIT, Ask, Call
from crm.calls.people import MEANT, nearest_contacts, whose
from crm.calls.reaching import found, to_change
from crm.calls.saving import about, party_of, with_follow_up, write_task
from crm.calls.use_cases import contact_to_call
from crm.contacts import Contact, members_only
from crm.errors import N_, BadInput, CrmError
from crm.grammar.contacts import words_of
from crm.grammar.dates import Due
from crm.grammar.drafts import parse, parse_call
from crm.grammar.fields import Draft
from crm.grammar.letters import storable
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.tasks import checked_title, save_task
from crm.updates import Arrival

CONTACTS = 8  # contacts that a card's menu offers


class Field(StrEnum):
    """What of a call is typed in answer to a question."""

    DURATION = "duration"
    MOMENT = "moment"
    NOTES = "notes"
    CONTACT = "contact"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Choices:
    """A call and whom its card's menu offers."""

    call: Call
    contacts: Sequence[Contact]


class CallCards:
    """The rules of a call's card. Each raises NotFound, NotAllowed, and Stale for a button of an older version."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def change(
        self, actor: Actor, arrival: Arrival, call_id: int, version: int, change: Change, reply: Reply[Call]
    ) -> Answer:
        """One press. Changing nothing is fine and leaves no history."""
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, call_id, version)
            answer = reply(await _change(unit, actor, before, change(before)))
            await unit.updates.finish(arrival, answer)
        return answer

    async def choose_contact(
        self, actor: Actor, arrival: Arrival, call_id: int, version: int, contact_id: int, reply: Reply[Call]
    ) -> Answer:
        """Another contact: the next task goes along, and a contact that the call had made is merged into the other."""
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, call_id, version)
            contact = await contact_to_call(unit, contact_id)
            answer = reply(await _move(unit, actor, arrival, before, contact))
            await unit.updates.finish(arrival, answer)
        return answer

    async def choose_moment(
        self, actor: Actor, arrival: Arrival, call_id: int, version: int, number: int, reply: Reply[Call]
    ) -> Answer:
        """Another time that the line may have meant, by its place among the offers. Raises BadInput."""
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, call_id, version)
            if not (number < len(before.offers) and "at" in before.offers[number]):
                raise too_old()
            moment = datetime.fromisoformat(before.offers[number]["at"])
            answer = reply(await _change(unit, actor, before, set_moment(moment)(before)))
            await unit.updates.finish(arrival, answer)
        return answer

    async def plan(
        self,
        actor: Actor,
        arrival: Arrival,
        call_id: int,
        version: int,
        title: str,
        due: Due,
        reply: Reply[Call],
    ) -> Answer:
        """The next step, chosen by a button: a call to the contact. Raises BadInput for a time that has passed, and for
        a contact who asked not to be called."""
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, call_id, version)
            if before.do_not_call:  # they asked since the button was drawn
                raise BadInput(N_("This contact asked not to be called."))
            if due.at is not None and due.at < arrival.sent_at:
                raise _passed()
            draft = Draft(title=title, due=due, task_type="call")
            answer = reply(await _next_task(unit, actor, arrival, before, draft, title))
            await unit.updates.finish(arrival, answer)
        return answer

    async def make_task(
        self, actor: Actor, arrival: Arrival, call_id: int, version: int, number: int, reply: Reply[Call]
    ) -> Answer:
        """The task that a dated clause of the notes speaks of, by its place among the offers; it is made once."""
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, call_id, version)
            if not (number < len(before.offers) and "title" in before.offers[number]):
                raise too_old()
            offer = before.offers[number]
            left = tuple(one for one in before.offers if one is not offer)
            draft = Draft(title=offer["title"], due=offered_due(offer))
            after = await _next_task(unit, actor, arrival, replace(before, offers=left), draft, offer["text"])
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer

    async def type(
        self, actor: Actor, arrival: Arrival, call_id: int, field: Field, text: str, reply: Reply[Call]
    ) -> Answer:
        """What was typed in answer to a question of the card. Raises BadInput, Unclear for several contacts."""
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, call_id, None)
            answer = reply(await _typed(unit, actor, arrival, before, field, text))
            await unit.updates.finish(arrival, answer)
        return answer

    async def choices(self, actor: Actor, call_id: int, *, to_merge: bool = False) -> Choices:
        """A call with the contacts of late, or with those that a name nobody knew may have meant."""
        async with self._storage.transaction(actor) as unit:
            call = await found(unit, call_id)
            if to_merge:
                nearest = await nearest_contacts(unit, call.contact.full_name, MEANT - 3, but=call.contact.id)
                return Choices(call, nearest)
            recent = await unit.contacts.recent(CONTACTS + 1)
            return Choices(call, [one for one in recent if one.id != call.contact.id][:CONTACTS])


async def _typed(unit: Unit, actor: Actor, arrival: Arrival, before: Call, field: Field, text: str) -> Call:
    now, reader = arrival.sent_at, await reader_of(unit, actor)
    if field is Field.DURATION:
        return await _change(unit, actor, before, set_duration(read_length(text))(before))
    if field is Field.MOMENT:
        return await _change(unit, actor, before, set_moment(read_moment(text, now, reader))(before))
    if field is Field.NOTES:
        notes = storable(text).strip()
        if len(notes) > NOTES_LIMIT:
            raise BadInput(
                N_("That is {length} characters. Notes fit in {limit}: type them shorter."),
                length=len(notes),
                limit=NOTES_LIMIT,
            )
        return await _change(unit, actor, before, set_notes(notes, task_offers(notes, now, reader))(before))
    if field is Field.CONTACT:
        members_only(actor)
        draft = parse_call(text, now=now, reader=reader, contacts=await unit.contacts.called(words_of(text)))
        checked_call(draft)
        whose(draft)
        party = await party_of(unit, actor, draft)
        return await _move(unit, actor, arrival, before, party.contact, is_new=party.is_new)
    known = await unit.contacts.called(words_of(text))
    task = parse(f"/task {text}", now=now, reader=reader, contacts=known)
    title = checked_title(task)
    if task.confirm == "past":
        raise _passed()
    return await _next_task(unit, actor, arrival, before, task, title)


async def _next_task(
    unit: Unit, actor: Actor, arrival: Arrival, before: Call, draft: Draft, text: str
) -> Call:
    """Make a task about the call's contact; it is the next step unless there is one already."""
    members_only(actor)
    task = await save_task(unit, actor, replace(arrival, message_id=None), about(draft, before.contact), text)
    after = before
    if before.follow_up is None:
        after = replace(before, next_task_id=task.id, asks=without(before, Ask.NEXT))
    return await with_follow_up(unit, await unit.calls.change(after))


async def _move(
    unit: Unit, actor: Actor, arrival: Arrival, before: Call, contact: Contact, *, is_new: bool = False
) -> Call:
    """The call and its next task are about another contact; one that the call had made goes, its number comes along."""
    if contact.id == before.contact.id:
        return before
    if before.follow_up is not None and before.follow_up.contact_id == before.contact.id:
        moved = replace(before.follow_up, contact_id=contact.id)
        await write_task(unit, actor, arrival, before.follow_up, moved)
    after = await _change(unit, actor, before, set_contact(contact, is_new=is_new)(before))
    if (
        before.has_new_contact(arrival.sent_at)
        and await unit.calls.drop_contact(before.contact.id, arrival.sent_at)
        and before.phone
    ):
        await unit.contacts.add_phone(contact.id, before.phone)
    return after


async def _change(unit: Unit, actor: Actor, before: Call, after: Call) -> Call:
    """Write a change with its history. What a card asks or offers is no history."""
    if before == after:
        return before
    changes = difference(before, after)
    written = await unit.calls.change(after)
    if changes:
        await unit.activity.add(
            Activity("changed", "call", before.id, actor_member_id=actor.member_id, changes=changes)
        )
    return await with_follow_up(unit, written)


def too_old() -> CrmError:
    return BadInput(N_("This button is too old. Open the list again: /calls"))


def _passed() -> CrmError:
    return BadInput(
        N_("That time has passed. Type one that is ahead, for example: Friday 10:00 send the offer")
    )


def skip(call: Call) -> Call:
    """The first thing that is asked for stays open, and is asked for no longer."""
    return leave_open(call.asks[0])(call) if call.asks else call
