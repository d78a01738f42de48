"""A change of time zone: what was planned by the old clock keeps its clock in the new zone, once its owner says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.hours import Clock
from crm.people import Actor
from crm.settings import PersonSettings, Section, put
from crm.storage import Storage
from crm.updates import Arrival

AT_ONCE = 500  # tasks and reminders moved by one answer


@dataclass(frozen=True, slots=True)
class Moved:
    """The settings with the new zone, the zone before, and what goes by the clock of that: nothing of it has moved."""

    settings: PersonSettings
    before: str
    clocks: Sequence[Clock]


class ZoneChanges:
    """The rules of a change of zone."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def choose(
        self, actor: Actor, arrival: Arrival, value: str, now: datetime, reply: Reply[Moved]
    ) -> Answer:
        """The zone changes at once, and with it quiet hours and digests. Raises BadInput."""
        async with self._storage.transaction(actor) as unit:
            before, after = await put(unit, actor, Section.ZONE, value)
            changed = before.timezone != after.timezone
            clocks = await unit.hours.clocks(before.timezone, now) if changed else ()
            answer = reply(Moved(after, before.timezone, clocks))
            await unit.updates.finish(arrival, answer)
        return answer

    async def keep_clocks(
        self, actor: Actor, arrival: Arrival, before: str, now: datetime, reply: Callable[[int], Answer]
    ) -> Answer:
        """Everything still to come by the clock of `before` goes by the same clock of the person's zone; a second
        answer finds nothing more to move. The reply is told how many."""
        async with self._storage.transaction(actor) as unit:
            zone = (await unit.people.settings(actor.person_id, to_change=True)).timezone
            clocks = (await unit.hours.clocks(before, now))[:AT_ONCE] if zone != before else ()
            if clocks:
                await unit.hours.move_clocks(clocks, zone)
                await unit.activity.add(
                    Activity(
                        "clocks",
                        "settings",
                        actor.person_id,
                        actor_member_id=actor.member_id,
                        changes={"timezone": [before, zone], "clocks": len(clocks)},
                    )
                )
            answer = reply(len(clocks))
            await unit.updates.finish(arrival, answer)
        return answer
