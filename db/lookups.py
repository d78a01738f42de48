"""Lookups, as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.grammar.dates import Due
from crm.grammar.tokens import folded
from crm.grammar.wordforms import wanted_words
from crm.lookups import DEEP, MEANT, FoundContact, FoundTask
from crm.tasks import Status
from db.models.contacts import crm_contacts as contacts
from db.models.tasks import IS_OPEN
from db.models.tasks import crm_tasks as tasks


class SqlLookups:
    """See crm.lookups.LookupStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def tasks(
        self, words: str, *, assignee_id: int | None, offset: int, limit: int
    ) -> Sequence[FoundTask]:
        rows = await self._link.execute(
            tasks_query(words, assignee_id=assignee_id, offset=offset, limit=limit)
        )
        return [
            FoundTask(
                row.number,
                row.title,
                Status(row.status),
                None if row.due_date is None else Due(row.due_date, row.due_time, row.due_tz),
            )
            for row in rows
        ]

    async def contacts(self, words: str, *, offset: int, limit: int) -> Sequence[FoundContact]:
        found = select(contacts.c.id, contacts.c.full_name, contacts.c.company).where(
            contacts.c.deleted_at.is_(None)
        )
        if words:
            meant = select(func.find_contacts(words, MEANT).label("id")).subquery("meant")
            found = found.join(meant, meant.c.id == contacts.c.id)
            found = found.order_by(contacts.c.full_name, contacts.c.id)
        else:
            found = found.order_by(contacts.c.updated_at.desc(), contacts.c.id.desc())
        rows = await self._link.execute(found.limit(limit).offset(offset))
        return [FoundContact(row.id, row.full_name, row.company) for row in rows]


def tasks_query(words: str, *, assignee_id: int | None, offset: int, limit: int) -> Select[Any]:
    """Pieces of titles are looked for among the first by due, in the order of their index, so that no more rows are
    read than are looked through; whole words by the door, in all of them. What was found is sorted by itself: in the
    order of the index all open tasks might be read for the few that fit."""
    wanted: ColumnElement[bool] = literal_column(f"({IS_OPEN})", Boolean)
    if assignee_id is not None:
        wanted &= tasks.c.assignee_id == assignee_id
    found: Any = tasks
    if words:
        looked = select(tasks.c.id, tasks.c.title, tasks.c.number).where(wanted)
        first = looked.order_by(tasks.c.due_sort, tasks.c.number).limit(DEEP).subquery("first")
        near = select(first.c.id).where(_speaks_of(words, first.c.title, first.c.number))
        told = bindparam("told", wanted_words(words), ARRAY(TEXT)), bindparam("text", folded(words), Text)
        ids = union_all(near, select(func.find_tasks(*told, MEANT)))
        found = select(*_columns(tasks)).where(wanted, tasks.c.id.in_(ids))
        found = found.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    query = select(*_columns(found)).order_by(found.c.due_sort, found.c.number).limit(limit).offset(offset)
    return query if words else query.where(wanted)


def _columns(table: Any) -> list[ColumnElement[Any]]:
    return [
        table.c[name] for name in ("number", "title", "status", "due_date", "due_time", "due_tz", "due_sort")
    ]


def _speaks_of(words: str, title: ColumnElement[str], number: ColumnElement[int]) -> ColumnElement[bool]:
    """Titles with the words in them, case and ё folded, or the task of that number."""
    low = folded(words)
    has = func.translate(func.lower(title), "ё", "е").contains(low, autoescape=True)
    digits = low.removeprefix("#")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) < 10
    return or_(has, number == int(digits)) if is_number else has
