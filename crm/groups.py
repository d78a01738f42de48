"""Groups: whose team a group is, and what the bot is told about it by Telegram."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, NotAllowed, NotFound
from crm.people import Actor, Role
from crm.storage import Storage
from crm.updates import Arrival


@dataclass(frozen=True, slots=True)
class Place:
    """A group as its speakers know it. `is_alone` says that the team has no other chat than this one."""

    workspace_id: int
    team: str
    title: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """A group a membership hangs on. `must_ask`: nobody would have told us, had the member left it."""

    chat_id: int
    telegram_chat_id: int
    must_ask: bool


class GroupStore(Protocol):
    async def place(self, chat_id: int) -> Place:
        """`chat_id` is our row in `chats`."""

    async def let_in(self, telegram_chat_id: int, *, is_admin: bool) -> None:
        """The bot is in the group (again), as an admin or not."""

    async def is_admin(self, chat_id: int) -> bool:
        """Whether the bot is an admin of the group, as far as Telegram told."""

    async def shows_answers_live(self, chat_id: int, live: bool | None = None) -> bool:
        """Whether the group sees answers grow; sets it first where `live` is given. What it was before."""

    async def separate(self, chat_id: int) -> int | None:
        """Give the group a team of its own, the actor's; None when it is not theirs to give."""


class GroupDoors(Protocol):
    """What Telegram tells of chats, in every team that knows them; each call is a transaction of its own.

    Chats and users go by Telegram's ids. Telling the same again changes nothing.
    """

    async def moved(self, old_id: int, new_id: int) -> None:
        """A group became a supergroup."""

    async def unreachable(self, chat_id: int) -> None:
        """The bot was blocked, or is no longer in the group."""

    async def reachable(self, chat_id: int) -> None: ...

    async def watched(
        self, chat_id: int, arrival: Arrival, *, is_admin: bool, reply: Callable[[str], Answer] | None
    ) -> Answer | None:
        """The bot is an admin of the group, or is none any more. `reply` words, in the team's language, what is
        owed for it; None when that was known."""

    async def left(self, chat_id: int, user_id: int) -> None:
        """Ends a membership that hung on this group alone."""

    async def joined(self, chat_id: int, user_id: int) -> None: ...

    async def seen(self, chat_id: int, user_id: int) -> None: ...

    async def holds(self, member_id: int) -> Sequence[Hold]:
        """Empty for a membership that hangs on no group."""

    async def may_be_upgrade(self, chat_id: int, title: str, user_id: int | None) -> bool:
        """Whether «added to a supergroup» may only be a group's upgrade; `user_id` None for an anonymous admin."""

    async def asked_with_album(self, chat_id: int, user_id: int, album: str, since: datetime) -> bool:
        """Whether the user's question there, asked after `since`, came with that album (crm.albums)."""

    async def language(self, chat_id: int) -> str | None:
        """The language of the team whose group it is."""


class Groups:
    """The rules of groups. Which team a new group belongs to is decided where people arrive (crm.people)."""

    def __init__(self, storage: Storage, doors: GroupDoors) -> None:
        self._storage = storage
        self.doors = doors

    async def greet(self, actor: Actor, arrival: Arrival, reply: Reply[Place], *, is_admin: bool) -> Answer:
        """The actor has added the bot to the group they are in."""
        async with self._storage.transaction(actor) as unit:
            await unit.groups.let_in(actor.telegram_chat_id, is_admin=is_admin)
            place = await unit.groups.place(actor.chat_id)
            await unit.activity.add(
                Activity("added_bot", "chat", actor.chat_id, actor_member_id=actor.member_id)
            )
            answer = reply(place)
            await unit.updates.finish(arrival, answer)
        return answer

    async def is_admin(self, actor: Actor) -> bool:
        """Whether the bot is an admin of the actor's group, and so sees all that is said there."""
        async with self._storage.transaction(actor) as unit:
            return await unit.groups.is_admin(actor.chat_id)

    async def answers(self, actor: Actor) -> bool:
        """Whether the group sees answers grow as they are written."""
        async with self._storage.transaction(actor) as unit:
            return await unit.groups.shows_answers_live(actor.chat_id)

    async def show_answers(self, actor: Actor, arrival: Arrival, live: bool, reply: Reply[bool]) -> Answer:
        """Show answers whole, or as they are written. Raises NotAllowed for anyone but owners and managers."""
        if actor.role not in (Role.OWNER, Role.MANAGER):
            raise NotAllowed(N_("Only an owner or a manager of the team can do this."))
        async with self._storage.transaction(actor) as unit:
            before = await unit.groups.shows_answers_live(actor.chat_id, live)
            if before != live:
                await unit.activity.add(
                    Activity(
                        "answers",
                        "chat",
                        actor.chat_id,
                        actor_member_id=actor.member_id,
                        changes={"live": [before, live]},
                    )
                )
            answer = reply(live)
            await unit.updates.finish(arrival, answer)
        return answer

    async def separate(
        self, actor: Actor, arrival: Arrival, workspace_id: int, reply: Reply[Place]
    ) -> Answer:
        """Give the group a team of its own; what was written in it stays with `workspace_id`, the team it had.

        Raises NotAllowed for anyone but an owner, NotFound when the group is no longer that team's.
        """
        gone = NotFound(N_("This group has a team of its own already."))
        if actor.workspace_id != workspace_id:
            raise gone
        if actor.role is not Role.OWNER:
            raise NotAllowed(N_("Only an owner of the team can do this."))
        async with self._storage.transaction(actor) as unit:
            place = await unit.groups.place(actor.chat_id)
            team = await unit.groups.separate(actor.chat_id)
            if team is None:
                raise gone
            await unit.activity.add(
                Activity(
                    "separated",
                    "chat",
                    actor.chat_id,
                    actor_member_id=actor.member_id,
                    changes={"workspace_id": [workspace_id, team]},
                )
            )
            answer = reply(place)
            await unit.updates.finish(arrival, answer)
        return answer
