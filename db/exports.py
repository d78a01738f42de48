"""Exports, as rows read by id."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, Text, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.exports import CallRow, ContactRow, Kind, TaskRow
from crm.exports import Row as Exported
from crm.grammar.dates import Due
from db.activity import names_of_members
from db.models.calls import crm_calls as calls
from db.models.contacts import crm_contact_phones as phones
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels
from db.models.contacts import crm_notes as notes
from db.models.tasks import crm_tasks as tasks

_names = names_of_members("who")


class SqlExports:
    """See crm.exports.ExportStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def rows(self, kind: Kind, *, after: int, limit: int) -> Sequence[Exported]:
        table, query, made = _KINDS[kind]
        wanted = query.where(table.c.id > after, table.c.deleted_at.is_(None))
        return [made(row) for row in await self._link.execute(wanted.order_by(table.c.id).limit(limit))]


def gathered(column: ColumnElement[Any], of: ColumnElement[bool], by: ColumnElement[Any]) -> Any:
    """What hangs on a row, as an array in order, never NULL."""
    found = select(func.array_agg(aggregate_order_by(column, by))).where(of).scalar_subquery()
    return func.coalesce(found, array([], type_=Text))


def _contact(row: Row[Any]) -> ContactRow:
    return ContactRow(
        id=row.id,
        name=row.full_name,
        phones=tuple(row.phones),
        email=row.email,
        company=row.company,
        telegram=row.telegram,
        stage=row.stage,
        owner=row.display_name,
        labels=tuple(row.labels),
        notes=tuple(row.notes),
        do_not_call=row.do_not_call,
        created_at=row.created_at,
    )


def _task(row: Row[Any]) -> TaskRow:
    return TaskRow(
        id=row.id,
        number=row.number,
        title=row.title,
        description=row.description,
        status=row.status,
        priority=row.priority,
        task_type=row.task_type,
        due=None if row.due_date is None else Due(row.due_date, row.due_time, row.due_tz),
        assignee=row.display_name,
        contact=row.full_name,
        phone=row.phone_e164,
        labels=tuple(row.labels),
        rrule=row.rrule,
        result=row.result,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )


def _call(row: Row[Any]) -> CallRow:
    return CallRow(
        id=row.id,
        external_id=row.external_id,
        started_at=row.started_at,
        direction=row.direction,
        outcome=row.outcome,
        duration_seconds=row.duration_seconds,
        contact=row.full_name,
        phone=row.phone_e164,
        member=row.display_name,
        notes=row.notes,
    )


_contacts = (
    select(
        contacts,
        _names.c.display_name,
        gathered(phones.c.e164, phones.c.contact_id == contacts.c.id, phones.c.id).label("phones"),
        gathered(labels.c.name, labels.c.contact_id == contacts.c.id, labels.c.id).label("labels"),
        gathered(
            notes.c.body,
            (notes.c.contact_id == contacts.c.id) & notes.c.deleted_at.is_(None) & (notes.c.body != ""),
            notes.c.id,
        ).label("notes"),
    )
    .outerjoin(_names, _names.c.member_id == contacts.c.owner_id)
)  # fmt: skip
_tasks = (
    select(
        tasks,
        _names.c.display_name,
        contacts.c.full_name,
        gathered(labels.c.name, labels.c.task_id == tasks.c.id, labels.c.id).label("labels"),
    )
    .outerjoin(_names, _names.c.member_id == tasks.c.assignee_id)
    .outerjoin(contacts, contacts.c.id == tasks.c.contact_id)
)
_calls = (
    select(calls, _names.c.display_name, contacts.c.full_name)
    .outerjoin(_names, _names.c.member_id == calls.c.member_id)
    .outerjoin(contacts, contacts.c.id == calls.c.contact_id)
)
_KINDS: Mapping[Kind, tuple[FromClause, Select[Any], Callable[[Row[Any]], Exported]]] = {
    Kind.CONTACTS: (contacts, _contacts, _contact),
    Kind.TASKS: (tasks, _tasks, _task),
    Kind.CALLS: (calls, _calls, _call),
}
