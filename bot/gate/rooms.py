"""Rooms: how much may still be sent, to one chat and in all, counted in this process."""

from collections import OrderedDict, deque
from contextlib import suppress
from typing import Protocol

from crm.sends import BURST, GROUP, PER_SECOND, SECOND

KEPT_CHATS = 5000  # chats whose last sends are remembered; the least recent is forgotten first


class Room(Protocol):
    """`wait` is seconds until the `places`-th of the next sends may go, 0 when it may."""

    def wait(self, now: float, places: int = 1) -> float: ...

    def take(self, now: float) -> None: ...

    def give_back(self, at: float) -> None: ...


class Bucket:
    """`burst` sends at once, one more for each second that passes (the generic cell rate algorithm)."""

    def __init__(self, burst: int) -> None:
        self._burst = burst
        self._full_at = 0.0  # when all of it will be there again

    def wait(self, now: float, places: int = 1) -> float:
        return max(0.0, max(self._full_at, now) + places - self._burst - now)

    def take(self, now: float) -> None:
        self._full_at = max(self._full_at, now) + 1

    def give_back(self, at: float) -> None:
        self._full_at -= 1


class Window:
    """At most `count` sends in any `seconds`."""

    def __init__(self, seconds: float, count: int) -> None:
        self._seconds = seconds
        self._count = count
        self._sent: deque[float] = deque()

    def wait(self, now: float, places: int = 1) -> float:
        while self._sent and self._sent[0] <= now - self._seconds:
            self._sent.popleft()
        last = len(self._sent) + places - self._count - 1  # whose going makes the place
        if last < 0:
            return 0.0
        if last < len(self._sent):
            return self._sent[last] + self._seconds - now
        return self._seconds + self.wait(now, last - len(self._sent) + 1)

    def take(self, now: float) -> None:
        self._sent.append(now)

    def give_back(self, at: float) -> None:
        with suppress(ValueError):  # by now it is free again, or its chat was forgotten
            self._sent.remove(at)


class Rooms:
    """All chats of one bot. `now` is seconds, monotonic."""

    def __init__(self, per_second: int = PER_SECOND) -> None:
        self.per_second = per_second
        self._all = Window(SECOND, per_second)
        self._chats: OrderedDict[object, Room] = OrderedDict()
        self._paused: OrderedDict[object, float] = OrderedDict()  # until when; None is the whole bot

    def chat_wait(self, chat_id: object, now: float, places: int = 1) -> float:
        return max(self._chat(chat_id).wait(now, places), self._paused.get(chat_id, now) - now)

    def all_wait(self, now: float, places: int = 1) -> float:
        return max(self._all.wait(now, places), self.pause_left(now))

    def pause_left(self, now: float) -> float:
        """Seconds for which the whole bot was told to be silent."""
        return max(0.0, self._paused.get(None, now) - now)

    def take(self, chat_id: object, now: float, *, only_all: bool) -> None:
        self._all.take(now)
        if not only_all:
            self._chat(chat_id).take(now)

    def give_back(self, chat_id: object, at: float, *, only_all: bool) -> None:
        """What was taken at that time and not used."""
        self._all.give_back(at)
        if not only_all:
            self._chat(chat_id).give_back(at)

    def pause(self, chat_id: object, until: float) -> None:
        """Nothing goes to that chat before then; None is all chats."""
        self._paused[chat_id] = max(self._paused.pop(chat_id, until), until)
        if len(self._paused) > KEPT_CHATS:
            self._paused.popitem(last=False)

    def _chat(self, chat_id: object) -> Room:
        room = self._chats.get(chat_id)
        if room is None:
            room = self._chats[chat_id] = Window(*GROUP) if is_group(chat_id) else Bucket(BURST)
            if len(self._chats) > KEPT_CHATS:
                self._chats.popitem(last=False)
        self._chats.move_to_end(chat_id)
        return room


def is_group(chat_id: object) -> bool:
    """Ids of groups are negative, those of people are not (Bot API)."""
    return str(chat_id).startswith("-")
