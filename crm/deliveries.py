"""Deliveries: what falls due, leased to one process, sent once and marked (DESIGN §2.3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crm.errors import NotAllowed
from crm.grammar.dates import Due
from crm.hours import Matter
from crm.people import Actor
from crm.readiness import Held, Passed, Ready, by_entry, ready_together
from crm.reasons import Why
from crm.recurrence import next_due
from crm.storage import Storage, Unit

LEASE = timedelta(seconds=60)  # how long a claimed delivery is one process's alone
TELEGRAM_KEEPS = timedelta(hours=24)  # updates that nobody fetches (Bot API, getUpdates)
RETRY_STEPS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
UNDELIVERED = "undelivered"  # the notice to whoever assigned a task that its reminder could not be delivered


@dataclass(frozen=True, slots=True)
class Group:
    """Where a reminder was asked for, when that is a group of the same team still."""

    telegram_chat_id: int
    thread_id: int | None


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
    stand_in: Actor | None = None  # whoever gets it, in their private chat, while the recipient is away
    at: datetime | None = None  # put off until then; None is at `due_at`
    reason: str | None = None  # why it was put off
    repeats: bool = True  # whether its reminder may have a rule
    assigner_id: int | None = None  # the member who made the task, when that is not the recipient
    group: Group | None = None  # where it can be said when not in private
    contact_id: int | None = None  # whom a task of calling is about
    nag: int = 0  # how often it was said before

    @property
    def moment(self) -> datetime:
        """When it is to be sent."""
        return max(self.at or self.due_at, self.due_at)


class DeliveryStore(Protocol):
    async def release(self, delivery: Delivery) -> None:
        """Give the lease back, as if the delivery had not been claimed."""

    async def mark_sent(self, delivery: Delivery, telegram_message_id: int, late_seconds: int) -> bool:
        """False when the lease was no longer ours."""

    async def series(self, delivery: Delivery) -> tuple[str, Due] | None:
        """The rule of a reminder that repeats, and the clock it is drawn from; None for one that doesn't, and for one
        that was put off or is said again."""

    async def add_delivery(self, delivery: Delivery, due: Due) -> None:
        """The same reminder's next one; one that is there already is left alone."""

    async def retry(self, delivery_id: int) -> int:
        """An operator has a failed one tried again, and all that failed for the same reason, in all teams; how
        many."""

    async def mark_skipped(self, delivery: Delivery, reason: str) -> None: ...

    async def mark_held(self, delivery: Delivery, reason: str, until: datetime) -> None:
        """Back to pending until then, as if it had not been claimed."""

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> bool:
        """Back to pending at `retry_at`, or failed for good when None. False when the lease was no longer ours."""


class DeliveryDoors(Protocol):
    async def claim(
        self, now: datetime, *, ahead: timedelta, limit: int, lease: timedelta, held: Iterable[Delivery]
    ) -> Sequence[Delivery]:
        """Lease what is due by now + `ahead` across workspaces, oldest first, skipping what others hold; whoever is
        late for one gets all they missed with it, TOGETHER at most. Renews the leases of those that are `held`."""

    async def look(self, deliveries: Sequence[Delivery]) -> Mapping[int, Matter | None]:
        """What decides about each of these, by id, as its recipient sees it, in one question; None whose recipient is
        no longer of the team. Those are missing whose lease is no longer ours, or that concern nobody any more. A
        lease found ours stays so for a while."""

    async def mark(
        self, deliveries: Sequence[Delivery], telegram_message_id: int, now: datetime
    ) -> Collection[int]:
        """One message told of these, which don't repeat: write that down, in one question, and those that nag are said
        again later. The ids of those that were ours still."""

    async def alive(self, now: datetime) -> datetime | None:
        """The bot runs; when it last said so. None on the first time."""

    async def heard(self, now: datetime, kept: timedelta) -> int:
        """Telegram gave the bot its updates; after a silence longer than `kept`, each chat in use is owed a notice,
        once. How many."""


class Deliveries:
    """What the scheduler does with what is due."""

    def __init__(self, storage: Storage, doors: DeliveryDoors) -> None:
        self._storage = storage
        self._doors = doors

    async def claim(
        self,
        now: datetime,
        *,
        ahead: timedelta = timedelta(seconds=1),
        limit: int = 100,
        held: Iterable[Delivery] = (),
    ) -> Sequence[Delivery]:
        """What falls due within `ahead`, leased to this process; it goes on holding what it holds."""
        return await self._doors.claim(now, ahead=ahead, limit=limit, lease=LEASE, held=held)

    async def alive(self, now: datetime) -> datetime | None:
        """See DeliveryDoors."""
        return await self._doors.alive(now)

    async def heard(self, now: datetime) -> int:
        """See DeliveryDoors."""
        return await self._doors.heard(now, TELEGRAM_KEEPS)

    async def ready(self, delivery: Delivery, now: datetime) -> Ready | Held | Passed:
        """Asked just before sending: the lease holds, the member is still of the team, the task still open, and it
        is an hour for it."""
        (outcome,) = await self.ready_together([delivery], now)
        return outcome

    async def ready_together(
        self, deliveries: Sequence[Delivery], now: datetime
    ) -> Sequence[Ready | Held | Passed]:
        """As `ready`, of several."""
        return await ready_together(self._storage, self._doors.look, deliveries, now)

    async def release(self, delivery: Delivery) -> None:
        """Leave it to whoever claims it next, at once instead of after the lease."""
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.release(delivery)

    async def sent(self, delivery: Delivery, telegram_message_id: int, now: datetime) -> bool:
        """False when the lease was no longer ours: somebody else sends it as well."""
        return await self.sent_together([delivery], telegram_message_id, now)

    async def sent_together(
        self, deliveries: Sequence[Delivery], telegram_message_id: int, now: datetime
    ) -> bool:
        """As `sent`, of several that one message told of. Those that are simply done are written down first, in one
        trip: until they are, a kill sends them again."""
        simple = [one for one in deliveries if one.stand_in is None and not one.repeats]
        ours = True
        if simple:
            ours = len(await self._doors.mark(simple, telegram_message_id, now)) == len(simple)
        for group in by_entry(one for one in deliveries if one.stand_in is not None or one.repeats):
            async with self._storage.transaction(group[0].actor) as unit:
                for delivery in group:
                    ours &= await _sent(unit, delivery, telegram_message_id, now)
        return ours

    async def held(self, delivery: Delivery, held: Held) -> None:
        """It waits, and no try is counted."""
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.mark_held(delivery, held.reason, held.until)

    async def skipped(self, delivery: Delivery, reason: str) -> None:
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.mark_skipped(delivery, reason)

    async def failed(
        self,
        delivery: Delivery,
        reason: str,
        now: datetime,
        *,
        for_good: bool,
        pause: timedelta | None = None,
        at_most: bool = False,
    ) -> None:
        """Try again later, each time after a longer pause, or after `pause` where that is known (`at_most`: or
        sooner); after the last step every half hour, never dropped."""
        step = RETRY_STEPS[min(delivery.attempts, len(RETRY_STEPS)) - 1]
        if pause is not None:
            step = min(step, pause) if at_most else pause
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.mark_failed(delivery, reason, None if for_good else now + step)

    async def undelivered(self, delivery: Delivery, reason: str, now: datetime) -> None:
        """Nobody who should read it can be written to; whoever assigned the task is told, in private. Both are one
        transaction, so that no kill loses the second."""
        told: tuple[int, int] | None = None
        if delivery.notice is None and delivery.task_id is not None and delivery.assigner_id is not None:
            told = delivery.task_id, delivery.assigner_id
        try:
            await self._give_up(delivery, reason, now, told)
        except NotAllowed:  # a guest may write to nobody of the team
            await self._give_up(delivery, reason, now, None)

    async def _give_up(
        self, delivery: Delivery, reason: str, now: datetime, told: tuple[int, int] | None
    ) -> None:
        """`told` is of which task, and which member."""
        about = f"{' '.join(delivery.actor.display_name.split())}\n{delivery.text}"
        async with self._storage.transaction(delivery.actor) as unit:
            ours = await unit.deliveries.mark_failed(delivery, reason, None)
            if ours and told is not None:
                task_id, member_id = told
                await unit.reminders.owe(UNDELIVERED, task_id, [member_id], about, now)


async def _sent(unit: Unit, delivery: Delivery, telegram_message_id: int, now: datetime) -> bool:
    late = max(0, int((now - delivery.due_at).total_seconds()))
    ours = await unit.deliveries.mark_sent(delivery, telegram_message_id, late)
    if ours and delivery.stand_in is not None:
        await unit.hours.note(delivery.id, Why.STOOD_IN)
    elif ours:  # whoever stands in is told once: it is not theirs to have seen
        await unit.presses.nag(delivery.id, now)
    if ours and delivery.repeats and (series := await unit.deliveries.series(delivery)) is not None:
        await go_on(unit, delivery, *series, now)
    return ours


async def go_on(unit: Unit, delivery: Delivery, rule: str, anchor: Due, now: datetime) -> None:
    """Queue the next message of a reminder that repeats."""
    local = delivery.due_at.astimezone(anchor.zone)
    then = max(now, delivery.due_at)  # sent a hair before its time, it still is not its own next one
    due = next_due(rule, Due(local.date(), anchor.time, anchor.tz), anchor, now=then)
    if due is not None:
        await unit.deliveries.add_delivery(delivery, due)
