"""Undo: one's own last change taken back, if nothing newer stands on it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crm.activity import Activity, Line, is_pair
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, CrmError, NotAllowed
from crm.people import Actor
from crm.storage import MUCH, Storage, Unit
from crm.updates import Arrival

KEPT = timedelta(days=30)  # how long a change can be taken back (DESIGN §3)


@dataclass(frozen=True, slots=True)
class Back:
    """Whose taking back it is, by which update, and when."""

    actor: Actor
    arrival: Arrival
    now: datetime


TakeBack = Callable[[Unit, Line, Back], Awaitable[bool]]
"""Undoes what a line of history tells of; False when the thing is out of reach by now."""


class Standing(BadInput):
    """Something newer stands on the change; `line` is the newest of it."""

    def __init__(self, line: Line) -> None:
        super().__init__(N_("This was changed again since, so your last change can't be taken back."))
        self.line = line


class Undo:
    """The rules of taking back; `undoable` maps (entity, action) to how it is done, and `cached` an entity to what
    forgets it where it is remembered, after the commit."""

    def __init__(
        self,
        storage: Storage,
        undoable: Mapping[tuple[str, str], TakeBack],
        cached: Mapping[str, Callable[[], Awaitable[object]]] | None = None,
    ) -> None:
        self._storage = storage
        self._undoable = undoable
        self._cached = cached or {}

    async def last(self, actor: Actor, arrival: Arrival, now: datetime, reply: Reply[Line]) -> Answer:
        """Take back the actor's last change; the next time, the one before it. It is logged like any change.

        Raises BadInput when there is none, Standing when something newer stands on it, NotAllowed when it is
        out of the actor's reach by now.
        """
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            line = await unit.activity.last_own(actor.member_id, now - KEPT)
            if line is None:
                raise _nothing()
            back = Back(actor, arrival, now)
            if "batch" in line.changes:
                line = await self._all_at_once(unit, line, back)
            else:
                await self._one(unit, line, back)
            answer = reply(line)
            await unit.updates.finish(arrival, answer)
        if (forget := self._cached.get(line.entity)) is not None:
            await forget()
        return answer

    async def take(self, unit: Unit, line: Line, back: Back) -> None:
        """Take back what one line tells of, within the caller's transaction. Raises as `last` does."""
        await self._one(unit, line, back)

    async def _all_at_once(self, unit: Unit, line: Line, back: Back) -> Line:
        """What one message changed of many tasks is taken back together; what changed again since stays as it is."""
        batch, standing, taken = await unit.activity.batch(line), [], []
        for one in batch:
            if (newer := await unit.activity.newer(one)) is not None:
                standing.append(newer)
            elif await unit.tasks.by_id(one.entity_id, to_change=True) is not None:
                await self._one(unit, one, back)
                taken.append(one)
        if not taken:
            raise Standing(standing[0]) if standing else _out_of_reach()
        return replace(taken[0], others=len(taken) - 1, left=len(batch) - len(taken))

    async def _one(self, unit: Unit, line: Line, back: Back) -> None:
        take_back = self._undoable.get((line.entity, line.action))
        if take_back is None:
            raise BadInput(N_("Your last change is of a kind that can't be taken back."))
        if (newer := await unit.activity.newer(line)) is not None:
            raise Standing(newer)
        undone = Activity(
            "undone",
            line.entity,
            line.entity_id,
            actor_member_id=back.actor.member_id,
            changes=reversed_changes(line.changes),
            undo_of=line.id,
        )
        if not await unit.activity.add(undone):  # by another process, this very moment
            raise _nothing()
        if not await take_back(unit, line, back):
            raise _out_of_reach()


def reversed_changes(changes: Mapping[str, object]) -> dict[str, object]:
    """[old, new] the other way round; a first value goes to nothing."""
    return {
        name: [*reversed(told)] if isinstance(told, list) and is_pair(name, told) else [told, None]
        for name, told in changes.items()
    }


def _out_of_reach() -> CrmError:
    return NotAllowed(N_("This is out of your reach by now, so it stays as it is."))


def _nothing() -> CrmError:
    return BadInput(N_("There is nothing of yours to take back."))
