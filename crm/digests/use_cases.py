"""Digests: what a person is told once a day or a week of all their teams, and when they or a colleague are away."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from crm.answers import Answer, Reply
from crm.deliveries import LEASE, RETRY_STEPS
from crm.errors import N_, NotFound, Removed
from crm.holidays import is_day_off, next_working_day
from crm.hours import habits_of
from crm.people import Actor, Role
from crm.quiet import Habits, held_until
from crm.stats import MemberWork, Work
from crm.storage import MUCH, Storage, Unit
from crm.tasks.agenda import AT_ONCE
from crm.tasks.changes import set_date
from crm.tasks.entities import Task
from crm.tasks.filters import Days, Filter, When, days, week_of
from crm.tasks.late import is_overdue
from crm.tasks.saving import without_readings
from crm.tasks.writing import write_change
from crm.updates import Arrival

SHOWN = 10  # tasks of each kind in one team's part
NIGHT = timedelta(hours=5)  # an evening that is told of after midnight is that of the day before
KEPT = timedelta(days=60)  # a digest's row; it must outlive the day it is of
STOODS = 20  # titles in the report of an absence


class Kind(StrEnum):
    MORNING = "morning"
    EVENING = "evening"
    WEEKLY = "weekly"
    BACK = "back"  # one's own absence is over
    STAND_IN = "stand_in"  # one stands in for a colleague from now on
    STAND_IN_OVER = "stand_in_over"


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in one of their teams; `size` counts its members."""

    actor: Actor
    team: str
    size: int
    is_current: bool

    @property
    def leads(self) -> bool:
        """Whether they are told of the week of this team."""
        return self.actor.role in (Role.OWNER, Role.MANAGER) and self.size > 1


@dataclass(frozen=True, slots=True)
class Digest:
    """What is owed to a person, leased to us. `day` is theirs, of a week its Monday; `about` is who is or was away,
    `since` and `until` of that absence. Times are aware, UTC."""

    id: int
    lease: str
    attempts: int
    kind: Kind
    day: date
    due_at: datetime
    language: str
    telegram_chat_id: int
    seats: Sequence[Seat]
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TeamDay:
    """One's day in a team. `now` is in the person's zone; what is overdue comes with the longest first."""

    team: str
    actor: Actor
    is_current: bool
    now: datetime
    overdue: Sequence[Task] = ()
    today: Sequence[Task] = ()
    waiting: Sequence[Task] = ()
    done: Sequence[Task] = ()
    calls: int = 0

    def __bool__(self) -> bool:
        return bool(self.overdue or self.today or self.waiting or self.done or self.calls)


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """What a team did; `members` have something to tell."""

    team: str
    days: Days
    total: Work
    members: Sequence[MemberWork]
    new_contacts: int

    def __bool__(self) -> bool:
        return bool(self.total or self.new_contacts)


@dataclass(frozen=True, slots=True)
class TeamReport:
    """What became of things while one was away: titles of what waited, of what went to whoever stood in, and of what
    they did; with their name."""

    team: str
    waited: Sequence[str] = ()
    passed_on: Sequence[str] = ()
    done: Sequence[tuple[str, str]] = ()  # who, title

    def __bool__(self) -> bool:
        return bool(self.waited or self.passed_on or self.done)


Part = TeamDay | TeamWeek | TeamReport


@dataclass(frozen=True, slots=True)
class Told:
    """A digest with what it tells, a part for each team that has something to tell."""

    digest: Digest
    parts: Sequence[Part] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Not to be sent; with `until` it may be later."""

    reason: str
    until: datetime | None = None


class DigestStore(Protocol):
    async def waiting(self, member_id: int, limit: int) -> Sequence[Task]:
        """Tasks that were put aside until something happens."""

    async def new_contacts(self, of: Days) -> int: ...

    async def report(self, member_id: int, since: datetime, limit: int) -> TeamReport:
        """What became of a member's things since then. `team` is left empty."""


class DigestDoors(Protocol):
    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Digest]:
        """Make the rows that are due, each once, and lease what is to be sent; whoever's absence is over is back."""

    async def holds(self, digest: Digest) -> bool:
        """Whether it is still leased to us, and the person still to be written to."""

    async def mark_sent(self, digest: Digest, telegram_message_id: int, now: datetime) -> bool: ...

    async def mark_skipped(self, digest: Digest, reason: str, now: datetime) -> bool: ...

    async def mark_pending(self, digest: Digest, reason: str, until: datetime, now: datetime) -> bool: ...

    async def mark_failed(self, digest: Digest, reason: str, now: datetime) -> bool: ...

    async def purge(self, before: datetime) -> None: ...


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
                    part = await _part(unit, digest, seat, now)
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
            answer = reply(await _evening(unit, seat, now))
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


async def _part(unit: Unit, digest: Digest, seat: Seat, now: datetime) -> Part:
    if digest.kind is Kind.MORNING:
        return await _morning(unit, seat, now)
    if digest.kind is Kind.EVENING:
        return await _evening(unit, seat, now)
    if digest.kind is Kind.WEEKLY:
        return await _week(unit, seat, digest, now)
    report = await unit.digests.report(seat.actor.member_id, digest.since or now, STOODS)
    return replace(report, team=seat.team)


async def _morning(unit: Unit, seat: Seat, now: datetime) -> TeamDay:
    day = await _open(unit, seat, now)
    return replace(day, waiting=await unit.digests.waiting(seat.actor.member_id, SHOWN + 1))


async def _evening(unit: Unit, seat: Seat, now: datetime) -> TeamDay:
    """After midnight it is the day before that is told of."""
    here = (now.astimezone(seat.actor.zone).replace(tzinfo=None) - NIGHT).date()
    of = days(here, here, seat.actor.zone)
    told_at = min(
        now.astimezone(seat.actor.zone), (of.ends - timedelta(seconds=1)).astimezone(seat.actor.zone)
    )
    wanted = Filter(assignee_id=seat.actor.member_id, done=True, when=When.TODAY)
    done = await unit.task_lists.page(wanted, None, limit=SHOWN + 1, now=told_at)
    work = [one.work for one in await unit.stats.of(of, told_at) if one.member_id == seat.actor.member_id]
    calls = sum(sum(one.calls.values()) for one in work)
    return replace(await _open(unit, seat, told_at), done=done, calls=calls)


async def _open(unit: Unit, seat: Seat, now: datetime) -> TeamDay:
    here = now.astimezone(seat.actor.zone)
    tasks = await unit.task_lists.day(seat.actor.member_id, here, limit=2 * SHOWN + 2)
    overdue = [task for task in tasks if is_overdue(task, now)]
    today = [task for task in tasks if not is_overdue(task, now)]
    return TeamDay(seat.team, seat.actor, seat.is_current, here, overdue, today)


async def _week(unit: Unit, seat: Seat, digest: Digest, now: datetime) -> TeamWeek:
    """The week before the digest's Monday, in the person's zone."""
    zone = seat.actor.zone
    monday = datetime.combine(digest.day, datetime.min.time(), zone)
    of = week_of(monday - timedelta(days=1), zone)
    members = await unit.stats.of(of, now.astimezone(zone))
    total = sum((one.work for one in members), Work())
    named = sorted(members, key=lambda one: (one.name is None, one.name or ""))
    return TeamWeek(seat.team, of, total, named, await unit.digests.new_contacts(of))
