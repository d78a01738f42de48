"""Calendar feeds: one's own tasks under a secret address, made, renewed and ended by their person."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from dateutil.rrule import rrulestr

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.contacts import members_only
from crm.errors import N_, NotFound
from crm.grammar.dates import Due
from crm.people import Actor
from crm.recurrence import next_due
from crm.storage import Storage
from crm.updates import Arrival

KEPT = timedelta(days=30)  # how long a done task stays in the calendar
USUAL_MINUTES = 30  # of a task at a time that says no length
LIMIT = 5000  # events of one feed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTask:
    """A task of the feed's person. `first` is the due of its series' first task, from which the rule is drawn.
    `reminders` are those that move with the due: how long before it, or before its day begins where it has no time;
    `moments` are those at a moment of their own."""

    id: int
    number: int
    title: str
    description: str
    status: str
    due: Due
    duration_minutes: int | None = None
    reminders: tuple[timedelta, ...] = ()
    moments: tuple[datetime, ...] = ()
    rrule: str | None = None
    repeats_from_schedule: bool = True
    series_id: int | None = None
    first: Due | None = None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the calendar. `uid` stays the same for the same task, and for a series; `alarms` are how long
    before `begins`; an `rrule` is drawn from `begins` on."""

    uid: str
    title: str
    description: str
    status: str
    begins: Due
    minutes: int
    alarms: tuple[timedelta, ...]
    rrule: str | None
    updated_at: datetime


class FeedStore(Protocol):
    async def made_at(self, member_id: int) -> datetime | None:
        """When the member's address was made; None when there is none."""

    async def put(self, member_id: int, secret_hash: bytes) -> None:
        """The only address of the member; an earlier one ends."""

    async def remove(self, member_id: int) -> bool: ...

    async def tasks(self, member_id: int, since: datetime, limit: int) -> Sequence[FeedTask]:
        """Tasks with a due that are the member's: open ones, and those that ended since then."""


class FeedDoors(Protocol):
    async def read(self, secret_hash: bytes, since: datetime, limit: int) -> Sequence[FeedTask] | None:
        """The tasks behind an address, read as its member; None when there is none, or its member was removed."""


def feed_hash(secret: str) -> bytes:
    """What is stored of an address. Secrets are long and random, so a plain hash can't be searched, and looking one up
    by its hash tells nothing of the others by its time."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class Feeds:
    """The rules of feeds. `public_url` is None where the bot has no address of its own."""

    def __init__(
        self, storage: Storage, doors: FeedDoors, new_secret: Callable[[], str], public_url: str | None
    ) -> None:
        self._storage = storage
        self._doors = doors
        self._new_secret = new_secret
        self._public_url = public_url

    @property
    def has_address(self) -> bool:
        return self._public_url is not None

    async def show(self, actor: Actor) -> datetime | None:
        """When one's address was made. Raises NotAllowed for guests."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            return await unit.feeds.made_at(actor.member_id)

    async def make(self, actor: Actor, arrival: Arrival, reply: Reply[str]) -> Answer:
        """A new address, the only time it is known; one that was there ends. Raises NotAllowed, NotFound."""
        members_only(actor)
        if self._public_url is None:
            raise NotFound(
                N_("This bot has no address on the web, so I can only send the calendar as a file.")
            )
        secret = self._new_secret()
        async with self._storage.transaction(actor) as unit:
            await unit.feeds.put(actor.member_id, feed_hash(secret))
            await unit.activity.add(
                Activity("created", "feed", actor.member_id, actor_member_id=actor.member_id)
            )
            answer = reply(f"{self._public_url.rstrip('/')}/feeds/{secret}.ics")
            await unit.updates.finish(arrival, answer)
        return answer

    async def end(self, actor: Actor, arrival: Arrival, reply: Reply[None]) -> Answer:
        """The address works no longer. Ending it again is fine and leaves no history."""
        async with self._storage.transaction(actor) as unit:
            if await unit.feeds.remove(actor.member_id):
                await unit.activity.add(
                    Activity("ended", "feed", actor.member_id, actor_member_id=actor.member_id)
                )
            answer = reply(None)
            await unit.updates.finish(arrival, answer)
        return answer

    async def own(self, actor: Actor, now: datetime) -> Sequence[Event]:
        """One's own calendar, to be sent as a file. Raises NotAllowed for guests."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            return events(await unit.feeds.tasks(actor.member_id, now - KEPT, LIMIT))

    async def read(self, secret: str, now: datetime) -> Sequence[Event] | None:
        """What a calendar program gets; None for an address that doesn't work."""
        tasks = await self._doors.read(feed_hash(secret), now - KEPT, LIMIT)
        return None if tasks is None else events(tasks)


def events(tasks: Sequence[FeedTask]) -> Sequence[Event]:
    """Each task once, and of a series what is still to come under one entry that repeats.

    A task that counts from its completion has no schedule to show. One that was moved off its rule is an entry of its
    own, and the series goes on from the rule's next day.
    """
    latest = {task.series_id or 0: task for task in tasks if _repeats(task)}
    found = []
    for task in tasks:
        if not _repeats(task) or latest[task.series_id or 0] is not task:
            found.append(_event(task))
            continue
        first = task.first or task.due
        if _is_hit(task, first):
            found.append(_series(task, task.due, first))
            continue
        found.append(_event(task))
        following = next_due(task.rrule or "", task.due, first, now=_moment(task.due))
        if following is not None:
            found.append(_series(task, following, first))
    return found


def _repeats(task: FeedTask) -> bool:
    is_open = task.status not in ("completed", "canceled")
    return is_open and task.rrule is not None and task.repeats_from_schedule and task.series_id is not None


def _is_hit(task: FeedTask, first: Due) -> bool:
    """Whether the rule itself falls on the task's day."""
    before = replace(task.due, date=task.due.date - timedelta(days=1))
    following = next_due(task.rrule or "", before, first, now=_moment(before))
    return following is not None and following.date == task.due.date


def _moment(due: Due) -> datetime:
    """A moment from which the rule's next hit counts, just before the due's own day."""
    return datetime.combine(due.date - timedelta(days=1), time(), due.zone).astimezone(UTC)


def _event(task: FeedTask) -> Event:
    return Event(
        uid=f"task-{task.id}@switchboard",
        title=task.title,
        description="\n\n".join(filter(None, (f"#{task.number}", task.description))),
        status=task.status,
        begins=task.due,
        minutes=task.duration_minutes or USUAL_MINUTES,
        alarms=_alarms(task, task.moments),
        rrule=None,
        updated_at=task.updated_at,
    )


def _series(task: FeedTask, begins: Due, first: Due) -> Event:
    rule = rest_of(task.rrule or "", begins, first)
    uid = f"series-{task.series_id}@switchboard"
    return replace(_event(task), uid=uid, begins=begins, rrule=rule, alarms=_alarms(task))


def rest_of(rule: str, begins: Due, first: Due) -> str:
    """A rule drawn from its first day as one drawn from a later hit: what it has COUNTed is taken off, and UNTIL is of
    the kind that RFC 5545 asks for beside such a start: a day beside a day, UTC beside a time."""
    parts = []
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name == "COUNT":
            bare = ";".join(one for one in rule.split(";") if not one.startswith("UNTIL"))
            start = datetime.combine(first.date, time())
            before = sum(hit.date() < begins.date for hit in rrulestr(bare, dtstart=start))
            parts.append(f"COUNT={max(1, int(value) - before)}")
        elif name == "UNTIL":
            parts.append(f"UNTIL={_until(value, begins)}")
        else:
            parts.append(part)
    return ";".join(parts)


def _until(value: str, begins: Due) -> str:
    if begins.at is None:
        if not value.endswith("Z"):
            return value[:8]
        moment = datetime.strptime(value, "%Y%m%dT%H%M%S%z")
        return f"{moment.astimezone(begins.zone):%Y%m%d}"
    if value.endswith("Z"):
        return value
    last = datetime.strptime(value[:8], "%Y%m%d").replace(hour=23, minute=59, second=59, tzinfo=begins.zone)
    return f"{last.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _alarms(task: FeedTask, moments: Sequence[datetime] = ()) -> tuple[timedelta, ...]:
    """As the bot reminds, and at no other time."""
    if task.status in ("completed", "canceled"):
        return ()
    begins = task.due.at or datetime.combine(task.due.date, time(), task.due.zone).astimezone(UTC)
    return tuple(sorted({*task.reminders, *(begins - moment for moment in moments)}))
