"""Reminders: a row that becomes a message at its time, once (DESIGN §2.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotFound, Removed
from crm.grammar.dates import Due
from crm.grammar.drafts import parse
from crm.grammar.readers import Reader
from crm.people import Actor
from crm.storage import Storage
from crm.updates import Arrival

LEASE = timedelta(seconds=60)  # how long a claimed delivery is one process's alone
LATE = timedelta(seconds=60)  # from here on a message says that it is late
RETRY_STEPS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
TEXT_LIMIT = 500  # characters


@dataclass(frozen=True, slots=True)
class NewReminder:
    text: str
    due: Due
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    id: int
    text: str
    due: Due
    task_id: int | None


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


class ReminderStore(Protocol):
    async def add(self, reminder: NewReminder, actor: Actor, arrival: Arrival) -> Reminder:
        """Save a reminder to the actor and its pending delivery. `due.at` must not be None."""

    async def skip_for_task(self, task_id: int, reason: str) -> None: ...

    async def holds(self, delivery: Delivery) -> bool:
        """Whether the lease is still ours and the delivery still due, the row locked until the commit."""

    async def mark_sent(self, delivery: Delivery, telegram_message_id: int, late_seconds: int) -> bool:
        """False when the lease was no longer ours."""

    async def mark_skipped(self, delivery: Delivery, reason: str) -> None: ...

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> None:
        """Back to pending at `retry_at`, or failed for good when None."""

    async def acknowledge(self, delivery_id: int, at: datetime) -> bool:
        """False when there is no such delivery in this workspace."""


class ReminderDoors(Protocol):
    async def claim(
        self, now: datetime, *, ahead: timedelta, limit: int, lease: timedelta
    ) -> Sequence[Delivery]:
        """Lease what is due by now + `ahead` across workspaces, oldest first, skipping what others hold."""


class Reminders:
    """Asking for reminders, and what the scheduler does with what is due."""

    def __init__(self, storage: Storage, doors: ReminderDoors) -> None:
        self._storage = storage
        self._doors = doors

    async def create(self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Reminder]) -> Answer:
        """`text` as after /remind. Raises BadInput without a time, with a passed one, without or with too much text."""
        draft = parse(text, now=arrival.sent_at, reader=Reader(actor.zone))
        if draft.confirm == "past":
            raise BadInput(N_("That time has already passed. Type a later one, for example: tomorrow 10:00"))
        if draft.due is None:
            raise BadInput(N_("When shall I remind you? For example: /remind in 20 minutes call Anna"))
        about = " ".join(part for part in (draft.title, draft.phone) if part)
        if not about:
            raise BadInput(N_("What shall I remind you of? For example: /remind in 20 minutes call Anna"))
        if len(about) > TEXT_LIMIT:
            raise BadInput(
                N_("That is {length} characters. A reminder fits in {limit}: type it shorter."),
                length=len(about),
                limit=TEXT_LIMIT,
            )
        due = draft.due if draft.due.at is not None else draft.due.at_start_of_workday()
        if draft.due.at is None and due.at is not None and due.at < arrival.sent_at:
            raise BadInput(N_("That time has already passed. Type a later one, for example: tomorrow 10:00"))
        async with self._storage.transaction(actor) as unit:
            reminder = await unit.reminders.add(NewReminder(text=about, due=due), actor, arrival)
            await unit.activity.add(
                Activity("created", "reminder", reminder.id, actor_member_id=actor.member_id)
            )
            answer = reply(reminder)
            await unit.updates.finish(arrival, answer)
        return answer

    async def acknowledge(
        self, actor: Actor, arrival: Arrival, delivery_id: int, now: datetime, reply: Reply[None]
    ) -> Answer:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            if not await unit.reminders.acknowledge(delivery_id, now):
                raise NotFound(N_("That reminder is no longer here."))
            answer = reply(None)
            await unit.updates.finish(arrival, answer)
        return answer

    async def claim(
        self, now: datetime, *, ahead: timedelta = timedelta(seconds=1), limit: int = 100
    ) -> Sequence[Delivery]:
        """What falls due within `ahead`, leased to this process."""
        return await self._doors.claim(now, ahead=ahead, limit=limit, lease=LEASE)

    async def still_ours(self, delivery: Delivery) -> bool:
        """Asked just before sending: the lease holds, the member is still of the team, the task still open."""
        try:
            async with self._storage.transaction(delivery.actor) as unit:
                return await unit.reminders.holds(delivery)
        except Removed:
            return False

    async def sent(self, delivery: Delivery, telegram_message_id: int, now: datetime) -> bool:
        late = max(0, int((now - delivery.due_at).total_seconds()))
        async with self._storage.transaction(delivery.actor) as unit:
            return await unit.reminders.mark_sent(delivery, telegram_message_id, late)

    async def skipped(self, delivery: Delivery, reason: str) -> None:
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.reminders.mark_skipped(delivery, reason)

    async def failed(self, delivery: Delivery, reason: str, now: datetime, *, for_good: bool) -> None:
        """Try again later, each time after a longer pause; after the last step every half hour, never dropped."""
        step = RETRY_STEPS[min(delivery.attempts, len(RETRY_STEPS)) - 1]
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.reminders.mark_failed(delivery, reason, None if for_good else now + step)


def lateness(delivery: Delivery, now: datetime) -> timedelta | None:
    """How late a message is, or None while it need not be said."""
    late = now - delivery.due_at
    return late if late >= LATE else None
