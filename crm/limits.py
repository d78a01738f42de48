"""Limits: how fast one person may go, so that a flood of theirs is nobody else's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

ROOM = 60.0  # what a person may spend at once; fifty messages forwarded in one go fit
REFILL = 2.0  # what comes back each second
UPDATE_COST, INLINE_COST, TURN_COST = (
    1.0,
    0.25,
    5.0,
)  # inline queries come with each key; a turn costs a model call
SAID_AGAIN = timedelta(minutes=1)  # who is too fast is told once in this time
REMEMBERED = 10_000  # people; beyond it whoever has all their room back is forgotten


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

    def refill(self, now: datetime) -> None:
        passed = max(0.0, (now - self.at).total_seconds())
        self.left = min(ROOM, self.left + passed * REFILL)
        self.at = max(now, self.at)


class Limits:
    """A token bucket for each person, in this process: replicas count apart, each within its own share."""

    def __init__(self) -> None:
        self._buckets: dict[int, _Bucket] = {}

    def spend(self, telegram_user_id: int, cost: float, now: datetime) -> Pace:
        """Take `cost` if there is room. What is refused costs nothing, so waiting always helps."""
        bucket = self._buckets.get(telegram_user_id)
        if bucket is None:
            self._forget(now)
            bucket = self._buckets[telegram_user_id] = _Bucket(ROOM, now)
        bucket.refill(now)
        if bucket.left >= cost:
            bucket.left -= cost
            return Pace.FINE
        if bucket.told_at is not None and now - bucket.told_at < SAID_AGAIN:
            return Pace.SILENT
        bucket.told_at = now
        return Pace.TOO_FAST

    def _forget(self, now: datetime) -> None:
        if len(self._buckets) < REMEMBERED:
            return
        full = timedelta(seconds=ROOM / REFILL)
        self._buckets = {who: one for who, one in self._buckets.items() if now - one.at < full}
