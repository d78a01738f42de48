"""Deliveries: what falls due, leased to one process, sent once and marked (DESIGN §2.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Protocol

from crm.errors import NotAllowed, Removed
from crm.grammar.dates import Due
from crm.hours import STOOD_IN, Matter, StandIn, held_up, served_by, waits
from crm.people import Actor
from crm.quiet import Hold, Wait
from crm.recurrence import next_due
from crm.storage import Storage, Unit

LEASE = timedelta(seconds=60)  # how long a claimed delivery is one process's alone
LATE = timedelta(seconds=60)  # from here on a message says that it is late
TELEGRAM_KEEPS = timedelta(hours=24)  # updates that nobody fetches (Bot API, getUpdates)
RETRY_STEPS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
TOGETHER = 20  # late ones for one person that one message tells of
NOT_RUNNING = "not_running"
TO_GROUPS = ("gap_here",)  # notices that are said in the group they are about
UNDELIVERED = "undelivered"  # the notice to whoever assigned a task that its reminder could not be delivered


class Why(StrEnum):
    """Why a delivery waits or failed, as its row keeps it; the words for people are made when it is told."""

    SILENT = "telegram_silent"  # no answer, or a fault of Telegram's own
    ASKED_TO_WAIT = "asked_to_wait"  # the chat, or the whole bot, was told to be silent
    REFUSED = "telegram_refused"
    BLOCKED = "blocked"  # by the recipient, or never started
    NO_CHAT = "chat_not_found"


@dataclass(frozen=True, slots=True)
class Downtime:
    """When no process of the bot was running, last."""

    since: datetime
    until: datetime


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

    @property
    def moment(self) -> datetime:
        """When it is to be sent."""
        return max(self.at or self.due_at, self.due_at)


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

    async def retry(self, delivery_id: int) -> int:
        """An operator has a failed one tried again, and all that failed for the same reason, in all teams; how
        many."""

    async def mark_skipped(self, delivery: Delivery, reason: str) -> None: ...

    async def mark_held(self, delivery: Delivery, reason: str, until: datetime) -> None:
        """Back to pending until then, as if it had not been claimed."""

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> None:
        """Back to pending at `retry_at`, or failed for good when None."""


class DeliveryDoors(Protocol):
    async def claim(
        self, now: datetime, *, ahead: timedelta, limit: int, lease: timedelta, held: Iterable[Delivery]
    ) -> Sequence[Delivery]:
        """Lease what is due by now + `ahead` across workspaces, oldest first, skipping what others hold; whoever is
        late for one gets all they missed with it, TOGETHER at most. Renews the leases of those that are `held`."""

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
        """As `ready`, of several; one transaction for each member and chat."""
        asked: dict[int, _Asked | Passed] = {}
        for group in _by_entry(deliveries):
            try:
                async with self._storage.transaction(group[0].actor) as unit:
                    for delivery in group:
                        asked[delivery.id] = await _ask(unit, delivery, now)
            except Removed:
                asked |= {one.id: Passed("the recipient is no longer of the team") for one in group}
        return [await self._decided(delivery, asked[delivery.id], now) for delivery in deliveries]

    async def _decided(
        self, delivery: Delivery, asked: "_Asked | Passed", now: datetime
    ) -> Ready | Held | Passed:
        """Outside of the transaction, as the calendar of holidays takes a while at first."""
        if isinstance(asked, Passed):
            return asked
        if isinstance(asked.served, StandIn) and asked.until is not None:
            return await self._ready_for(asked.served, delivery, asked.matter, asked.until, now)
        wait = asked.served if isinstance(asked.served, Wait) else await waits(asked.matter, now)
        return Ready(delivery) if wait is None else Held(wait.until, wait.why)

    async def _ready_for(
        self, served: StandIn, delivery: Delivery, matter: Matter, until: datetime, now: datetime
    ) -> Ready | Held:
        """Whoever stands in must see the task too, and has hours of their own; else it waits for who is away."""
        out_of_sight = Held(until, Hold.AWAY)
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
        """False when the lease was no longer ours: somebody else sends it as well."""
        return await self.sent_together([delivery], telegram_message_id, now)

    async def sent_together(
        self, deliveries: Sequence[Delivery], telegram_message_id: int, now: datetime
    ) -> bool:
        """As `sent`, of several that one message told of."""
        ours = True
        for group in _by_entry(deliveries):
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
        """Nobody who should read it can be written to; whoever assigned the task is told, in private."""
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.deliveries.mark_failed(delivery, reason, None)
        if delivery.notice is None and delivery.task_id is not None and delivery.assigner_id is not None:
            about = f"{' '.join(delivery.actor.display_name.split())}\n{delivery.text}"
            try:
                async with self._storage.transaction(delivery.actor) as unit:
                    await unit.reminders.owe(
                        UNDELIVERED, delivery.task_id, [delivery.assigner_id], about, now
                    )
            except NotAllowed:  # a guest may write to nobody of the team
                return


@dataclass(frozen=True, slots=True)
class _Asked:
    """What decides about a delivery: its matter, and while its recipient is away until when, and who serves them."""

    matter: Matter
    until: datetime | None
    served: StandIn | Wait | None


async def _ask(unit: Unit, delivery: Delivery, now: datetime) -> _Asked | Passed:
    if not await unit.deliveries.holds(delivery):
        return Passed("done, taken over or deleted meanwhile")
    matter = await unit.hours.matter(delivery.id)
    until = held_up(matter, now)
    return _Asked(matter, until, None if until is None else await served_by(unit, matter, until, now))


async def _sent(unit: Unit, delivery: Delivery, telegram_message_id: int, now: datetime) -> bool:
    late = max(0, int((now - delivery.due_at).total_seconds()))
    ours = await unit.deliveries.mark_sent(delivery, telegram_message_id, late)
    if ours and delivery.stand_in is not None:
        await unit.hours.note(delivery.id, STOOD_IN)
    if ours and delivery.repeats and (series := await unit.deliveries.series(delivery)) is not None:
        await _go_on(unit, delivery, *series, now)
    return ours


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


def folded(deliveries: Iterable[Delivery], now: datetime) -> list[list[Delivery]]:
    """Late ones for one person in one chat, to be told in one message, TOGETHER at most; all others by themselves. In
    the order of the oldest of each."""
    groups: list[list[Delivery]] = []
    open_one: dict[tuple[int, int, int | None], list[Delivery]] = {}
    for delivery in deliveries:
        if delivery.notice is not None or lateness(delivery, now) is None:
            groups.append([delivery])
            continue
        actor = delivery.actor
        key = (actor.telegram_user_id, actor.telegram_chat_id, delivery.thread_id)
        group = open_one.get(key)
        if group is None or len(group) >= TOGETHER:
            group = open_one[key] = []
            groups.append(group)
        group.append(delivery)
    return groups


def why_late(delivery: Delivery, downtime: Downtime | None) -> str | None:
    """What kept it, as its row has it; "not_running" when that was the bot itself, None when it is not known."""
    if delivery.reason is not None:
        return delivery.reason
    slept = downtime is not None and downtime.since <= delivery.due_at < downtime.until
    return NOT_RUNNING if slept else None


def _by_entry(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    """By the member and chat in whose name a transaction is entered."""

    def entry(delivery: Delivery) -> tuple[int, int, int]:
        actor = delivery.actor
        return actor.workspace_id, actor.member_id, actor.chat_id or 0

    return [list(group) for _entry, group in groupby(sorted(deliveries, key=entry), entry)]
