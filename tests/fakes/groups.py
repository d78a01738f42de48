"""Fakes of groups: their teams, who asks for access there, and what Telegram tells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.answers import Answer
from crm.groups import Hold, Place
from crm.people import Actor, People, Role
from crm.presence import Presence
from crm.requests import MANAGERS, Card, GroupAsking, Seat
from crm.updates import Arrival

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage, State


class FakeGroups:
    """crm.groups.GroupStore."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state = state
        self._actor = actor

    async def place(self, chat_id: int) -> Place:
        return self._state.places[chat_id]

    async def let_in(self, telegram_chat_id: int, *, is_admin: bool) -> None:
        self._state.watched[telegram_chat_id] = is_admin

    async def is_admin(self, chat_id: int) -> bool:
        return self._state.watched.get(self._actor.telegram_chat_id, False)

    async def shows_answers_live(self, chat_id: int, live: bool | None = None) -> bool:
        before = chat_id in self._state.live
        if live is not None:
            (self._state.live.add if live else self._state.live.discard)(chat_id)
        return before

    async def separate(self, chat_id: int) -> int | None:
        place = self._state.places[chat_id]
        if self._actor.role is not Role.OWNER or place.workspace_id != self._actor.workspace_id:
            return None
        team = self._state.next_id()
        self._state.places[chat_id] = Place(team, place.title, place.title, is_alone=True)
        return team


class FakeRequests:
    """crm.requests.RequestStore, over the cards of `State`."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state = state
        self._actor = actor

    async def card(self, chat_id: int) -> Card | None:
        card = self._state.cards.get(chat_id)
        return card if card is not None and card.workspace_id == self._actor.workspace_id else None

    async def answer(self, chat_id: int, member_ids: Sequence[int], *, approve: bool) -> Sequence[int]:
        if self._actor.role not in MANAGERS:
            return []
        card = self._state.cards[chat_id]
        done = [one.member_id for one in card.asking if one.member_id in member_ids]
        left = tuple(one for one in card.asking if one.member_id not in done)
        self._state.cards[chat_id] = replace(card, asking=left)
        return done

    async def close_card(self, chat_id: int) -> None:
        self._state.cards[chat_id] = replace(self._state.cards[chat_id], shown_in=None)


class FakeRequestDoors:
    """crm.requests.RequestDoors. `seats` are the memberships of the one person who answers."""

    def __init__(self, storage: "FakeStorage", *seats: Seat) -> None:
        self._storage = storage
        self.seats = list(seats)

    async def groups(self, person_id: int) -> Sequence[GroupAsking]:
        managed = {seat.workspace_id for seat in self.seats if seat.role in MANAGERS}
        return [
            GroupAsking(card.chat_id, card.title, len(card.asking))
            for card in self._storage.state.cards.values()
            if card.asking and card.workspace_id in managed
        ]

    async def seat(self, chat_id: int, person_id: int) -> Seat | None:
        card = self._storage.state.cards.get(chat_id)
        return next((seat for seat in self.seats if card and seat.workspace_id == card.workspace_id), None)

    async def card(self, chat_id: int) -> Card | None:
        return self._storage.state.cards.get(chat_id)

    async def shown(self, card: Card, telegram_chat_id: int, message_id: int) -> None:
        shown = replace(card, shown_in=(telegram_chat_id, message_id))
        self._storage.state.cards[card.chat_id] = shown


@dataclass
class FakeGroupDoors:
    """crm.groups.GroupDoors; `told` is all that came through, `held` the groups each membership hangs on. `storage` is
    where questions are kept."""

    held: dict[int, list[Hold]] = field(default_factory=dict)
    told: list[tuple[object, ...]] = field(default_factory=list)
    storage: "FakeStorage | None" = None

    async def moved(self, old_id: int, new_id: int) -> None:
        self.told.append(("moved", old_id, new_id))

    async def unreachable(self, chat_id: int) -> None:
        self.told.append(("unreachable", chat_id))

    async def reachable(self, chat_id: int) -> None:
        self.told.append(("reachable", chat_id))

    async def watched(
        self, chat_id: int, arrival: Arrival, *, is_admin: bool, reply: Callable[[str], Answer] | None
    ) -> Answer | None:
        self.told.append(("watched", chat_id, is_admin))
        return reply("en") if reply is not None else None

    async def left(self, chat_id: int, user_id: int) -> None:
        self.told.append(("left", chat_id, user_id))

    async def joined(self, chat_id: int, user_id: int) -> None:
        self.told.append(("joined", chat_id, user_id))

    async def seen(self, chat_id: int, user_id: int) -> None:
        self.told.append(("seen", chat_id, user_id))

    async def holds(self, member_id: int) -> Sequence[Hold]:
        return self.held.get(member_id, [])

    async def may_be_upgrade(self, chat_id: int, title: str, user_id: int | None) -> bool:
        return False

    async def asked_with_album(self, chat_id: int, user_id: int, album: str, since: datetime) -> bool:
        if self.storage is None:
            return False
        state = self.storage.state
        asked = [state.turns[turn].turn for turn, key in state.albums.items() if key == album]
        return any(
            (one.actor.telegram_chat_id, one.actor.telegram_user_id) == (chat_id, user_id)
            and one.asked_at > since
            for one in asked
        )

    async def language(self, chat_id: int) -> str | None:
        return None


def everybody_stays(people: People, clock: Callable[[], datetime]) -> Presence:
    """Telegram says of everybody that they are in the group."""

    async def is_there(_chat_id: int, _user_id: int) -> bool:
        return True

    return Presence(people, FakeGroupDoors(), is_there, clock)
