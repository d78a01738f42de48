"""Hours: whether a message goes now, waits for its recipient's hours, or goes to whoever stands in for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from crm.grammar.dates import Due
from crm.holidays import NOWHERE, calendar_of, guessed_country
from crm.people import Actor
from crm.quiet import Habits, Wait, held_until
from crm.reasons import Why
from crm.settings import PersonSettings
from crm.storage import Unit

TO_GROUPS = frozenset({"gap_here"})  # notices that are said in the group they are about, which has no hours
AT_ITS_TIME = timedelta(minutes=15)  # how late what somebody asked for comes at the moment they asked for
PASSED_ON = frozenset({None, "task_assigned"})  # what a substitute is told: reminders of tasks, and new tasks


@dataclass(frozen=True, slots=True)
class Matter:
    """What is about to be sent, and the hours of its recipient. `days_matter`: nobody chose the day for themselves, as
    with a task that a colleague gave or that repeats, and that has no clock. `asked_for` is the moment, where the
    recipient named it themselves."""

    settings: PersonSettings
    region: str | None
    urgent: bool
    task_id: int | None
    notice: str | None
    days_matter: bool
    asked_at: datetime
    asked_for: datetime | None = None
    away_since: datetime | None = None
    away_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StandIn:
    """Whoever serves an absent member in this team, in their own private chat, and until when they are away too."""

    actor: Actor
    away_until: datetime | None


@dataclass(frozen=True, slots=True)
class Absence:
    """A member who is away; `substitute` is of this team, or None."""

    member_id: int
    name: str
    until: datetime
    substitute_id: int | None = None
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """Something of a person's that comes at a wall clock: a task or a reminder (`kind`), in one of their teams.
    `task_id` is a task's own, or that of the task a reminder is of."""

    kind: str
    id: int
    title: str
    due: Due
    team: str
    repeats: bool
    task_id: int | None = None


class HourStore(Protocol):
    async def note(self, delivery_id: int, reason: str) -> None:
        """Keep with a delivery what became of it."""

    async def stand_in(self, now: datetime) -> StandIn | None:
        """Who serves the entered member in the entered team; None when they are not away, or nobody does."""

    async def absences(self, now: datetime) -> Sequence[Absence]:
        """Who of the entered team is away; a guest learns of themselves only."""

    async def away(self, person_id: int) -> tuple[datetime, datetime] | None:
        """Since when and until when one is away oneself."""

    async def go_away(self, until: datetime, substitute_id: int | None, now: datetime) -> None:
        """The entered person is away; the substitute is a member of the entered team. Whom it concerns is told."""

    async def come_back(self, now: datetime) -> None:
        """They are back: what waited goes, and whom it concerns is told."""

    async def clocks(self, zone: str, now: datetime) -> Sequence[Clock]:
        """What of the entered person's is to come by the clock of a zone, in all their teams, the next first."""

    async def move_clocks(self, clocks: Sequence[Clock], zone: str) -> None:
        """The same clocks in another zone."""


def held_up(matter: Matter, now: datetime) -> datetime | None:
    """Until when being away keeps it. Urgent things don't wait, nor what one asked for oneself while away."""
    if matter.urgent or matter.notice in TO_GROUPS or matter.away_until is None or matter.away_until <= now:
        return None
    asked_while_away = matter.away_since is not None and matter.asked_at >= matter.away_since
    is_own = matter.task_id is None and matter.notice is None
    return None if is_own and asked_while_away else matter.away_until


async def waits(matter: Matter, now: datetime) -> Wait | None:
    """Until when a message waits for its recipient's hours, in which they are not away. The moment one named oneself is
    no quiet one; missed by much, it is not that moment any more."""
    if matter.urgent or matter.notice in TO_GROUPS:
        return None
    if matter.asked_for is not None and now - matter.asked_for < AT_ITS_TIME:
        return None
    habits = await habits_of(matter.settings, matter.region, now, with_days=matter.days_matter)
    return held_until(habits, now, patient=matter.days_matter)


async def habits_of(
    settings: PersonSettings, region: str | None, now: datetime, *, with_days: bool = True
) -> Habits:
    """A person's hours; holidays are read when the days matter."""
    zone = ZoneInfo(settings.timezone)
    calendar = NOWHERE
    if with_days and settings.holidays:
        country = settings.country or guessed_country(settings.timezone, region)
        calendar = await calendar_of(country, now.astimezone(zone).date())
    return Habits(zone, settings.quiet, settings.workdays, calendar)


async def served_by(unit: Unit, matter: Matter, until: datetime, now: datetime) -> StandIn | Wait:
    """Who gets what its recipient is away from, or until when it waits. Reminders of one's own are nobody else's."""
    wait = Wait(until, Why.AWAY)
    if matter.task_id is None or matter.notice not in PASSED_ON:
        return wait
    found = await unit.hours.stand_in(now)
    if found is None:
        return wait
    if found.away_until is not None and found.away_until > now:
        return Wait(min(found.away_until, until), Why.AWAY)
    return found


def moved(due: Due, zone: str) -> Due:
    """The same clock on the same day elsewhere."""
    return Due(due.date, due.time, zone)


def clock_in(due_at: datetime, zone: str, clock: time | None = None) -> Due:
    """The wall clock of a moment; `clock` is the one that was meant, where a gap shifted it."""
    here = due_at.astimezone(ZoneInfo(zone))
    return Due(here.date(), clock or here.time().replace(fold=0), zone)
