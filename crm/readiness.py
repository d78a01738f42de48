"""Readiness: asked just before sending, whether a delivery goes now, waits, goes to somebody else, or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from crm.errors import Removed
from crm.hours import Matter, StandIn, held_up, served_by, waits
from crm.quiet import Wait
from crm.reasons import Why
from crm.storage import Storage, Unit

if TYPE_CHECKING:  # deliveries are made ready by their own use case
    from crm.deliveries import Delivery


@dataclass(frozen=True, slots=True)
class Ready:
    """To be sent now, perhaps to somebody else than it was claimed for."""

    delivery: "Delivery"


@dataclass(frozen=True, slots=True)
class Held:
    """Not yet: it waits until then, and says why it is late."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Not at all."""

    reason: str


async def ready_together(
    storage: Storage, deliveries: "Sequence[Delivery]", now: datetime
) -> Sequence[Ready | Held | Passed]:
    """In this order: the lease and the task, as the recipient sees it; whoever stands in; the hours. One transaction
    for each member and chat."""
    asked: dict[int, _Asked | Passed] = {}
    for group in by_entry(deliveries):
        try:
            async with storage.transaction(group[0].actor) as unit:
                for delivery in group:
                    asked[delivery.id] = await _ask(unit, delivery, now)
        except Removed:
            asked |= {one.id: Passed("the recipient is no longer of the team") for one in group}
    return [await _decided(storage, delivery, asked[delivery.id], now) for delivery in deliveries]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What decides about a delivery: its matter, and while its recipient is away until when, and who serves them."""

    matter: Matter
    until: datetime | None
    served: StandIn | Wait | None


async def _ask(unit: Unit, delivery: "Delivery", now: datetime) -> _Asked | Passed:
    if not await unit.deliveries.holds(delivery):
        return Passed("done, taken over or deleted meanwhile")
    matter = await unit.hours.matter(delivery.id)
    until = held_up(matter, now)
    return _Asked(matter, until, None if until is None else await served_by(unit, matter, until, now))


async def _decided(
    storage: Storage, delivery: "Delivery", asked: _Asked | Passed, now: datetime
) -> Ready | Held | Passed:
    """Outside of the transaction, as the calendar of holidays takes a while at first."""
    if isinstance(asked, Passed):
        return asked
    if isinstance(asked.served, StandIn) and asked.until is not None:
        return await _ready_for(storage, asked.served, delivery, asked.matter, asked.until, now)
    wait = asked.served if isinstance(asked.served, Wait) else await waits(asked.matter, now)
    return Ready(delivery) if wait is None else Held(wait.until, wait.why)


async def _ready_for(
    storage: Storage, served: StandIn, delivery: "Delivery", matter: Matter, until: datetime, now: datetime
) -> Ready | Held:
    """Whoever stands in must see the task too, and has hours of their own; else it waits for who is away."""
    out_of_sight = Held(until, Why.AWAY)
    try:
        async with storage.transaction(served.actor) as unit:
            if delivery.task_id is None or await unit.tasks.by_id(delivery.task_id) is None:
                return out_of_sight
            settings = await unit.people.settings(served.actor.person_id)
    except Removed:
        return out_of_sight
    wait = await waits(replace(matter, settings=settings, asked_for=None), now)
    if wait is not None:
        return Held(min(wait.until, until), wait.why)
    return Ready(replace(delivery, stand_in=served.actor))


def by_entry(deliveries: "Iterable[Delivery]") -> "list[list[Delivery]]":
    """By the member and chat in whose name a transaction is entered."""

    def entry(delivery: "Delivery") -> tuple[int, int, int]:
        actor = delivery.actor
        return actor.workspace_id, actor.member_id, actor.chat_id or 0

    return [list(group) for _entry, group in groupby(sorted(deliveries, key=entry), entry)]
