"""Checklists: the small steps inside a task, added by lines of text, ticked by buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotFound, Stale
from crm.grammar.drafts import items
from crm.grammar.letters import on_one_line, storable
from crm.people import Actor
from crm.storage import Storage, Unit
from crm.tasks.details import Item
from crm.tasks.entities import Task
from crm.tasks.reaching import found, to_change
from crm.updates import Arrival

ITEMS = 30  # of one checklist; each has buttons, and a keyboard holds 100
ITEM_LIMIT = 100  # characters


@dataclass(frozen=True, slots=True)
class Checklist:
    task: Task
    items: Sequence[Item]


class Checklists:
    """The rules of checklists."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor, task_id: int) -> Checklist:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            return Checklist(await found(unit, task_id), await unit.task_details.items(task_id))

    async def add(
        self, actor: Actor, arrival: Arrival, task_id: int, text: str, reply: Reply[Checklist]
    ) -> Answer:
        """An item for each line. Raises BadInput for none, long ones or too many, NotFound, NotAllowed."""
        texts = [" ".join(on_one_line(storable(line)).split()) for line in items(text)]
        async with self._storage.transaction(actor) as unit:
            await to_change(unit, task_id)
            _check(texts, len(await unit.task_details.items(task_id)))
            made = await unit.task_details.add_items(task_id, texts)
            changes = {"items": ", ".join(texts), "item_ids": " ".join(str(one) for one in made)}
            added = Activity("items_added", "task", task_id, actor_member_id=actor.member_id, changes=changes)
            return await _finish(unit, arrival, added, reply)

    async def tick(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        item_id: int,
        reply: Reply[Checklist],
        *,
        version: int,
        at: datetime | None,
    ) -> Answer:
        """Tick at that moment, or take the tick back when None. Raises NotFound, NotAllowed, Stale."""
        async with self._storage.transaction(actor) as unit:
            item = await _item(unit, task_id, item_id, version)
            if item.is_ticked is (at is not None):  # whatever the version says, nothing is done twice
                raise Stale(N_("Changed since, here it is now"))
            await unit.task_details.tick(item_id, at)
            is_on = at is not None
            action = Activity(
                "item_ticked" if is_on else "item_unticked",
                "task",
                task_id,
                actor_member_id=actor.member_id,
                changes=_told(item),
            )
            return await _finish(unit, arrival, action, reply)

    async def remove(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        item_id: int,
        reply: Reply[Checklist],
        *,
        version: int,
        now: datetime,
    ) -> Answer:
        """Raises NotFound, NotAllowed, Stale."""
        async with self._storage.transaction(actor) as unit:
            item = await _item(unit, task_id, item_id, version)
            await unit.task_details.remove_items([item_id], now)
            removed = Activity(
                "item_removed", "task", task_id, actor_member_id=actor.member_id, changes=_told(item)
            )
            return await _finish(unit, arrival, removed, reply)


def _check(texts: Sequence[str], there: int) -> None:
    if not texts:
        raise BadInput(N_("Write the steps of the task, each on a line of its own."))
    if there + len(texts) > ITEMS:
        raise BadInput(
            N_("A checklist holds {limit} items; that would make {count}."),
            limit=ITEMS,
            count=there + len(texts),
        )
    longest = max(len(text) for text in texts)
    if longest > ITEM_LIMIT:
        raise BadInput(
            N_("One of the lines has {length} characters. An item fits in {limit}: type it shorter."),
            length=longest,
            limit=ITEM_LIMIT,
        )


async def _item(unit: Unit, task_id: int, item_id: int, version: int) -> Item:
    await to_change(unit, task_id, version)
    item = next((one for one in await unit.task_details.items(task_id) if one.id == item_id), None)
    if item is None:
        raise NotFound(N_("That item is no longer on the list."))
    return item


def _told(item: Item) -> dict[str, object]:
    return {"item": item.text, "item_ids": str(item.id)}


async def _finish(unit: Unit, arrival: Arrival, done: Activity, reply: Reply[Checklist]) -> Answer:
    await unit.activity.add(done)
    task = await unit.tasks.touch(done.entity_id)
    answer = reply(Checklist(task, await unit.task_details.items(task.id)))
    await unit.updates.finish(arrival, answer)
    return answer
