"""People: who is speaking, in which team, with which language and zone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput
from crm.storage import Storage, Unit
from crm.updates import Arrival

if TYPE_CHECKING:
    from crm.settings import PersonSettings

LANGUAGES = ("en", "ru")


class Role(StrEnum):
    """What a member may do; `guest` speaks in a linked group without being of the team."""

    OWNER = "owner"
    MANAGER = "manager"
    MEMBER = "member"
    GUEST = "guest"


class ChatKind(StrEnum):
    """Telegram's chat types, a supergroup counted as a group."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who an update comes from and where, as Telegram tells it; nothing here is trusted to be known to us.

    `link_code` is what followed /start in a deep link, None otherwise. `is_operator` says the person is named in
    ADMIN_IDS; `language` and `timezone` are the guesses that hold until the person chooses.
    """

    telegram_user_id: int
    display_name: str
    username: str | None
    language: str
    timezone: str
    telegram_chat_id: int
    chat_kind: ChatKind
    chat_title: str | None
    link_code: str | None = None
    is_operator: bool = False
    started: bool = False  # they wrote here themselves: in private we may write to them, a group they are in


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting as a member of a workspace in a chat: what every use case is told first."""

    person_id: int
    telegram_user_id: int
    display_name: str
    language: str
    timezone: str
    workspace_id: int
    member_id: int
    role: Role
    chat_id: int  # our own row in `chats`
    telegram_chat_id: int
    chat_kind: ChatKind
    is_operator: bool
    is_new: bool  # registered by this very update
    from_group: bool = False  # the membership lasts while they are in a linked group (crm.presence)
    is_asking: bool = False  # a guest whose request for access the owner was not shown yet
    reads_along: bool = False  # sees no more than every guest of this chat does, whatever their role
    is_remembered: bool = False  # as they were a moment ago; each transaction sees whether they still are

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class PeopleDoors(Protocol):
    """What looks across workspaces; each call is a transaction of its own (DESIGN §2.4)."""

    async def arrive(self, visitor: Visitor, *, open_to_all: bool) -> Actor:
        """The actor for a visitor, registering person, team of one, chat and link as needed.

        A code that redeems lets a stranger in. Raises NotInvited for a stranger where not `open_to_all`,
        Removed for one whose membership of the chat's workspace has ended, NotFound or NotAllowed for a code that
        does not redeem (spent, expired, revoked, unknown; too many wrong ones).
        """

    async def has_operator(self) -> bool: ...

    async def issue_claim(self, code_hash: bytes, lifetime_seconds: int) -> None:
        """Store the hash of a one-time link; earlier unused claim links stop working."""


class PeopleStore(Protocol):
    """The person's own row, after `enter`."""

    async def set_language(self, person_id: int, language: str) -> None: ...

    async def settings(self, person_id: int, *, to_change: bool = False) -> "PersonSettings":
        """`to_change` holds them until the transaction ends, so that two presses at once don't undo each other."""

    async def set_settings(self, person_id: int, settings: "PersonSettings") -> None: ...


class People:
    """Registration, and the language asked at /start."""

    def __init__(self, storage: Storage, doors: PeopleDoors, *, open_to_all: bool) -> None:
        self._storage = storage
        self._doors = doors
        self._open_to_all = open_to_all

    async def arrive(self, visitor: Visitor) -> Actor:
        """See PeopleDoors.arrive; ACCESS decides about strangers."""
        return await self._doors.arrive(visitor, open_to_all=self._open_to_all)

    async def choose_language(
        self, actor: Actor, arrival: Arrival, language: str, reply: Reply[str]
    ) -> Answer:
        """Raises BadInput for a language we don't speak."""
        if language not in LANGUAGES:
            raise BadInput(N_("I speak English and Russian. Press one of the two buttons."))
        answer = reply(language)
        async with self._storage.transaction(actor) as unit:
            before = await unit.people.settings(actor.person_id, to_change=True)
            await unit.people.set_language(actor.person_id, language)
            await _write_down(unit, actor, "language", before.language, language)
            await unit.updates.finish(arrival, answer)
        return answer


async def _write_down(unit: Unit, actor: Actor, name: str, old: str, new: str) -> None:
    """Into history, as /settings does; the guess that was right changes nothing."""
    if old != new:
        changes = {name: [old, new]}
        await unit.activity.add(
            Activity("changed", "settings", actor.person_id, actor_member_id=actor.member_id, changes=changes)
        )
