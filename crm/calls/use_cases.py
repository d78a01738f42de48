"""What may be done with calls: log one by a line or a button, read an edited line again, take back, show."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.calls.checks import check_times, checked_call
from crm.calls.entities import LIST_LENGTH, Ask, Call, NewCall
from crm.calls.outcomes import Direction, Outcome
from crm.calls.people import whose
from crm.calls.reaching import found, gone, to_change
from crm.calls.rereading import reread_call
from crm.calls.saving import (
    forget_follow_up,
    save_call,
    with_follow_up,
    write_call,
)
from crm.contacts import Contact, members_only
from crm.errors import N_, NotFound
from crm.grammar.contacts import KnownContact, words_of
from crm.grammar.drafts import parse_call
from crm.grammar.fields import Draft
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.tasks import TAKEN_BACK
from crm.updates import Arrival

RECENT = 8  # contacts that a bare command offers
TWICE = timedelta(minutes=1)  # a button pressed again within it is the same call


class Calls:
    """The rules of calls."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def log(
        self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Call], *, contact_id: int | None = None
    ) -> Answer:
        """Save the call one line tells of, and the task that follows from it; an unknown contact is made in the same
        transaction. `contact_id` is who was chosen for a name that several have.

        Raises BadInput, Unclear when it is still to be chosen.
        """
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            draft = await _read(unit, actor, arrival, text, contact_id)
            call = await save_call(unit, actor, arrival, draft)
            answer = reply(call)
            await unit.updates.finish(arrival, answer)
        return answer

    async def start(self, actor: Actor, arrival: Arrival, contact_id: int, reply: Reply[Call]) -> Answer:
        """Save a call with a contact, all the rest of it to be asked for. A second press is the same call.

        Raises NotFound.
        """
        async with self._storage.transaction(actor) as unit:
            answer = reply(await start_call(unit, actor, arrival, contact_id))
            await unit.updates.finish(arrival, answer)
        return answer

    async def reread(
        self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Call], *, contact_id: int | None = None
    ) -> Answer | None:
        """The source message was edited: its call and the task that follows become what it says now.

        None when the message made no call, or its call was taken back. Raises as `log` does, and then nothing changes.
        """
        async with self._storage.transaction(actor) as unit:
            before = (await unit.calls.by_message(actor, arrival.message_id or 0)).get(arrival.line)
            if before is None:
                return None
            before = await with_follow_up(unit, before)
            draft = await _read(unit, actor, arrival, text, contact_id)
            call = await reread_call(unit, actor, arrival, before, draft)
            answer = reply(call)
            await unit.updates.finish(arrival, answer)
        return answer

    async def take_back(
        self,
        actor: Actor,
        arrival: Arrival,
        call_id: int,
        now: datetime,
        reply: Reply[Call],
        version: int | None = None,
    ) -> Answer:
        """Take a call back with all that its line made: the next task while it is open, the contact while nothing else
        hangs on it. Raises NotFound, NotAllowed, Stale."""
        async with self._storage.transaction(actor) as unit:
            call = await to_change(unit, call_id, version)
            if call.follow_up is not None:
                await forget_follow_up(unit, actor, call.follow_up, replace(arrival, sent_at=now))
            elif call.next_task_id:  # it was taken back before, and won't return with the call
                await unit.calls.change(replace(call, next_task_id=None))
            await unit.calls.delete(call.id, now)
            if call.has_new_contact(now):
                await unit.calls.drop_contact(call.contact.id, now)
            await unit.activity.add(Activity("deleted", "call", call_id, actor_member_id=actor.member_id))
            answer = reply(call)
            await unit.updates.finish(arrival, answer)
        return answer

    async def bring_back(
        self, actor: Actor, arrival: Arrival, call_id: int, now: datetime, reply: Reply[Call]
    ) -> Answer:
        """Undo a taking back, within the time it is kept, with what went along. Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            if await revive(unit, call_id):
                await unit.activity.add(
                    Activity("restored", "call", call_id, actor_member_id=actor.member_id)
                )
                await _revive_follow_up(unit, actor, await found(unit, call_id), now)
            answer = reply(await found(unit, call_id))
            await unit.updates.finish(arrival, answer)
        return answer

    async def show(self, actor: Actor, call_id: int) -> Call:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            return await found(unit, call_id)

    async def recent_contacts(self, actor: Actor) -> Sequence[Contact]:
        """Whom a bare command offers."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            return await unit.contacts.recent(RECENT)

    async def latest(self, actor: Actor) -> Sequence[Call]:
        """The last calls the actor may see, newest first."""
        async with self._storage.transaction(actor) as unit:
            return await unit.calls.latest(LIST_LENGTH)


async def start_call(
    unit: Unit, actor: Actor, arrival: Arrival, contact_id: int, asks: Sequence[Ask] = tuple(Ask)
) -> Call:
    """See Calls.start; `asks` is what its card asks for."""
    members_only(actor)
    contact = await contact_to_call(unit, contact_id)
    call = await unit.calls.just_logged(contact_id, actor, arrival.sent_at - TWICE)
    if call is not None:
        return call
    new = NewCall(
        Direction.OUTBOUND,
        Outcome.CONNECTED,
        started_at=arrival.sent_at,
        duration_seconds=None,
        contact_id=contact.id,
        phone=None,
        notes="",
        asks=tuple(asks),
    )
    return await write_call(unit, actor, arrival, new)


async def contact_to_call(unit: Unit, contact_id: int) -> Contact:
    """Raises NotFound."""
    contact = await unit.calls.contact(contact_id)
    if contact is None:
        raise NotFound(
            N_("That contact is no longer here, or it is of another team of yours. See /contacts and /team")
        )
    return contact


async def revive(unit: Unit, call_id: int) -> bool:
    """A call that was taken back is there again, with the contact it made; False when it is out of reach."""
    if not await unit.calls.restore(call_id):
        return False
    call = await unit.calls.by_id(call_id)
    if call is None:
        raise gone()
    if call.made_contact:
        await unit.calls.revive_contact(call.contact.id, call.phone)
    return True


async def _revive_follow_up(unit: Unit, actor: Actor, call: Call, now: datetime) -> None:
    if call.next_task_id and call.follow_up is None and await unit.tasks.restore(call.next_task_id):
        await unit.reminders.restore_for_task(call.next_task_id, TAKEN_BACK, now)
        await unit.activity.add(
            Activity("restored", "task", call.next_task_id, actor_member_id=actor.member_id)
        )


async def _read(unit: Unit, actor: Actor, arrival: Arrival, text: str, contact_id: int | None) -> Draft:
    """What a line says, of the chosen contact if one was. Raises BadInput, Unclear, NotFound."""
    known = await unit.contacts.called(words_of(text))
    reader = await reader_of(unit, actor)
    draft = parse_call(text, now=arrival.sent_at, reader=reader, contacts=known)
    if contact_id is not None:
        chosen = await contact_to_call(unit, contact_id)
        others = tuple(other for other in draft.alternatives if "contact" not in other.changes)
        draft = replace(draft, contact=KnownContact(chosen.id, chosen.full_name), alternatives=others)
    checked_call(draft)
    check_times(draft, text, arrival.sent_at, reader)
    whose(draft)
    return draft
