"""Digests: when one is told and when it waits, and what became of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from crm.answers import Answer, Reply
from crm.deliveries import LEASE, RETRY_STEPS
from crm.digests.entities import Digest, DigestDoors, Kind, Nothing, Part, Seat, TeamDay, Told
from crm.digests.parts import NIGHT, evening, part_of
from crm.errors import N_, NotFound, Removed
from crm.holidays import is_day_off, next_working_day
from crm.hours import habits_of
from crm.people import Actor
from crm.quiet import Habits, held_until
from crm.storage import MUCH, Storage
from crm.tasks.agenda import AT_ONCE
from crm.tasks.changes import set_date
from crm.tasks.saving import without_readings
from crm.tasks.writing import write_change
from crm.updates import Arrival

KEPT = timedelta(days=60)  # a digest's row; it must outlive the day it is of


class Digests:
    """The rules of digests."""

    def __init__(self, storage: Storage, doors: DigestDoors) -> None:
        self._storage = storage
        self._doors = doors

    async def claim(self, now: datetime, *, limit: int = 50) -> Sequence[Digest]:
        return await self._doors.claim(now, limit=limit, lease=LEASE)

    async def tell(self, digest: Digest, now: datetime) -> Told | Nothing:
        """What a digest says, as its person may see it right now. A team they have just left has no part."""
        off = await self._not_now(digest, now)
        if off is not None or digest.kind in (Kind.STAND_IN, Kind.STAND_IN_OVER):
            return off or Told(digest)
        parts: list[Part] = []
        for seat in digest.seats:
            if digest.kind is Kind.WEEKLY and not seat.leads:
                continue
            try:
                async with self._storage.transaction(seat.actor) as unit:
                    part = await part_of(unit, digest, seat, now)
            except Removed:
                continue
            if part:
                parts.append(part)
        if not parts and digest.kind is not Kind.BACK:
            return Nothing("there is nothing to tell")
        return Told(digest, parts)

    async def holds(self, digest: Digest) -> bool:
        """Asked just before sending."""
        return await self._doors.holds(digest)

    async def sent(self, digest: Digest, telegram_message_id: int, now: datetime) -> bool:
        return await self._doors.mark_sent(digest, telegram_message_id, now)

    async def skipped(self, digest: Digest, nothing: Nothing, now: datetime) -> None:
        if nothing.until is None:
            await self._doors.mark_skipped(digest, nothing.reason, now)
        else:
            await self._doors.mark_pending(digest, nothing.reason, nothing.until, now)

    async def failed(self, digest: Digest, reason: str, now: datetime, *, for_good: bool) -> None:
        """Tried again as reminders are; a day's digest is given up with its day."""
        step = RETRY_STEPS[min(digest.attempts, len(RETRY_STEPS)) - 1]
        of_a_day = digest.kind in (Kind.MORNING, Kind.EVENING)
        if for_good or (of_a_day and now + step - digest.due_at > timedelta(hours=12)):
            await self._doors.mark_failed(digest, reason, now)
        else:
            await self._doors.mark_pending(digest, reason, now + step, now)

    async def purge(self, now: datetime) -> None:
        await self._doors.purge(now - KEPT)

    async def put_off(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int | None,
        now: datetime,
        reply: Reply[TeamDay],
    ) -> Answer:
        """Move one of what the evening left over to tomorrow, or all of it in this team. Raises NotFound."""
        tomorrow = now.astimezone(actor.zone).date() + timedelta(days=1)
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            left = await unit.task_lists.day(actor.member_id, now.astimezone(actor.zone), limit=AT_ONCE)
            ids = [one.id for one in left] if task_id is None else [task_id]
            for one in sorted(ids):  # in one order, so that two don't lock up
                task = await unit.tasks.by_id(one, to_change=True)
                if task is None and task_id is not None:
                    raise NotFound(N_("That task is no longer here. See /tasks"))
                if task is None or task.is_closed or (task.due is not None and task.due.date >= tomorrow):
                    continue
                later = without_readings(set_date(tomorrow, actor.timezone)(task))
                await write_change(unit, actor, arrival, task, later, batch=arrival.update_id)
            seat = Seat(actor, await unit.teams.name(), 1, is_current=True)
            answer = reply(await evening(unit, seat, now))
            await unit.updates.finish(arrival, answer)
        return answer

    async def _not_now(self, digest: Digest, now: datetime) -> Nothing | None:
        """Digests keep days off, and news of colleagues keep quiet hours; all else comes at an hour one chose. The
        calendar is read outside of the transaction: at first use that takes a while."""
        if not digest.seats or digest.kind is Kind.BACK:
            return None
        seat = digest.seats[0]
        try:
            async with self._storage.transaction(seat.actor) as unit:
                settings = await unit.people.settings(seat.actor.person_id)
                region = await unit.teams.region()
        except Removed:
            return None
        if digest.kind in (Kind.STAND_IN, Kind.STAND_IN_OVER):
            wait = held_until(await habits_of(settings, region, now, with_days=False), now)
            return None if wait is None else Nothing(wait.why, wait.until)
        if settings.daily and digest.kind is not Kind.WEEKLY:
            return None
        return _day_off(digest, await habits_of(settings, region, now), now)


def _day_off(digest: Digest, habits: Habits, now: datetime) -> Nothing | None:
    """On a day off there is none, but that of a week waits for the week's first working day."""
    today = _day_of(digest, now.astimezone(habits.zone))
    if not is_day_off(today, habits.workdays, habits.calendar):
        return None
    if digest.kind is not Kind.WEEKLY:
        return Nothing("a day off")
    day = next_working_day(today, habits.workdays, habits.calendar)
    if day >= digest.day + timedelta(days=7) or day == today:
        return Nothing("a week off")
    clock = digest.due_at.astimezone(habits.zone).time()
    return Nothing("a day off", datetime.combine(day, clock, habits.zone).astimezone(UTC))


def _day_of(digest: Digest, here: datetime) -> date:
    return (here - NIGHT).date() if digest.kind is Kind.EVENING else here.date()
