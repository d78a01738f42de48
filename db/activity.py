"""History, as rows that are only ever added."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    TableValuedAlias,
    Text,
    and_,
    case,
    column,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.activity import About, Activity, Line, Named, Scope
from db.models.agents import agents
from db.models.calls import crm_calls as calls
from db.models.chats import activity_logs as logs
from db.models.contacts import crm_contacts as contacts
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks

BATCH = 500  # lines of one batch at most


def names_of_members(name: str) -> TableValuedAlias:
    """Who is and was in the team, by the door: people's own rows are theirs alone."""
    return func.member_names().table_valued(
        column("member_id", BigInteger), column("display_name", Text), column("username", Text), name=name
    )


_names = names_of_members("names")


class SqlActivity:
    """See crm.activity.ActivityStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def add(self, activity: Activity) -> bool:
        done = await self._link.execute(
            insert(logs)
            .values(
                workspace_id=self._workspace_id,
                actor_kind=activity.actor_kind,
                actor_member_id=activity.actor_member_id,
                agent_id=activity.agent_id,
                action=activity.action,
                entity=activity.entity,
                entity_id=activity.entity_id,
                changes=dict(activity.changes),
                undo_of=activity.undo_of,
            )
            .on_conflict_do_nothing()
        )
        return done.rowcount > 0

    async def lines(self, scope: Scope, *, limit: int, offset: int) -> Sequence[Line]:
        query = _lines().where(_within(scope)).order_by(logs.c.id.desc()).limit(limit).offset(offset)
        if scope.only_chat_id is not None:
            query = query.where(tasks.c.source_chat_id == scope.only_chat_id)
        return [_line(row) for row in await self._link.execute(query)]

    async def last_own(self, member_id: int, since: datetime) -> Line | None:
        query = _lines().where(logs.c.actor_member_id == member_id, logs.c.created_at >= since, *_standing())
        row = (await self._link.execute(query.order_by(logs.c.id.desc()).limit(1))).one_or_none()
        return None if row is None else _line(row)

    async def last_of(self, member_id: int, entity: str, entity_id: int, since: datetime) -> Line | None:
        query = _lines().where(
            logs.c.actor_member_id == member_id,
            logs.c.entity == entity,
            logs.c.entity_id == entity_id,
            logs.c.created_at >= since,
            *_standing(),
        )
        row = (await self._link.execute(query.order_by(logs.c.id.desc()).limit(1))).one_or_none()
        return None if row is None else _line(row)

    async def newer(self, line: Line) -> Line | None:
        query = _lines().where(
            logs.c.entity == line.entity,
            logs.c.entity_id == line.entity_id,
            logs.c.id > line.id,
            *_standing(),
        )
        row = (await self._link.execute(query.order_by(logs.c.id.desc()).limit(1))).one_or_none()
        return None if row is None else _line(row)

    async def batch(self, line: Line) -> Sequence[Line]:
        """Lines of one transaction, which have its time in common."""
        query = _lines().where(
            logs.c.actor_member_id == line.actor_member_id,
            logs.c.id <= line.id,
            logs.c.created_at == line.at,
            logs.c.changes.has_key("batch"),
            *_standing(),
        )
        return [_line(row) for row in await self._link.execute(query.order_by(logs.c.id.desc()).limit(BATCH))]

    async def called(self, name: str) -> Sequence[Named]:
        wanted = _folded(name.strip().removeprefix("@"))
        rows = await self._link.execute(select(_names.c.member_id, _names.c.display_name, _names.c.username))
        found = [
            row
            for row in rows
            if f" {_folded(row.display_name)} ".find(f" {wanted}") >= 0
            or _folded(row.username or "") == wanted
        ]
        exact = [row for row in found if wanted in (_folded(row.display_name), _folded(row.username or ""))]
        return [Named(row.member_id, row.display_name) for row in (exact if len(exact) == 1 else found)]


def _lines() -> Select[Any]:
    """Lines with what they are about, as far as the entered member may see it."""
    return (
        select(
            logs,
            _names.c.display_name,
            tasks.c.number,
            func.coalesce(tasks.c.title, contacts.c.full_name, reminders.c.text).label("title"),
            tasks.c.source_chat_id,
            agents.c.spec["names"].label("assistant"),
        )
        .outerjoin(agents, agents.c.id == logs.c.agent_id)
        .outerjoin(_names, _names.c.member_id == logs.c.actor_member_id)
        .outerjoin(tasks, and_(logs.c.entity == "task", tasks.c.id == logs.c.entity_id))
        .outerjoin(calls, and_(logs.c.entity == "call", calls.c.id == logs.c.entity_id))
        .outerjoin(
            contacts,
            contacts.c.id == case((logs.c.entity == "contact", logs.c.entity_id), else_=calls.c.contact_id),
        )
        .outerjoin(reminders, and_(logs.c.entity == "reminder", reminders.c.id == logs.c.entity_id))
    )


def _within(scope: Scope) -> ColumnElement[bool]:
    if scope.about is About.PERSON:
        return logs.c.actor_member_id == scope.id
    if scope.about is About.TEAM:
        return logs.c.id > 0
    return and_(logs.c.entity == scope.about.value, logs.c.entity_id == scope.id)


def _standing() -> tuple[ColumnElement[bool], ...]:
    """Neither a taking back nor taken back."""
    undo = logs.alias()
    return logs.c.undo_of.is_(None), ~exists().where(undo.c.undo_of == logs.c.id)


def _line(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        at=row.created_at,
        actor_kind=row.actor_kind,
        actor_member_id=row.actor_member_id,
        who=row.display_name,
        action=row.action,
        entity=row.entity,
        entity_id=row.entity_id,
        changes=row.changes,
        undo_of=row.undo_of,
        number=row.number,
        title=row.title,
        chat_id=row.source_chat_id,
        assistant=row.assistant or {},
    )


def _folded(name: str) -> str:
    return name.casefold().replace("ё", "е")
