"""Calls: the log of who was called, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.contacts import NAME_LIMIT, Contact, find_or_add
from crm.errors import N_, BadInput
from crm.grammar.drafts import parse_call
from crm.grammar.readers import Reader
from crm.people import Actor
from crm.storage import Storage
from crm.tasks import chat_limit
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


class CallStore(Protocol):
    async def add(self, call: NewCall, arrival: Arrival, actor: Actor) -> Call:
        """Save a call; the source chat and message are unique."""

    async def latest(self, limit: int, *, only_chat_id: int | None = None) -> Sequence[Call]:
        """The last calls, newest first."""


class Calls:
    """The rules of calls."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def log(self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Call]) -> Answer:
        """Save the call one line tells of; an unknown contact is made in the same transaction. Raises BadInput."""
        draft = parse_call(text, now=arrival.sent_at, reader=Reader(actor.zone))
        if draft.bad_phone is not None:
            raise BadInput(
                N_(
                    "{phone} doesn't look like a phone number. Type it in full, for example: +7 999 123-45-67"
                ),
                phone=draft.bad_phone,
            )
        name = draft.contact_name or draft.phone
        if name is None:
            raise BadInput(
                N_("Who was it with? For example: /call Anna +7 999 123-45-67: wants the new price")
            )
        if len(name) > NAME_LIMIT or len(draft.notes or "") > NOTES_LIMIT:
            raise BadInput(
                N_("That is too long. A name fits in {name} characters, notes in {notes}: type it shorter."),
                name=NAME_LIMIT,
                notes=NOTES_LIMIT,
            )
        async with self._storage.transaction(actor) as unit:
            saved = await find_or_add(unit.contacts, name, draft.phone, actor)
            new = NewCall(
                direction=Direction(draft.direction or Direction.OUTBOUND),
                outcome=Outcome(draft.outcome or Outcome.CONNECTED),
                started_at=draft.started_at or arrival.sent_at,
                duration_seconds=draft.duration_seconds,
                contact_id=saved.contact.id,
                phone=draft.phone,
                notes=draft.notes or "",
            )
            call = await unit.calls.add(new, arrival, actor)
            if saved.is_new:
                await unit.activity.add(
                    Activity("created", "contact", saved.contact.id, actor_member_id=actor.member_id)
                )
            await unit.activity.add(Activity("created", "call", call.id, actor_member_id=actor.member_id))
            answer = reply(call)
            await unit.updates.finish(arrival, answer)
        return answer

    async def latest(self, actor: Actor) -> Sequence[Call]:
        """The last calls the actor may see, newest first."""
        async with self._storage.transaction(actor) as unit:
            return await unit.calls.latest(LIST_LENGTH, only_chat_id=chat_limit(actor))
