"""Agenda: what is overdue and what is due today, and everything overdue moved or handed over at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from crm.answers import Answer, Reply
from crm.errors import N_, NotAllowed, NotFound
from crm.grammar.dates import Due
from crm.people import Actor, Role
from crm.storage import MUCH, Storage, Unit
from crm.tasks.changes import set_assignee, set_date
from crm.tasks.entities import Task
from crm.tasks.filters import Filter, When
from crm.tasks.late import is_overdue
from crm.tasks.lists import Step
from crm.tasks.saving import without_readings
from crm.tasks.writing import complete_task, write_change
from crm.teams import Member
from crm.updates import Arrival

SHOWN = 15  # overdue tasks, and tasks of today, on one agenda
AT_ONCE = 200  # overdue tasks changed by one press: a few seconds of one transaction
PAGES = 20  # of that many, looked through for those that a press would change


@dataclass(frozen=True, slots=True)
class Day:
    """One's own tasks: overdue ones, the longest first, and those still to come today; `now` is in the person's zone.
    `more_…` says that there are others. `stale`: the button that was pressed was of another version of its task."""

    now: datetime
    overdue: Sequence[Task]
    today: Sequence[Task]
    more_overdue: bool = False
    more_today: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Swept:
    """How many overdue tasks were changed, and whether others are left: beyond what goes at once, or not one's own to
    change. `to` says the new day, or the name of whom they were handed to."""

    count: int
    more: bool
    refused: int
    to: date | str


class Agenda:
    """The rules of the day."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor, now: datetime) -> Day:
        async with self._storage.transaction(actor) as unit:
            return await _day(unit, actor, now)

    async def finish(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        version: int,
        now: datetime,
        reply: Reply[Day],
    ) -> Answer:
        """Mark one of it done. A button of another version changes nothing. Raises NotFound, NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            task = await unit.tasks.by_id(task_id, to_change=True)
            if task is None:
                raise await _out_of_reach(unit, task_id)
            if task.version == version:
                await complete_task(unit, actor, arrival, task, now)
            day = await _day(unit, actor, now)
            answer = reply(replace(day, stale=task.version != version))
            await unit.updates.finish(arrival, answer)
        return answer

    async def heirs(self, actor: Actor) -> Sequence[Member]:
        """Whom overdue tasks may be handed to."""
        async with self._storage.transaction(actor) as unit:
            members = await unit.teams.members()
        return [one for one in members if one.id != actor.member_id]

    async def move(
        self,
        actor: Actor,
        arrival: Arrival,
        filter_: Filter,
        day: date,
        now: datetime,
        reply: Reply[Swept],
    ) -> Answer:
        """Everything overdue of a filter to another day, at its clock; where that has passed, for the whole day."""
        tz = actor.timezone

        def moved(task: Task) -> Task:
            later = set_date(day, tz)(task)
            passed = later.due is not None and later.due.at is not None and later.due.at <= now
            later = replace(later, due=Due(day, None, later.due.tz)) if passed and later.due else later
            begins_after = later.start_date is not None and later.start_date > day
            return replace(later, start_date=None) if begins_after else later

        return await self._sweep(actor, arrival, filter_, moved, day, now, reply)

    async def hand_over(
        self,
        actor: Actor,
        arrival: Arrival,
        filter_: Filter,
        member_id: int,
        now: datetime,
        reply: Reply[Swept],
    ) -> Answer:
        """Everything overdue of a filter to another member. Raises NotFound when they have left."""
        heir = next((one for one in await self.heirs(actor) if one.id == member_id), None)
        if heir is None:
            raise NotFound(N_("That person is no longer in the team."))
        return await self._sweep(actor, arrival, filter_, set_assignee(member_id), heir.name, now, reply)

    async def _sweep(
        self,
        actor: Actor,
        arrival: Arrival,
        filter_: Filter,
        change: Callable[[Task], Task],
        to: date | str,
        now: datetime,
        reply: Reply[Swept],
    ) -> Answer:
        """In one transaction, with a line of history for each, which /undo takes back together."""
        if actor.role is Role.GUEST:
            raise NotAllowed(N_("That is for members of the team."))
        wanted = replace(filter_.of(actor.member_id), when=When.OVERDUE, done=False)
        count, refused = 0, 0
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            here = now.astimezone(actor.zone)
            tasks = await _to_sweep(unit, wanted, here, change)
            for seen in sorted(
                tasks[:AT_ONCE], key=lambda one: one.id
            ):  # in one order, so that two don't lock up
                task = await unit.tasks.by_id(seen.id, to_change=True)
                if task is None:
                    refused += 1
                elif is_overdue(task, now):  # and not done meanwhile
                    written = await write_change(
                        unit, actor, arrival, task, without_readings(change(task)), batch=arrival.update_id
                    )
                    count += written.version != task.version
            answer = reply(Swept(count, len(tasks) > AT_ONCE, refused, to))
            await unit.updates.finish(arrival, answer)
        return answer


async def _to_sweep(
    unit: Unit, wanted: Filter, here: datetime, change: Callable[[Task], Task]
) -> Sequence[Task]:
    """Those it would change, one more than go at once at most: what an earlier press handed over is still overdue, and
    may fill the first pages of a whole team's list."""
    found: list[Task] = []
    step: Step | None = None
    for _number in range(PAGES):
        page = await unit.task_lists.page(wanted, step, limit=AT_ONCE + 1, now=here)
        found += [task for task in page if change(task) != task]
        if len(found) > AT_ONCE or len(page) <= AT_ONCE:
            break
        step = Step(page[-1].id)
    return found


async def _day(unit: Unit, actor: Actor, now: datetime) -> Day:
    here = now.astimezone(actor.zone)
    tasks = await unit.task_lists.day(actor.member_id, here, limit=SHOWN + 1)
    overdue = [task for task in tasks if is_overdue(task, now)]
    today = [task for task in tasks if not is_overdue(task, now)]
    return Day(here, overdue[:SHOWN], today[:SHOWN], len(overdue) > SHOWN, len(today) > SHOWN)


async def _out_of_reach(unit: Unit, task_id: int) -> NotFound | NotAllowed:
    seen = await unit.tasks.by_id(task_id)
    if seen is None:
        return NotFound(
            N_("That task is no longer here, or it is of another team of yours. See /tasks and /team")
        )
    return NotAllowed(
        N_("Task {number} is somebody else's. Ask them, or a member of the team."), number=seen.number
    )
