"""Limits: how fast a person or a group may go, so that a flood of theirs is nobody else's."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

ROOM = 40.0  # what a person may spend at once; thirty messages forwarded in one go fit
REFILL = 1.0  # what comes back each second, as fast as Telegram lets a chat be answered
# inline queries come with each key; a turn costs a model call
UPDATE_COST, INLINE_COST, TURN_COST = 1.0, 0.25, 5.0
GROUP_MINUTE = 18  # updates of a group taken up within a minute: Telegram lets a group be answered 20 times
MINUTE = timedelta(minutes=1)  # of a group's updates; and whoever is too fast is told once in this time
REMEMBERED = 10_000  # people and groups; beyond it whoever has all their room back is forgotten


class Pace(Enum):
    """FINE goes on; TOO_FAST is told so; SILENT was told within the minute and gets no answer."""

    FINE = "fine"
    TOO_FAST = "too fast"
    SILENT = "silent"


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    told_at: datetime | None = None

    def take(self, cost: float, now: datetime) -> bool:
        passed = max(0.0, (now - self.at).total_seconds())
        self.left = min(ROOM, self.left + passed * REFILL)
        self.at = max(now, self.at)
        if self.left < cost:
            return False
        self.left -= cost
        return True


@dataclass(slots=True)
class _Minute:
    at: datetime
    taken: deque[datetime] = field(default_factory=deque)
    told_at: datetime | None = None

    def take(self, now: datetime) -> bool:
        """No more than can be answered: an answer that waits would hold up what came after it."""
        self.at = now
        while self.taken and now - self.taken[0] >= MINUTE:
            self.taken.popleft()
        if len(self.taken) >= GROUP_MINUTE:
            return False
        self.taken.append(now)
        return True


class Limits:
    """A token bucket for each person and a minute for each group, in this process: replicas count apart."""

    def __init__(self) -> None:
        self._people: dict[int, _Bucket] = {}
        self._groups: dict[int, _Minute] = {}

    def spend(
        self, telegram_user_id: int, cost: float, now: datetime, *, group_id: int | None = None
    ) -> Pace:
        """Take `cost` if there is room. What is refused costs nothing, so waiting always helps."""
        if group_id is not None:
            group = self._groups.setdefault(group_id, _Minute(now))
            if not group.take(now):
                return _told(group, now)
        bucket = self._people.get(telegram_user_id)
        if bucket is None:
            self._forget(now)
            bucket = self._people[telegram_user_id] = _Bucket(ROOM, now)
        return Pace.FINE if bucket.take(cost, now) else _told(bucket, now)

    def _forget(self, now: datetime) -> None:
        if len(self._people) < REMEMBERED:
            return
        full = timedelta(seconds=ROOM / REFILL)
        self._people = {who: one for who, one in self._people.items() if now - one.at < full}
        self._groups = {where: one for where, one in self._groups.items() if now - one.at < MINUTE}


def _told(one: _Bucket | _Minute, now: datetime) -> Pace:
    if one.told_at is not None and now - one.told_at < MINUTE:
        return Pace.SILENT
    one.told_at = now
    return Pace.TOO_FAST
