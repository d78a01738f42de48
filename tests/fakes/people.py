"""Fakes of people: who speaks, what arrived, and the doors they come in by."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from crm.errors import N_, NotFound, NotInvited, Removed
from crm.people import Actor, ChatKind, Role, Visitor
from crm.settings import PersonSettings
from crm.updates import Arrival

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage, State

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # noon in Moscow; the moment tests begin at unless they say


def an_actor(**changes: Any) -> Actor:
    """Anna, the owner of her team, in her private chat, in Moscow, in English; `changes` name what differs."""
    anna = Actor(
        person_id=1,
        telegram_user_id=1001,
        display_name="Anna",
        language="en",
        timezone="Europe/Moscow",
        workspace_id=1,
        member_id=1,
        role=Role.OWNER,
        chat_id=1,
        telegram_chat_id=1001,
        chat_kind=ChatKind.PRIVATE,
        is_operator=False,
        is_new=False,
    )
    return replace(anna, **changes)


def an_arrival(update_id: int = 1, **changes: Any) -> Arrival:
    """Update `update_id`: a message of the same number in Anna's private chat, sent on MONDAY."""
    arrival = Arrival(
        bot_id=42, update_id=update_id, telegram_chat_id=1001, sent_at=MONDAY, message_id=update_id
    )
    return replace(arrival, **changes)


class FakeClock:
    """A clock that moves when told: `clock()` is now, `clock.move(minutes=5)` lets time pass."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **passed: float) -> datetime:
        self.now += timedelta(**passed)
        return self.now


class FakePeople:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def set_language(self, person_id: int, language: str) -> None:
        self._state.languages[person_id] = language

    async def settings(self, person_id: int, *, to_change: bool = False) -> PersonSettings:
        return self._state.settings.get(person_id, PersonSettings("en", "Europe/Moscow"))

    async def set_settings(self, person_id: int, settings: PersonSettings) -> None:
        self._state.settings[person_id] = settings
        self._state.timezones[person_id] = settings.timezone
        self._state.languages[person_id] = settings.language
        self._state.timezones[person_id] = settings.timezone


class FakePeopleDoors:
    """crm.people.PeopleDoors. A stranger enters by ACCESS=open, a link or ADMIN_IDS, or is a guest of a known group."""

    def __init__(self, storage: "FakeStorage") -> None:
        self._storage = storage

    async def arrive(self, visitor: Visitor, *, open_to_all: bool) -> Actor:
        self._storage.must_be_there()
        state = self._storage.state
        known = next((one for one in state.members.values() if is_same_person(one, visitor)), None)
        redeemed = self._redeem(visitor.link_code) if visitor.link_code else None
        chat = state.chats.get(visitor.telegram_chat_id)
        if known is None and chat is None and not (open_to_all or redeemed or visitor.is_operator):
            raise NotInvited(N_("This bot is by invitation. Ask its owner for a link."))
        own_workspace = known.workspace_id if known else state.next_id()
        chat_id, workspace_id = state.chats.setdefault(
            visitor.telegram_chat_id, chat or (state.next_id(), own_workspace)
        )
        member = state.members.get((workspace_id, visitor.telegram_user_id))
        if member and (workspace_id, member.member_id) in state.removed:
            raise Removed(N_("You are no longer in this team."))
        person_id = known.person_id if known else state.next_id()
        actor = Actor(
            person_id=person_id,
            telegram_user_id=visitor.telegram_user_id,
            display_name=visitor.display_name,
            language=state.languages.get(person_id, visitor.language),
            timezone=state.timezones.get(person_id, visitor.timezone),
            workspace_id=workspace_id,
            member_id=member.member_id if member else state.next_id(),
            role=member.role if member else Role.OWNER if workspace_id == own_workspace else Role.GUEST,
            chat_id=chat_id,
            telegram_chat_id=visitor.telegram_chat_id,
            chat_kind=visitor.chat_kind,
            is_operator=visitor.is_operator or redeemed == "claim" or bool(known and known.is_operator),
            is_new=known is None,
        )
        state.members[workspace_id, visitor.telegram_user_id] = actor
        return actor

    async def has_operator(self) -> bool:
        return any(member.is_operator for member in self._storage.state.members.values())

    async def issue_claim(self, code_hash: bytes, lifetime_seconds: int) -> None:
        self._storage.state.codes = {code_hash: "claim"}

    def _redeem(self, code: str) -> str:
        kind = self._storage.state.codes.pop(sha256(code.encode()).digest(), None)
        if kind is None:
            raise NotFound(N_("This link was used already or is too old. Ask for a new one."))
        return kind


def folded(name: str) -> str:
    return name.casefold().replace("ё", "е")


def is_seen(of: Actor, by: Actor) -> bool:
    """As the policies decide: the team's rows, for a guest those that arose in the chat they speak in."""
    return of.workspace_id == by.workspace_id and (
        (by.role is not Role.GUEST and not by.reads_along) or of.chat_id == by.chat_id
    )


def is_same_person(member: Actor, visitor: Visitor) -> bool:
    return member.telegram_user_id == visitor.telegram_user_id
