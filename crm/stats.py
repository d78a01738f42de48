"""Stats: what a team got done in a week or a month, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from crm.calls import Outcome
from crm.errors import N_, NotAllowed
from crm.people import Actor, Role
from crm.storage import Storage
from crm.tasks.filters import Days, month_of, week_of
from crm.visibility import Sight


class Period(StrEnum):
    """The calendar week, from Monday, or the calendar month, in the person's zone."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Work:
    """What was done: tasks created, done, overdue right now, and calls by how they ended."""

    created: int = 0
    done: int = 0
    overdue: int = 0
    calls: Mapping[Outcome, int] = field(default_factory=dict)

    def __add__(self, other: "Work") -> "Work":
        calls = {one: self.calls.get(one, 0) + other.calls.get(one, 0) for one in Outcome}
        return Work(
            self.created + other.created,
            self.done + other.done,
            self.overdue + other.overdue,
            {outcome: count for outcome, count in calls.items() if count},
        )

    def __bool__(self) -> bool:
        return bool(self.created or self.done or self.overdue or self.calls)


@dataclass(frozen=True, slots=True)
class MemberWork:
    """`name` is None for what is nobody's by now; `member_id` too."""

    member_id: int | None
    name: str | None
    work: Work


@dataclass(frozen=True, slots=True)
class Summary:
    """Of the team, and of each member with something to tell, by name; a member who sees their own has no `team`."""

    period: Period
    days: Days
    team: Work | None
    members: Sequence[MemberWork]


class StatsStore(Protocol):
    async def of(self, days: Days, now: datetime) -> Sequence[MemberWork]:
        """One SELECT: created by its author, done and overdue by the assignee, calls by who made them, as far as the
        actor may see. `now` is in the person's zone."""


class Stats:
    """The rules of stats."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor, period: Period, now: datetime) -> Summary:
        """Raises NotAllowed for a guest."""
        if actor.role is Role.GUEST:
            raise NotAllowed(N_("That is for members of the team."))
        days = {Period.WEEK: week_of, Period.MONTH: month_of}[period](now, actor.zone)
        async with self._storage.transaction(actor) as unit:
            members = await unit.stats.of(days, now.astimezone(actor.zone))
            sees_all = actor.role is not Role.MEMBER or await unit.visibility.get() is Sight.EVERYONE
        if not sees_all:
            own = [one for one in members if one.member_id == actor.member_id]
            return Summary(period, days, None, own)
        team = sum((one.work for one in members), Work())
        return Summary(
            period, days, team, sorted(members, key=lambda one: (one.name is None, one.name or ""))
        )
