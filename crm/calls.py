"""Calls: the log of who was called, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.contacts import NAME_LIMIT, Contact, find_or_add, members_only, write_down
from crm.errors import N_, BadInput, NotFound
from crm.grammar.contacts import KnownContact, words_of
from crm.grammar.drafts import parse_call
from crm.grammar.fields import Draft
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.tasks import Task, save_task
from crm.updates import Arrival

NOTES_LIMIT = 2000  # characters
LIST_LENGTH = 10  # calls shown by /calls


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Outcome(StrEnum):
    CONNECTED = "connected"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    LEFT_VOICEMAIL = "left_voicemail"
    LEFT_LIVE_MESSAGE = "left_live_message"
    WRONG_NUMBER = "wrong_number"
    CALLBACK_REQUESTED = "callback_requested"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NewCall:
    """`started_at` is aware; `phone` is E.164."""

    direction: Direction
    outcome: Outcome
    started_at: datetime
    duration_seconds: int | None
    contact_id: int
    phone: str | None
    notes: str
    next_task_id: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    id: int
    direction: Direction
    outcome: Outcome
    started_at: datetime
    duration_seconds: int | None
    contact: Contact
    phone: str | None
    notes: str
    follow_up: Task | None = None  # known to whoever has just saved it


class CallStore(Protocol):
    async def add(self, call: NewCall, arrival: Arrival, actor: Actor) -> Call:
        """Save a call; the source chat and message are unique."""

    async def latest(self, limit: int) -> Sequence[Call]:
        """The last calls, newest first."""

    async def delete(self, call_id: int, at: datetime) -> bool:
        """Softly; False when it is out of reach."""

    async def restore(self, call_id: int) -> bool:
        """Take a deletion back; False when it is out of reach."""


class Calls:
    """The rules of calls."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def log(self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Call]) -> Answer:
        """Save the call one line tells of, and the task that follows from it; an unknown contact is made in the same
        transaction. Raises BadInput."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            known = await unit.contacts.called(words_of(text))
            reader = await reader_of(unit, actor)
            draft = parse_call(text, now=arrival.sent_at, reader=reader, contacts=known)
            call = await save_call(unit, actor, arrival, draft)
            answer = reply(call)
            await unit.updates.finish(arrival, answer)
        return answer

    async def take_back(
        self, actor: Actor, arrival: Arrival, call_id: int, now: datetime, reply: Reply[None]
    ) -> Answer:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            if not await unit.calls.delete(call_id, now):
                raise NotFound(N_("That call is no longer here. See the list: /calls"))
            await unit.activity.add(Activity("deleted", "call", call_id, actor_member_id=actor.member_id))
            answer = reply(None)
            await unit.updates.finish(arrival, answer)
        return answer

    async def latest(self, actor: Actor) -> Sequence[Call]:
        """The last calls the actor may see, newest first."""
        async with self._storage.transaction(actor) as unit:
            return await unit.calls.latest(LIST_LENGTH)


async def save_call(unit: Unit, actor: Actor, arrival: Arrival, draft: Draft) -> Call:
    """Save what a line tells of a call, its contact and its follow-up. Raises BadInput."""
    name, notes = checked_call(draft), draft.notes or ""
    if draft.contact is not None:
        contact = await unit.contacts.by_id(draft.contact.id)
        if (
            draft.phone
            and draft.phone not in contact.phones
            and await unit.contacts.by_phone(draft.phone) is None
        ):
            contact = await unit.contacts.add_phone(contact.id, draft.phone)
    else:
        saved = await find_or_add(unit.contacts, name, draft.phone, actor)
        await write_down(unit, saved, actor)
        contact = saved.contact
    follow_up = None
    if draft.follow_up is not None and draft.follow_up.title:
        next_draft = replace(draft.follow_up, contact=KnownContact(contact.id, contact.full_name))
        follow_up = await save_task(unit, actor, arrival, next_draft, draft.follow_up.title)
    new = NewCall(
        direction=Direction(draft.direction or Direction.OUTBOUND),
        outcome=Outcome(draft.outcome or Outcome.CONNECTED),
        started_at=draft.started_at or arrival.sent_at,
        duration_seconds=draft.duration_seconds,
        contact_id=contact.id,
        phone=draft.phone,
        notes=notes,
        next_task_id=follow_up.id if follow_up else None,
    )
    call = replace(await unit.calls.add(new, arrival, actor), follow_up=follow_up)
    told: dict[str, object] = {"direction": call.direction.value, "outcome": call.outcome.value}
    await unit.activity.add(
        Activity("created", "call", call.id, actor_member_id=actor.member_id, changes=told)
    )
    return call


def checked_call(draft: Draft) -> str:
    """The name a call goes by: a contact's, one nobody knew, or the number. Raises BadInput."""
    if draft.bad_phone is not None:
        raise BadInput(
            N_("{phone} doesn't look like a phone number. Type it in full, for example: +7 999 123-45-67"),
            phone=draft.bad_phone,
        )
    name = draft.contact.name if draft.contact else draft.contact_name or draft.phone
    if name is None:
        raise BadInput(N_("Who was it with? For example: /call Anna +7 999 123-45-67: wants the new price"))
    if len(name) > NAME_LIMIT or len(draft.notes or "") > NOTES_LIMIT:
        raise BadInput(
            N_("That is too long. A name fits in {name} characters, notes in {notes}: type it shorter."),
            name=NAME_LIMIT,
            notes=NOTES_LIMIT,
        )
    return name
