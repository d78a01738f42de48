"""Lookups, as rows."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.grammar.dates import Due
from crm.lookups import DEEP, MEANT, FoundContact, FoundTask
from crm.tasks import Status
from db.models.contacts import crm_contacts as contacts
from db.models.tasks import crm_tasks as tasks
from db.tasks import OPEN

_BY_DUE = ("due_date", "due_time", "number")


class SqlLookups:
    """See crm.lookups.LookupStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def tasks(
        self, words: str, *, assignee_id: int | None, offset: int, limit: int
    ) -> Sequence[FoundTask]:
        """In the order of ix_crm_tasks_open, so that no more rows are read than are looked through."""
        wanted = tasks.c.deleted_at.is_(None) & tasks.c.completed_at.is_(None) & tasks.c.status.in_(OPEN)
        if assignee_id is not None:
            wanted &= tasks.c.assignee_id == assignee_id
        columns = (
            tasks.c.number,
            tasks.c.title,
            tasks.c.status,
            tasks.c.due_date,
            tasks.c.due_time,
            tasks.c.due_tz,
        )
        by_due = [tasks.c[name].nulls_last() for name in _BY_DUE]
        first = select(*columns).where(wanted).order_by(*by_due).limit(DEEP).subquery("first")
        found = select(first).order_by(*(first.c[name].nulls_last() for name in _BY_DUE))
        if words:
            found = found.where(_speaks_of(words, first.c.title, first.c.number))
        rows = await self._link.execute(found.limit(limit).offset(offset))
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


def _speaks_of(words: str, title: ColumnElement[str], number: ColumnElement[int]) -> ColumnElement[bool]:
    """Titles with the words in them, case and ё folded, or the task of that number."""
    folded = words.lower().replace("ё", "е")
    has = func.translate(func.lower(title), "ё", "е").contains(folded, autoescape=True)
    digits = folded.removeprefix("#")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) < 10
    return or_(has, number == int(digits)) if is_number else has
