"""Reminders: a row that becomes a message at its time, once (DESIGN §2.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotFound, NoTitle, Removed, ToConfirm
from crm.grammar.contacts import words_of
from crm.grammar.dates import Due, elapsed
from crm.grammar.drafts import parse
from crm.grammar.fields import Draft
from crm.people import Actor
from crm.recurrence import next_due
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.updates import Arrival

LEASE = timedelta(seconds=60)  # how long a claimed delivery is one process's alone
LATE = timedelta(seconds=60)  # from here on a message says that it is late
RETRY_STEPS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
TEXT_LIMIT = 500  # characters


@dataclass(frozen=True, slots=True)
class NewReminder:
    """`due` is when to remind; `before` is how long that is before a task's due. `recipient_id` None is the actor."""

    text: str
    due: Due
    task_id: int | None = None
    recipient_id: int | None = None
    before: timedelta = timedelta(0)
    rrule: str | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    id: int
    text: str
    due: Due
    task_id: int | None
    rrule: str | None = None


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


class ReminderStore(Protocol):
    async def add(self, reminder: NewReminder, actor: Actor, arrival: Arrival) -> Reminder:
        """Save a reminder to the actor and its pending delivery. `due.at` must not be None."""

    async def owe(
        self, notice: str, task_id: int, recipient_ids: Sequence[int], text: str, at: datetime
    ) -> None:
        """Messages of the bot's own about a task, to be sent in private at once, and whatever becomes of the task
        but its deletion. `notice` says which message it is."""

    async def by_id(self, reminder_id: int) -> Reminder | None:
        """One that stands alone, if the actor may see it, locked until the commit."""

    async def by_message(self, actor: Actor, message_id: int) -> Reminder | None:
        """The one that a message of the actor's chat made, locked until the commit; None for none or several."""

    async def change(self, reminder_id: int, new: NewReminder, *, pending: bool = True) -> Reminder:
        """Another text, time and rule; what was waiting to be sent at another time is skipped, and what is to be
        sent now is `pending`."""

    async def skip_for_task(self, task_id: int, reason: str) -> None: ...

    async def drop_for_task(self, task_id: int, reason: str) -> None:
        """End a task's reminders; what is pending or under way is skipped."""

    async def restore_for_task(self, task_id: int, reason: str, now: datetime) -> None:
        """Take a skip for that reason back, of what is still to come."""

    async def delete(self, reminder_id: int, at: datetime) -> bool:
        """Softly, its deliveries skipped; False when it is out of reach."""

    async def restore(self, reminder_id: int, now: datetime) -> bool:
        """Take a deletion back, with what of it is still to come; False when it is out of reach."""

    async def forget_acknowledgement(self, delivery_id: int) -> bool: ...

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

    async def create(
        self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Reminder], *, confirmed: bool = False
    ) -> Answer:
        """`text` as after /remind; once confirmed, a moment that has passed means at once.

        Raises BadInput without a time, without or with too much text, NoTitle when only a time was said,
        ToConfirm for a moment that has passed or is far away, unless `confirmed`.
        """
        async with self._storage.transaction(actor) as unit:
            draft = await read_reminder(unit, actor, arrival, text)
            reminder = await save_reminder(unit, actor, arrival, draft, confirmed=confirmed)
            answer = reply(reminder)
            await unit.updates.finish(arrival, answer)
        return answer

    async def take_back(
        self, actor: Actor, arrival: Arrival, reminder_id: int, now: datetime, reply: Reply[None]
    ) -> Answer:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            if not await unit.reminders.delete(reminder_id, now):
                raise NotFound(N_("That reminder is no longer here."))
            await unit.activity.add(
                Activity("deleted", "reminder", reminder_id, actor_member_id=actor.member_id)
            )
            answer = reply(None)
            await unit.updates.finish(arrival, answer)
        return answer

    async def acknowledge(
        self, actor: Actor, arrival: Arrival, delivery_id: int, now: datetime, reply: Reply[None]
    ) -> Answer:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            if not await unit.reminders.acknowledge(delivery_id, now):
                raise NotFound(N_("That reminder is no longer here."))
            await unit.activity.add(
                Activity("acknowledged", "delivery", delivery_id, actor_member_id=actor.member_id)
            )
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

    async def release(self, delivery: Delivery) -> None:
        """Leave it to whoever claims it next, at once instead of after the lease."""
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.reminders.release(delivery)

    async def sent(self, delivery: Delivery, telegram_message_id: int, now: datetime) -> bool:
        late = max(0, int((now - delivery.due_at).total_seconds()))
        async with self._storage.transaction(delivery.actor) as unit:
            ours = await unit.reminders.mark_sent(delivery, telegram_message_id, late)
            if ours and (series := await unit.reminders.series(delivery)) is not None:
                await _go_on(unit, delivery, *series, now)
            return ours

    async def skipped(self, delivery: Delivery, reason: str) -> None:
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.reminders.mark_skipped(delivery, reason)

    async def failed(self, delivery: Delivery, reason: str, now: datetime, *, for_good: bool) -> None:
        """Try again later, each time after a longer pause; after the last step every half hour, never dropped."""
        step = RETRY_STEPS[min(delivery.attempts, len(RETRY_STEPS)) - 1]
        async with self._storage.transaction(delivery.actor) as unit:
            await unit.reminders.mark_failed(delivery, reason, None if for_good else now + step)


async def read_reminder(unit: Unit, actor: Actor, arrival: Arrival, text: str) -> Draft:
    """What a line says after /remind."""
    known = await unit.contacts.called(words_of(text))
    reader = await reader_of(unit, actor)
    return parse(_as_said(text), now=arrival.sent_at, reader=reader, contacts=known)


def _as_said(text: str) -> str:
    """/remind me to call reads as "remind me to call" does."""
    first = text.split(maxsplit=1)[0].casefold() if text.strip() else ""
    return {"me": "remind ", "мне": "напомни "}.get(first, "") + text


async def _go_on(unit: Unit, delivery: Delivery, rule: str, anchor: Due, now: datetime) -> None:
    """Queue the next message of a reminder that repeats."""
    local = delivery.due_at.astimezone(anchor.zone)
    then = max(now, delivery.due_at)  # sent a hair before its time, it still is not its own next one
    due = next_due(rule, Due(local.date(), anchor.time, anchor.tz), anchor, now=then)
    if due is not None:
        await unit.reminders.add_delivery(delivery, due)


async def save_reminder(
    unit: Unit, actor: Actor, arrival: Arrival, draft: Draft, *, confirmed: bool = False
) -> Reminder:
    """Save what a line says as a message to its author. Raises as Reminders.create does."""
    new = at_once(new_reminder(draft, confirmed=confirmed), draft, arrival)
    reminder = await unit.reminders.add(new, actor, arrival)
    await unit.activity.add(
        Activity(
            "created",
            "reminder",
            reminder.id,
            actor_member_id=actor.member_id,
            changes={"text": new.text, "due": f"{new.due.date} {new.due.time:%H:%M}"},
        )
    )
    return reminder


def new_reminder(draft: Draft, *, confirmed: bool) -> NewReminder:
    """A date alone means the start of the working day; a phone in the line stays in the text."""
    if draft.due is None:
        raise BadInput(N_("When shall I remind you? For example: /remind in 20 minutes call Anna"))
    about = " ".join(part for part in (draft.title, draft.phone) if part)
    if not about:
        raise NoTitle(N_("What shall I remind you of? For example: /remind in 20 minutes call Anna"))
    if len(about) > TEXT_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A reminder fits in {limit}: type it shorter."),
            length=len(about),
            limit=TEXT_LIMIT,
        )
    if draft.confirm == "past" and not confirmed:
        raise ToConfirm(N_("That time has already passed. Remind you at once?"))
    if draft.confirm == "far_future" and not confirmed:
        raise ToConfirm(N_("That is more than a year away. Remind you then?"))
    due = draft.due if draft.due.time is not None else draft.due.at_start_of_workday()
    return NewReminder(text=about, due=due, rrule=draft.rrule)


def at_once(new: NewReminder, draft: Draft, arrival: Arrival) -> NewReminder:
    """A moment that has passed and was meant all the same is now."""
    if draft.confirm != "past":
        return new
    return replace(new, due=elapsed(timedelta(0), arrival.sent_at, new.due.zone))


def lateness(delivery: Delivery, now: datetime) -> timedelta | None:
    """How late a message is, or None while it need not be said."""
    late = now - delivery.due_at
    return late if late >= LATE else None
