"""Readiness: asked just before sending, whether a delivery goes now, waits, goes to somebody else, or not at all."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from crm.errors import Removed
from crm.hours import Matter, StandIn, held_up, served_by, waits
from crm.quiet import Wait
from crm.reasons import Why
from crm.storage import Storage

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


Look = Callable[["Sequence[Delivery]"], Awaitable[Mapping[int, Matter | None]]]  # see DeliveryDoors.look
GONE = Passed("done, taken over or deleted meanwhile")


async def ready_together(
    storage: Storage, look: Look, deliveries: "Sequence[Delivery]", now: datetime
) -> Sequence[Ready | Held | Passed]:
    """In this order: the lease and the task, as the recipient sees it; whoever stands in; the hours."""
    seen = await look(deliveries)
    return [await _decided(storage, one, seen.get(one.id, GONE), now) for one in deliveries]


async def _decided(
    storage: Storage, delivery: "Delivery", matter: Matter | Passed | None, now: datetime
) -> Ready | Held | Passed:
    if matter is None:
        return Passed("the recipient is no longer of the team")
    if isinstance(matter, Passed):
        return matter
    until = held_up(matter, now)
    if until is None:
        wait = await waits(matter, now)
        return Ready(delivery) if wait is None else Held(wait.until, wait.why)
    try:
        async with storage.transaction(delivery.actor) as unit:
            served = await served_by(unit, matter, until, now)
    except Removed:
        return Passed("the recipient is no longer of the team")
    if isinstance(served, Wait):
        return Held(served.until, served.why)
    return await _ready_for(storage, served, delivery, matter, until, now)


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
