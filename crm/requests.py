"""Requests: guests of a group who ask for access, and the managers who answer them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, NotAllowed, NotFound
from crm.people import Actor, Role
from crm.storage import Storage, Unit
from crm.updates import Arrival

MANAGERS = (Role.OWNER, Role.MANAGER)
FOREIGN = N_("That group is not of your team.")


@dataclass(frozen=True, slots=True)
class Asking:
    """A guest who asks to become a member of the team."""

    member_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Card:
    """Who asks through one group. `owner_chat_id` is the private chat to show it in, None when the owner has not
    started the bot; `shown_in` is the chat and message where it was shown."""

    chat_id: int
    workspace_id: int
    team: str
    title: str
    asking: tuple[Asking, ...]
    owner_chat_id: int | None
    language: str
    shown_in: tuple[int, int] | None = None

    @property
    def mark(self) -> str:
        """Short and different for other people: «approve all» means those who were shown."""
        listed = ",".join(str(one.member_id) for one in self.asking)
        return blake2b(listed.encode(), digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class GroupAsking:
    """A group with requests not answered yet."""

    chat_id: int
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Seat:
    """What a person is in a team."""

    workspace_id: int
    member_id: int
    role: Role


class RequestStore(Protocol):
    async def card(self, chat_id: int) -> Card | None:
        """None for a chat that is not of this workspace. `chat_id` is our row in `chats`."""

    async def answer(self, chat_id: int, member_ids: Sequence[int], *, approve: bool) -> Sequence[int]:
        """Those who were asking and now are answered; nobody when the actor may not answer."""

    async def close_card(self, chat_id: int) -> None:
        """All are answered: the next request is shown in a new message."""


class RequestDoors(Protocol):
    async def groups(self, person_id: int) -> Sequence[GroupAsking]:
        """Of all the teams the person manages."""

    async def seat(self, chat_id: int, person_id: int) -> Seat | None:
        """What the person is in the group's team; None when they are not of it."""

    async def card(self, chat_id: int) -> Card | None: ...

    async def shown(self, card: Card, telegram_chat_id: int, message_id: int) -> None: ...


class Requests:
    """What managers do with requests; always in the group's team, whichever is the manager's current one."""

    def __init__(self, storage: Storage, doors: RequestDoors) -> None:
        self._storage = storage
        self.doors = doors

    async def groups(self, actor: Actor) -> Sequence[GroupAsking]:
        """Groups in which somebody asks, of all the teams the actor manages."""
        return await self.doors.groups(actor.person_id)

    async def card(self, actor: Actor, chat_id: int) -> Card:
        """Raises NotAllowed for whoever manages nothing there, NotFound for a group of a team they are not of."""
        actor = await self._seated(actor, chat_id)
        async with self._storage.transaction(actor) as unit:
            return known(await unit.requests.card(chat_id))

    async def answer(
        self,
        actor: Actor,
        arrival: Arrival,
        chat_id: int,
        member_id: int,
        reply: Reply[Card],
        *,
        approve: bool,
    ) -> Answer:
        """Make one guest a member, or leave them a guest. The answer shows who is left. Raises as `card`."""
        actor = await self._seated(actor, chat_id)
        async with self._storage.transaction(actor) as unit:
            known(await unit.requests.card(chat_id))
            return await self._settle(unit, actor, arrival, chat_id, [member_id], reply, approve=approve)

    async def approve_all(
        self, actor: Actor, arrival: Arrival, chat_id: int, mark: str, reply: Reply[Card]
    ) -> Answer:
        """Make all those members who were shown. Raises NotFound when others ask meanwhile, and as `card`."""
        actor = await self._seated(actor, chat_id)
        async with self._storage.transaction(actor) as unit:
            card = known(await unit.requests.card(chat_id))
            if card.asking and card.mark != mark:
                raise NotFound(N_("Meanwhile others ask. Look at the list again: /requests"))
            everyone = [one.member_id for one in card.asking]
            return await self._settle(unit, actor, arrival, chat_id, everyone, reply, approve=True)

    async def _seated(self, actor: Actor, chat_id: int) -> Actor:
        seat = await self.doors.seat(chat_id, actor.person_id)
        if seat is None:
            raise NotFound(FOREIGN)
        if seat.role not in MANAGERS:
            raise NotAllowed(N_("Only an owner or a manager of the team can do this."))
        return replace(actor, workspace_id=seat.workspace_id, member_id=seat.member_id, role=seat.role)

    async def _settle(
        self,
        unit: Unit,
        actor: Actor,
        arrival: Arrival,
        chat_id: int,
        member_ids: Sequence[int],
        reply: Reply[Card],
        *,
        approve: bool,
    ) -> Answer:
        for member_id in await unit.requests.answer(chat_id, member_ids, approve=approve):
            await unit.activity.add(
                Activity(
                    "approved" if approve else "declined",
                    "member",
                    member_id,
                    actor_member_id=actor.member_id,
                    changes={"role": ["guest", "member"]} if approve else {},
                )
            )
        card = known(await unit.requests.card(chat_id))
        if not card.asking:
            await unit.requests.close_card(chat_id)
        answer = reply(card)
        await unit.updates.finish(arrival, answer)
        return answer


def known(card: Card | None) -> Card:
    if card is None:
        raise NotFound(FOREIGN)
    return card
