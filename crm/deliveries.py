"""Deliveries: what falls due, leased to one process, sent once and marked (DESIGN §2.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from crm.errors import Removed
from crm.grammar.dates import Due
from crm.hours import STOOD_IN, Matter, StandIn, held_up, served_by, waits
from crm.people import Actor
from crm.quiet import Wait, Why
from crm.recurrence import next_due
from crm.storage import Storage, Unit

LEASE = timedelta(seconds=60)  # how long a claimed delivery is one process's alone
LATE = timedelta(seconds=60)  # from here on a message says that it is late
RETRY_STEPS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One reminder for one recipient at one moment, leased to us. `attempts` counts this one.

    `actor` is the recipient in the chat the message goes to (their private chat, or the source chat when they
    never started the bot); `due_at` is aware, UTC.
    """

    id: int
    lease: str
    attempts: int
    due_at: datetime
    text: str
    actor: Actor
    thread_id: int | None
    task_number: int | None
    task_id: int | None = None
    notice: str | None = None  # a message of the bot's own, owed like a reminder; "visibility" is one
    waited: str | None = None  # why it waited, see crm.quiet.Why
    stand_in: Actor | None = None  # whoever gets it, in their private chat, while the recipient is away


@dataclass(frozen=True, slots=True)
class Ready:
    """To be sent now, perhaps to somebody else than it was claimed for."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Held:
    """Not yet: it waits until then, and says why it is late."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Not at all."""

    reason: str


class DeliveryStore(Protocol):
    async def holds(self, delivery: Delivery) -> bool:
        """Whether the lease is still ours and the delivery still due, the row locked until the commit."""

    async def release(self, delivery: Delivery) -> None:
        """Give the lease back, as if the delivery had not been claimed."""

    async def mark_sent(self, delivery: Delivery, telegram_message_id: int, late_seconds: int) -> bool:
        """False when the lease was no longer ours."""

    async def series(self, delivery: Delivery) -> tuple[str, Due] | None:
        """The rule of a reminder that repeats, and the clock it is drawn from; None for one that doesn't."""

    async def add_delivery(self, delivery: Delivery, due: Due) -> None:
        """The same reminder's next one; one that is there already is left alone."""

    async def mark_skipped(self, delivery: Delivery, reason: str) -> None: ...

    async def mark_held(self, delivery: Delivery, reason: str, until: datetime) -> None:
        """Back to pending until then, as if it had not been claimed."""

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> None:
        """Back to pending at `retry_at`, or failed for good when None."""


class DeliveryDoors(Protocol):
    async def claim(
        self, now: datetime, *, ahead: timedelta, limit: int, lease: timedelta
    ) -> Sequence[Delivery]:
        """Lease what is due by now + `ahead` across workspaces, oldest first, skipping what others hold."""


class Deliveries:
    """What the scheduler does with what is due."""

    def __init__(self, storage: Storage, doors: DeliveryDoors) -> None:
        self._storage = storage
        self._doors = doors

    async def claim(
        self, now: datetime, *, ahead: timedelta = timedelta(seconds=1), limit: int = 100
    ) -> Sequence[Delivery]:
        """What falls due within `ahead`, leased to this process."""
        return await self._doors.claim(now, ahead=ahead, limit=limit, lease=LEASE)

    async def ready(self, delivery: Delivery, now: datetime) -> Ready | Held | Passed:
        """Asked just before sending: the lease holds, the member is still of the team, the task still open, and it
        is an hour for it."""
        try:
            async with self._storage.transaction(delivery.actor) as unit:
                if not await unit.deliveries.holds(delivery):
                    return Passed("done, taken over or deleted meanwhile")
                matter = await unit.hours.matter(delivery.id)
                until = held_up(matter, now)
                served = None if until is None else await served_by(unit, matter, until, now)
        except Removed:
            return Passed("the recipient is no longer of the team")
        delivery = replace(delivery, waited=matter.waited)
        if isinstance(served, StandIn) and until is not None:
            return await self._ready_for(served, delivery, matter, until, now)
        wait = served if isinstance(served, Wait) else await waits(matter, now)
        return Ready(delivery) if wait is None else Held(wait.until, wait.why)

    async def _ready_for(
        self, served: StandIn, delivery: Delivery, matter: Matter, until: datetime, now: datetime
    ) -> Ready | Held:
        """Whoever stands in must see the task too, and has hours of their own; else it waits for who is away."""
        out_of_sight = Held(until, Why.AWAY)
        try:
            async with self._storage.transaction(served.actor) as unit:
                if delivery.task_id is None or await unit.tasks.by_id(delivery.task_id) is None:
                    return out_of_sight
                settings = await unit.people.settings(served.actor.person_id)
        except Removed:
            return out_of_sight
        wait = await waits(replace(matter, settings=settings), now)
        if wait is not None:
            return Held(min(wait.until, until), wait.why)
        return Ready(replace(delivery, stand_in=served.actor))

    async def release(self, delivery: Delivery) -> None:
        """Leave it to whoever claims it next, at once instead of after the lease."""
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.release(delivery)

    async def sent(self, delivery: Delivery, telegram_message_id: int, now: datetime) -> bool:
        late = max(0, int((now - delivery.due_at).total_seconds()))
        async with self._storage.transaction(delivery.actor) as unit:
            ours = await unit.deliveries.mark_sent(delivery, telegram_message_id, late)
            if ours and delivery.stand_in is not None:
                await unit.hours.note(delivery.id, STOOD_IN)
            if ours and (series := await unit.deliveries.series(delivery)) is not None:
                await _go_on(unit, delivery, *series, now)
            return ours

    async def held(self, delivery: Delivery, held: Held) -> None:
        """It waits, and no try is counted."""
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.mark_held(delivery, held.reason, held.until)

    async def skipped(self, delivery: Delivery, reason: str) -> None:
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.mark_skipped(delivery, reason)

    async def failed(self, delivery: Delivery, reason: str, now: datetime, *, for_good: bool) -> None:
        """Try again later, each time after a longer pause; after the last step every half hour, never dropped."""
        step = RETRY_STEPS[min(delivery.attempts, len(RETRY_STEPS)) - 1]
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.mark_failed(delivery, reason, None if for_good else now + step)


async def _go_on(unit: Unit, delivery: Delivery, rule: str, anchor: Due, now: datetime) -> None:
    """Queue the next message of a reminder that repeats."""
    local = delivery.due_at.astimezone(anchor.zone)
    then = max(now, delivery.due_at)  # sent a hair before its time, it still is not its own next one
    due = next_due(rule, Due(local.date(), anchor.time, anchor.tz), anchor, now=then)
    if due is not None:
        await unit.deliveries.add_delivery(delivery, due)


def lateness(delivery: Delivery, now: datetime) -> timedelta | None:
    """How late a message is, or None while it need not be said."""
    late = now - delivery.due_at
    return late if late >= LATE else None
