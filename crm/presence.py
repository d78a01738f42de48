"""Presence: a membership that came from a group lasts while its person is in the group."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from crm.errors import N_, Removed
from crm.groups import GroupDoors
from crm.people import Actor, ChatKind, People, Role, Visitor

REMEMBERED = timedelta(minutes=5)  # how long Telegram's «is there» holds; the only delay of a loss of access
UNKNOWN = timedelta(seconds=30)  # how long the last known holds before Telegram, out of reach, is asked again
KEPT = 20_000  # answers remembered; the least recent is forgotten first
Ask = Callable[[int, int], Awaitable[bool | None]]
"""Whether a user is in a chat (Telegram's ids), by Telegram's word; None when it can't be had."""


class Presence:
    """Asks Telegram where nobody would have told the bot who leaves. `clock` gives aware times."""

    def __init__(self, people: People, doors: GroupDoors, ask: Ask, clock: Callable[[], datetime]) -> None:
        self._people = people
        self._doors = doors
        self._ask = ask
        self._clock = clock
        self._known: OrderedDict[tuple[int, int], datetime] = OrderedDict()  # until when it need not be asked

    async def confirmed(self, actor: Actor, visitor: Visitor) -> Actor:
        """The actor, once it is sure that they may act; in private, whoever they are after losing a group.

        Raises Removed in a group they have left.
        """
        if not actor.from_group or await self.lasts(actor):
            return actor
        if visitor.chat_kind is ChatKind.PRIVATE:
            return await self._people.arrive(visitor)
        raise Removed(N_("You are no longer in this group, so there is nothing I can do for you here."))

    async def lasts(self, actor: Actor) -> bool:
        """Whether the membership still holds. One that hangs on no group does; a guest's hangs on this chat."""
        held = [
            hold
            for hold in await self._doors.holds(actor.member_id)
            if actor.role is not Role.GUEST or hold.chat_id == actor.chat_id
        ]
        if not held or not all(hold.must_ask for hold in held):
            return True
        there = [await self._is_there(hold.telegram_chat_id, actor.telegram_user_id) for hold in held]
        return any(there)

    async def _is_there(self, chat_id: int, user_id: int) -> bool:
        key, now = (chat_id, user_id), self._clock()
        if key in self._known and now < self._known[key]:
            return True
        answer = await self._ask(chat_id, user_id)
        if answer is False:
            self._known.pop(key, None)
            await self._doors.left(chat_id, user_id)
            return False
        if answer is True:
            await self._doors.seen(chat_id, user_id)
        self._known[key] = now + (UNKNOWN if answer is None else REMEMBERED)
        self._known.move_to_end(key)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return True

    def forget(self, chat_id: int, user_id: int) -> None:
        """Somebody came or went: what was remembered of them here no longer counts."""
        self._known.pop((chat_id, user_id), None)
