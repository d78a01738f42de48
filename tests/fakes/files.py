"""Fakes of exports, imports and feeds."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from crm.contacts import Contact
from crm.exports import CallRow, ContactRow, Kind, Row, TaskRow
from crm.feeds import FeedTask
from crm.imports import CallFacts, ContactFacts, Known, NewImport, Plan, TakenBack, TaskFacts
from crm.imports.book import folded
from crm.people import Actor
from tests.fakes.contacts import ContactRow as Kept
from tests.fakes.people import MONDAY

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage, State


@dataclass(frozen=True, slots=True)
class ImportRow:
    new: NewImport
    actor: Actor
    plan: Plan | None = None
    contact_ids: tuple[int, ...] = ()


class FakeExports:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def rows(self, kind: Kind, *, after: int, limit: int) -> Sequence[Row]:
        found = [row for row in self._all(kind) if row.id > after and row.id not in self._state.deleted]
        return sorted(found, key=lambda row: row.id)[:limit]

    def _all(self, kind: Kind) -> list[Row]:
        team = self._actor.workspace_id
        if kind is Kind.CONTACTS:
            kept = [row.contact for row in self._state.contacts.values() if row.workspace_id == team]
            return [
                ContactRow(id=one.id, name=one.full_name, phones=tuple(one.phones), created_at=MONDAY)
                for one in kept
            ]
        if kind is Kind.CALLS:
            return [
                CallRow(
                    id=row.call.id,
                    started_at=row.call.started_at,
                    direction=row.call.direction,
                    outcome=row.call.outcome,
                    duration_seconds=row.call.duration_seconds,
                    contact=row.call.contact.full_name,
                    phone=row.call.phone,
                    notes=row.call.notes,
                )
                for row in self._state.calls.values()
                if row.actor.workspace_id == team
            ]
        tasks = [row.task for row in self._state.tasks.values() if row.actor.workspace_id == team]
        return [
            TaskRow(
                id=one.id,
                number=one.number,
                title=one.title,
                due=one.due,
                rrule=one.rrule,
                created_at=one.created_at,
            )
            for one in tasks
        ]


class FakeImports:
    """Contacts are found and made; of tasks and calls only the plan is kept."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def contacts(
        self,
        *,
        ids: Collection[int],
        phones: Collection[str],
        emails: Collection[str],
        names: Collection[str],
    ) -> Sequence[Known[ContactFacts]]:
        ours = [
            row.contact
            for row in self._state.contacts.values()
            if row.workspace_id == self._actor.workspace_id
        ]
        return [
            Known(one.id, ContactFacts(name=one.full_name, phones=tuple(one.phones)))
            for one in ours
            if one.id not in self._state.deleted
            and (one.id in ids or folded(one.full_name) in names or set(one.phones) & set(phones))
        ]

    async def tasks(self, *, ids: Collection[int], titles: Collection[str]) -> Sequence[Known[TaskFacts]]:
        return []

    async def calls(
        self, *, ids: Collection[int], external_ids: Collection[str], moments: Collection[datetime]
    ) -> Sequence[Known[CallFacts]]:
        return []

    async def begin(self, new: NewImport, actor: Actor) -> int | None:
        if any(
            (one.new.chat_id, one.new.message_id) == (new.chat_id, new.message_id) for one in self._rows()
        ):
            return None
        import_id = self._state.next_id()
        self._state.imports[import_id] = ImportRow(new, actor)
        return import_id

    async def write(
        self, import_id: int, plan: Plan, actor: Actor, now: datetime, step: Callable[[int], None]
    ) -> None:
        made = []
        for one in plan.contacts.new:
            made.append(self._state.next_id())
            contact = Contact(made[-1], one.facts.name, one.facts.phones)
            self._state.contacts[contact.id] = Kept(contact, actor.workspace_id)
            step(len(made))
        new = self._state.imports[import_id].new
        self._state.imports[import_id] = ImportRow(new, actor, plan, tuple(made))

    async def line(self, import_id: int) -> int | None:
        undone = {one.undo_of for one in self._state.activity}
        for number, one in enumerate(self._state.activity, start=1):
            if (one.entity, one.entity_id, one.action) == (
                "import",
                import_id,
                "created",
            ) and number not in undone:
                return number if one.actor_member_id == self._actor.member_id else None
        return None

    async def take_back(self, import_id: int, line_id: int, at: datetime) -> TakenBack:
        gone = self._state.imports[import_id].contact_ids
        self._state.deleted = {*self._state.deleted, *gone}
        return TakenBack(len(gone), 0)

    def _rows(self) -> list[ImportRow]:
        return list(self._state.imports.values())


class FakeFeeds:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def made_at(self, member_id: int) -> datetime | None:
        return MONDAY if member_id in self._state.feeds else None

    async def put(self, member_id: int, secret_hash: bytes) -> None:
        self._state.feeds[member_id] = secret_hash

    async def remove(self, member_id: int) -> bool:
        return self._state.feeds.pop(member_id, None) is not None

    async def tasks(self, member_id: int, since: datetime, limit: int) -> Sequence[FeedTask]:
        mine = [row.task for row in self._state.tasks.values() if row.task.assignee_id == member_id]
        return [
            FeedTask(
                id=one.id,
                number=one.number,
                title=one.title,
                description="",
                status=one.status,
                due=one.due,
                updated_at=MONDAY,
            )
            for one in mine
            if one.due is not None
        ][:limit]


class FakeFeedDoors:
    def __init__(self, storage: "FakeStorage") -> None:
        self._storage = storage

    async def read(self, secret_hash: bytes, since: datetime, limit: int) -> Sequence[FeedTask] | None:
        self._storage.must_be_there()
        for member_id, kept in self._storage.state.feeds.items():
            if kept == secret_hash:
                return await FakeFeeds(self._storage.state).tasks(member_id, since, limit)
        return None
