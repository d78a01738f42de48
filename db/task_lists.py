"""Lists of tasks: each page one SELECT, its ids by an index first, then what it shows of their neighbours."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias

from crm.contacts import Contact
from crm.grammar.tokens import folded
from crm.tasks import Task
from crm.tasks.filters import Days, Filter, When, today_of, week_of
from crm.tasks.lists import Step
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels
from db.models.tasks import IS_DONE, IS_OPEN, crm_task_watchers
from db.models.tasks import crm_tasks as tasks
from db.tasks import read_task, shown

_FAR = timedelta(hours=26)  # two walls show times that differ by this much at most
_LAST = "\U0010ffff"  # sorts after every letter
_open: ColumnElement[bool] = literal_column(f"({IS_OPEN})", Boolean)
_done: ColumnElement[bool] = literal_column(f"({IS_DONE})", Boolean)
_no_date: ColumnElement[datetime] = literal_column("'infinity'::timestamp", DateTime)


class SqlTaskLists:
    """See crm.tasks.TaskListStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def page(
        self, filter_: Filter, step: Step | None, *, limit: int, now: datetime | None = None
    ) -> Sequence[Task]:
        return await self._shown(page_query(filter_, step, limit=limit, now=now))

    async def day(self, assignee_id: int, now: datetime, *, limit: int) -> Sequence[Task]:
        return await self._shown(day_query(assignee_id, now, limit=limit))

    async def found(self, words: Sequence[str], text: str, *, limit: int) -> Sequence[Task]:
        return await self._shown(found_query(words, text, limit=limit))

    async def labels(self, limit: int) -> Sequence[str]:
        """From one label to the next by the index, so that it costs what is shown and not what there is."""
        first = select(func.min(labels.c.name).label("name")).where(labels.c.task_id.is_not(None))
        each = first.cte("each", recursive=True)
        following = (
            select(func.min(labels.c.name))
            .where(labels.c.name > each.c.name, labels.c.task_id.is_not(None))
            .scalar_subquery()
        )
        each = each.union_all(select(following).where(each.c.name.is_not(None)))
        found = await self._link.scalars(select(each.c.name).where(each.c.name.is_not(None)).limit(limit))
        return list(found)

    async def nearest_contacts(self, name: str, limit: int) -> Sequence[Contact]:
        near = _ids_of(func.nearest_contacts(folded(name), limit))
        rows = await self._link.execute(
            select(contacts.c.id, contacts.c.full_name)
            .join(near, near.c.id == contacts.c.id)
            .order_by(near.c.nth)
        )
        return [Contact(row.id, row.full_name) for row in rows]

    async def watch(self, task_id: int, member_id: int) -> None:
        await self._link.execute(
            insert(crm_task_watchers)
            .values(workspace_id=self._workspace_id, task_id=task_id, member_id=member_id)
            .on_conflict_do_nothing()
        )

    async def _shown(self, query: Select[Any]) -> list[Task]:
        return [read_task(row) for row in await self._link.execute(query)]


def page_query(filter_: Filter, step: Step | None, *, limit: int, now: datetime | None) -> Select[Any]:
    """One page of what a filter shows, by the order its index has."""
    falling = filter_.done is not (step is not None and step.back)
    order = within = _order(tasks, done=filter_.done)
    conditions = _conditions(filter_, now)
    ids = select(tasks.c.id).where(_done if filter_.done else _open, *conditions)
    edge = tasks.alias("edge")
    edges = _order(edge, done=filter_.done)
    if filter_.label is not None:  # by the index of labels, which has the same order
        marked = _labelled(filter_.label, begins=filter_.label_begins, done=filter_.done)
        alone = select(labels.c.task_id).where(*marked)
        ids = ids.join(labels, labels.c.task_id == tasks.c.id).where(*marked) if conditions else alone
        within = (labels.c.task_at, labels.c.task_id)
        edges = (func.timezone("UTC", edges[0]) if filter_.done else edges[0], edge.c.id)
    if step is not None:
        where, here = select(*edges).where(edge.c.id == step.task_id).scalar_subquery(), tuple_(*within)
        ids = ids.where(here < where if falling else here > where)
    ids = ids.order_by(*_falling(within, falling)).limit(limit)
    return shown().where(tasks.c.id.in_(ids)).order_by(*_falling(order, falling))


def _order(table: FromClause, *, done: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return (table.c.completed_at, table.c.id) if done else (table.c.due_sort, table.c.number)


def _falling(order: Sequence[ColumnElement[Any]], falling: bool) -> list[ColumnElement[Any]]:
    return [one.desc() if falling else one for one in order]


def day_query(assignee_id: int, now: datetime, *, limit: int) -> Select[Any]:
    """What is overdue, and what is due today and still to come; some of each."""
    own, order = tasks.c.assignee_id == assignee_id, (tasks.c.due_sort, tasks.c.number)
    late, still = overdue(now), or_(tasks.c.due_at.is_(None), tasks.c.due_at >= now)
    parts = [
        select(select(tasks.c.id).where(_open, own, *condition).order_by(*order).limit(limit).subquery().c.id)
        for condition in (late, (*_due_within(today_of(now, _zone(now))), still))
    ]
    return shown().where(tasks.c.id.in_(union_all(*parts))).order_by(*order)


def found_query(words: Sequence[str], wanted: str, *, limit: int) -> Select[Any]:
    """What the door finds, in its order, as far as it is in sight."""
    told = bindparam("words", list(words), ARRAY(TEXT)), bindparam("text", wanted, Text), limit
    found = _ids_of(func.find_tasks(*told))
    return shown().join(found, found.c.id == tasks.c.id).order_by(found.c.nth)


def _ids_of(door: FunctionElement[Any]) -> TableValuedAlias:
    """The ids that a door returns, and which of them comes first."""
    return door.table_valued(column("id", BigInteger), with_ordinality="nth", name="found").render_derived()


def _conditions(filter_: Filter, now: datetime | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filter_.assignee_id is not None:
        found.append(tasks.c.assignee_id == filter_.assignee_id)
    if filter_.contact_id is not None:
        found.append(tasks.c.contact_id == filter_.contact_id)
    if filter_.when is When.NO_DATE:
        found.append(tasks.c.due_sort == _no_date)
    elif filter_.when is not None:
        assert now is not None  # noqa: S101 - see TaskListStore.page
        found += _timely(filter_.when, now, done=filter_.done)
    return found


def _labelled(label: str, *, begins: bool, done: bool) -> Sequence[ColumnElement[bool]]:
    meant = and_(labels.c.name >= label, labels.c.name < label + _LAST) if begins else labels.c.name == label
    return meant, labels.c.task_done.is_(done), labels.c.task_at.is_not(None)


def _timely(when: When, now: datetime, *, done: bool) -> Sequence[ColumnElement[bool]]:
    if when is When.OVERDUE:
        return overdue(now)
    days = today_of(now, _zone(now)) if when is When.TODAY else week_of(now, _zone(now))
    if done:
        return (tasks.c.completed_at >= days.begins, tasks.c.completed_at < days.ends)
    return _due_within(days)


def overdue(now: datetime) -> Sequence[ColumnElement[bool]]:
    """Of open tasks; by the order of the list first, a little too much where other zones are, then exactly. `now` is
    in the person's zone."""
    wall = now.replace(tzinfo=None)
    return (
        tasks.c.due_sort < wall + _FAR,
        or_(tasks.c.due_at < now, and_(tasks.c.due_at.is_(None), tasks.c.due_date < now.date())),
    )


def _due_within(days: Days) -> Sequence[ColumnElement[bool]]:
    first, last = (datetime.combine(day, time()) for day in (days.first, days.last))
    return (
        tasks.c.due_sort >= first - _FAR,
        tasks.c.due_sort < last + timedelta(days=1) + _FAR,
        or_(
            and_(tasks.c.due_at >= days.begins, tasks.c.due_at < days.ends),
            and_(tasks.c.due_at.is_(None), tasks.c.due_date.between(days.first, days.last)),
        ),
    )


def _zone(now: datetime) -> Any:
    return now.tzinfo
