"""A change of time zone: what was planned by the old clock keeps its clock in the new zone, unless its owner would
rather have it at the same moment."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.activity import About, Activity, Line, Scope
from crm.answers import Answer, Reply
from crm.hours import Clock, moved
from crm.people import Actor
from crm.settings import PersonSettings, Section, changed, differences
from crm.storage import MUCH, Storage, Unit
from crm.updates import Arrival

AT_ONCE = 500  # tasks and reminders moved by one statement
LOOKED_AT = 50  # lines of history among which the change of zone is found again
Ids = Mapping[str, Collection[int]]
"""Of what was moved, by kind (see Clock)."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The settings with the new zone, the zone before, and what went by the clock of that: `clocks` come at the same
    clock in the new zone now, each as it was before; `staying` come at the same moment, as their clock has passed here
    already."""

    settings: PersonSettings
    before: str
    clocks: Sequence[Clock]
    staying: Sequence[Clock] = ()


class ZoneChanges:
    """The rules of a change of zone."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def choose(
        self, actor: Actor, arrival: Arrival, value: str, now: datetime, reply: Reply[Moved]
    ) -> Answer:
        """The zone changes at once, and with it quiet hours, digests and whatever goes by the clock. Raises
        BadInput."""
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            before = await unit.people.settings(actor.person_id, to_change=True)
            after = changed(before, Section.ZONE, value)
            going: Sequence[Clock] = ()
            staying: Sequence[Clock] = ()
            if after.timezone != before.timezone:
                await unit.people.set_settings(actor.person_id, after)
                clocks = await unit.hours.clocks(before.timezone, now)
                going, staying = _parted(clocks, after.timezone, now)
                await _move(unit, going, after.timezone)
                await _write_down(unit, actor, "changed", differences(before, after), going)
            answer = reply(Moved(after, before.timezone, _told(going), _told(staying)))
            await unit.updates.finish(arrival, answer)
        return answer

    async def keep_moments(
        self, actor: Actor, arrival: Arrival, before: str, now: datetime, reply: Callable[[int], Answer]
    ) -> Answer:
        """What the change from the zone `before` moved comes at the moment it had; a second answer finds nothing more
        to move. The reply is told how many."""
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            zone = (await unit.people.settings(actor.person_id, to_change=True)).timezone
            lines = await unit.activity.lines(Scope(About.PERSON, actor.member_id), limit=LOOKED_AT, offset=0)
            clocks: Sequence[Clock] = ()
            if (ids := _moved_by(lines, before, zone)) is not None:
                clocks = await move_back(unit, ids, zone, before, now)
            if clocks:
                await _write_down(unit, actor, "clocks", {"timezone": [zone, before]}, clocks)
            answer = reply(len(_told(clocks)))
            await unit.updates.finish(arrival, answer)
        return answer


async def move_back(unit: Unit, ids: Ids, zone: str, to: str, now: datetime) -> Sequence[Clock]:
    """Of what is named, whatever is still to come by the clock of `zone` goes by the same clock of another; what that
    was."""
    clocks = [one for one in await unit.hours.clocks(zone, now) if one.id in ids.get(one.kind, ())]
    await _move(unit, clocks, to)
    return clocks


def ids_of(changes: Mapping[str, Any]) -> Ids:
    """What a line of history says was moved."""
    told = changes.get("moved")
    return {kind: frozenset(ids) for kind, ids in told.items()} if isinstance(told, Mapping) else {}


async def _move(unit: Unit, clocks: Sequence[Clock], zone: str) -> None:
    for begin in range(0, len(clocks), AT_ONCE):
        await unit.hours.move_clocks(clocks[begin : begin + AT_ONCE], zone)


def _parted(clocks: Sequence[Clock], zone: str, now: datetime) -> tuple[list[Clock], list[Clock]]:
    """What keeps its clock, and what stays at its moment since the clock has passed in the new zone. A reminder of a
    task goes with its task."""

    def has_passed(clock: Clock) -> bool:
        at = moved(clock.due, zone).at
        return at is not None and at <= now

    passed = {one.id: has_passed(one) for one in clocks if one.kind == "task"}
    staying = [one for one in clocks if passed.get(one.task_id or 0, has_passed(one))]
    kept = {(one.kind, one.id) for one in staying}
    return [one for one in clocks if (one.kind, one.id) not in kept], staying


def _told(clocks: Sequence[Clock]) -> list[Clock]:
    """Without the reminders of tasks that are told of themselves."""
    tasks = {one.id for one in clocks if one.kind == "task"}
    return [one for one in clocks if one.kind == "task" or one.task_id not in tasks]


def _moved_by(lines: Sequence[Line], before: str, zone: str) -> Ids | None:
    """What the last change from one zone to the other moved, unless that was taken back."""
    undone = {line.undo_of for line in lines}
    for line in lines:
        is_change = line.entity == "settings" and line.undo_of is None
        if is_change and line.changes.get("timezone") == [before, zone]:
            return None if line.id in undone else ids_of(line.changes)
    return None


async def _write_down(
    unit: Unit, actor: Actor, action: str, changes: Mapping[str, object], clocks: Sequence[Clock]
) -> None:
    told: dict[str, object] = dict(changes)
    if clocks:
        kinds = {one.kind for one in clocks}
        told["clocks"] = len(_told(clocks))
        told["moved"] = {kind: [one.id for one in clocks if one.kind == kind] for kind in sorted(kinds)}
    await unit.activity.add(
        Activity(action, "settings", actor.person_id, actor_member_id=actor.member_id, changes=told)
    )
