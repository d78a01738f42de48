"""The line: who waits for room, the most urgent first, and no more than a process can promise to keep."""

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count

from bot.gate.priorities import Priority

LENGTH = 1000  # calls that wait in one process; each holds its message in memory
FOR_REMINDERS = LENGTH // 2  # of them; the rest is kept for people who are looking at the chat


class Full(Exception):
    """Nobody more may wait."""


@dataclass(slots=True)
class Place:
    chat_id: object
    rank: tuple[int, int]  # priority, then who came first
    in_front: bool = field(default=False)  # the chat has room, and only the bot's own limit is waited for


class Line:
    """Places in the order in which they may go: within a chat, and among chats that have room."""

    def __init__(self) -> None:
        self._numbers = count()
        self._chats: defaultdict[object, list[tuple[int, int]]] = defaultdict(list)
        self._front: list[tuple[int, int]] = []
        self.length = 0

    def enter(self, chat_id: object, priority: Priority) -> Place:
        """Raises Full."""
        if self.length >= (FOR_REMINDERS if priority >= Priority.REMINDER else LENGTH):
            raise Full
        place = Place(chat_id, (priority, next(self._numbers)))
        insort(self._chats[chat_id], place.rank)
        self.length += 1
        return place

    def leave(self, place: Place) -> None:
        self.step_back(place)
        _remove(self._chats[place.chat_id], place.rank)
        if not self._chats[place.chat_id]:
            del self._chats[place.chat_id]
        self.length -= 1

    def ahead_in_chat(self, place: Place) -> int:
        return bisect_left(self._chats[place.chat_id], place.rank)

    def ahead_in_all(self, place: Place) -> int:
        """Steps to the front: a chat that must be silent holds up no other."""
        if not place.in_front:
            insort(self._front, place.rank)
            place.in_front = True
        return bisect_left(self._front, place.rank)

    def step_back(self, place: Place) -> None:
        if place.in_front:
            _remove(self._front, place.rank)
            place.in_front = False

    def anybody(self, chat_id: object) -> bool:
        """Whether something waits that whatever is optional should not overtake."""
        return bool(self._front) or chat_id in self._chats


def _remove(ranks: list[tuple[int, int]], rank: tuple[int, int]) -> None:
    del ranks[bisect_left(ranks, rank)]
