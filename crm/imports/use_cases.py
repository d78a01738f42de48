"""What may be done with a table: try it, take it in once, take it back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.contacts import members_only
from crm.errors import N_, BadInput, NotFound
from crm.exports import Kind
from crm.imports.book import folded
from crm.imports.fields import Mapped
from crm.imports.planning import plan_calls, plan_contacts, plan_tasks
from crm.imports.plans import CallFacts, ContactFacts, NewImport, Plan, TakenBack, TaskFacts
from crm.imports.reading import Habits, Rows, read_calls, read_contacts, read_tasks
from crm.imports.tables import Table
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import MUCH, Storage, Unit
from crm.updates import Arrival

IMPORT = "import"  # what history calls it


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken in, by the id that takes it back."""

    id: int
    plan: Plan


class Imports:
    """The rules of imports."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def check(self, actor: Actor) -> None:
        """Raises NotAllowed for guests."""
        members_only(actor)

    async def preview(self, actor: Actor, table: Table, kind: Kind, mapped: Mapped, now: datetime) -> Plan:
        """What would be taken in; nothing is changed."""
        members_only(actor)
        rows = await self._read(actor, table, kind, mapped, now)
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            return await _plan(unit, actor, kind, rows)

    async def apply(
        self,
        actor: Actor,
        arrival: Arrival,
        table: Table,
        mapped: Mapped,
        new: NewImport,
        now: datetime,
        reply: Reply[Imported],
        *,
        step: Callable[[int], None] = lambda _done: None,
    ) -> Answer:
        """All of it or nothing, planned anew beside what is there by now; `step` is told how many rows are done.

        Raises BadInput when this document was taken in before, or has nothing that is new.
        """
        members_only(actor)
        rows = await self._read(actor, table, new.kind, mapped, now)
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            import_id = await unit.imports.begin(new, actor)
            if import_id is None:
                raise BadInput(N_("This file was taken in already. To take it in again, send it again."))
            plan = await _plan(unit, actor, new.kind, rows)
            if not plan.steps:
                raise BadInput(N_("Nothing in the file is new by now, so nothing was changed."))
            await unit.imports.write(import_id, plan, actor, now, step)
            changes = {"file": new.file_name, "made": len(plan.main.new), "changed": len(plan.main.changed)}
            await unit.activity.add(
                Activity("created", "import", import_id, actor_member_id=actor.member_id, changes=changes)
            )
            answer = reply(Imported(import_id, plan))
            await unit.updates.finish(arrival, answer)
        return answer

    async def take_back(
        self, actor: Actor, arrival: Arrival, import_id: int, now: datetime, reply: Reply[TakenBack]
    ) -> Answer:
        """What people changed or used since stays. Raises NotFound for one that was taken back or is another's."""
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            line = await unit.imports.line(import_id)
            undone = Activity("undone", IMPORT, import_id, actor_member_id=actor.member_id, undo_of=line)
            if line is None or not await unit.activity.add(undone):
                raise NotFound(N_("This import is not there to take back any more."))
            answer = reply(await unit.imports.take_back(import_id, line, now))
            await unit.updates.finish(arrival, answer)
        return answer

    async def _read(self, actor: Actor, table: Table, kind: Kind, mapped: Mapped, now: datetime) -> "AnyRows":
        """The rows by the person's habits, beside the event loop: twenty thousand take seconds."""
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            reader = await reader_of(unit, actor)
        usual = reader.date_order or ("MDY" if "US" in reader.regions else "DMY")
        habits = Habits(actor.zone, reader.regions, usual, now)
        if kind is Kind.CONTACTS:
            return await asyncio.to_thread(read_contacts, table, mapped, habits)
        if kind is Kind.TASKS:
            return await asyncio.to_thread(read_tasks, table, mapped, habits)
        return await asyncio.to_thread(read_calls, table, mapped, habits)


AnyRows = Rows[ContactFacts] | Rows[TaskFacts] | Rows[CallFacts]


async def _plan(unit: Unit, actor: Actor, kind: Kind, rows: AnyRows) -> Plan:
    """The rows beside what is there: three lookups at most, whatever their number."""
    members = await _members(unit)
    ids = {one.id for one in rows.read if one.id is not None}
    if kind is Kind.CONTACTS:
        contacts: Rows[ContactFacts] = rows  # type: ignore[assignment]  # of this kind, as they were read
        there = await unit.imports.contacts(
            ids=ids,
            phones={phone for one in contacts.read for phone in one.facts.phones},
            emails={one.facts.email.lower() for one in contacts.read if one.facts.email},
            names={folded(one.facts.name) for one in contacts.read},
        )
        return await asyncio.to_thread(plan_contacts, contacts, there, members, actor)
    about: Rows[TaskFacts] | Rows[CallFacts] = rows  # type: ignore[assignment]  # the same
    known = await unit.imports.contacts(
        ids=set(),
        phones={one.facts.phone for one in about.read if one.facts.phone},
        emails=set(),
        names={folded(one.contact) for one in about.read if one.contact},
    )
    if kind is Kind.TASKS:
        tasks: Rows[TaskFacts] = rows  # type: ignore[assignment]  # the same
        titles = {one.facts.title for one in tasks.read}
        same = await unit.imports.tasks(ids=ids, titles=titles)
        return await asyncio.to_thread(plan_tasks, tasks, same, known, members, actor)
    calls: Rows[CallFacts] = rows  # type: ignore[assignment]  # the same
    logged = await unit.imports.calls(
        ids=ids,
        external_ids={one.facts.external_id for one in calls.read if one.facts.external_id},
        moments={one.facts.started_at for one in calls.read},
    )
    return await asyncio.to_thread(plan_calls, calls, logged, known, members, actor)


async def _members(unit: Unit) -> dict[str, int]:
    """Ids by name and username; a name that several have means nobody."""
    found: dict[str, set[int]] = {}
    for member in await unit.teams.members():
        for name in (member.name, member.username):
            if name:
                found.setdefault(folded(name), set()).add(member.id)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}
