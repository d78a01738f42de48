"""Looking contacts up: a card with what hangs on it, search by the doors, and pages of lists; each one SELECT."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ColumnExpressionArgument,
    ScalarSelect,
    Select,
    Table,
    column,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.contacts.entities import Contact
from crm.contacts.looks import CallLine, ContactCard, Filter, NoteLine, Step, TaskLine
from crm.grammar.dates import Due
from crm.grammar.shortnames import full_names
from db.contacts.reading import contact_of, shown, team
from db.models.calls import crm_calls as calls
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels
from db.models.contacts import crm_notes as notes
from db.models.tasks import crm_tasks as tasks

SHOWN = 5  # tasks, calls and notes on a card
CANDIDATES = 50  # ids asked of a door: more than are shown, for the policies may take some away
_OPEN = ("not_started", "in_progress", "deferred")


class SqlContactLooks:
    """See crm.contacts.ContactLooks."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def card(self, contact_id: int) -> ContactCard | None:
        query = _card().where(contacts.c.id == contact_id, contacts.c.deleted_at.is_(None))
        row = (await self._link.execute(query)).one_or_none()
        if row is None:
            return None
        return ContactCard(
            contact_of(row),
            tasks=[_task_line(one) for one in row.open_tasks],
            calls=[
                CallLine(
                    one["id"],
                    datetime.fromisoformat(one["started_at"]),
                    one["direction"],
                    one["outcome"],
                    one["notes"],
                )
                for one in row.last_calls
            ],
            notes=[
                NoteLine(datetime.fromisoformat(one["created_at"]), one["body"], one["who"])
                for one in row.last_notes
            ],
            task_count=row.task_count,
            call_count=row.call_count,
            done_at=row.done_at,
        )

    async def found(self, text: str, limit: int) -> Sequence[Contact]:
        meant = _meant(text)
        hits = []
        for place, one in enumerate(meant):
            door = func.find_contacts(one, CANDIDATES).table_valued(
                column("id", BigInteger), with_ordinality="rank", name=f"found_{place}"
            )
            door = door.render_derived()
            hits.append(select(door.c.id, literal(place).label("place"), door.c.rank))
        every = hits[0].union_all(*hits[1:]).subquery("every")
        best = select(every.c.id, func.min(every.c.place * CANDIDATES + every.c.rank).label("rank")).group_by(
            every.c.id
        )
        return await self._joined(best.subquery("best"), limit)

    async def nearest(self, text: str, limit: int) -> Sequence[Contact]:
        near = (
            func.near_contacts(text, None, None, CANDIDATES)
            .table_valued(column("id", BigInteger), column("likeness"), with_ordinality="rank", name="near")
            .render_derived()
        )
        return await self._joined(near, limit)

    async def page(
        self, wanted: Filter, step: Step | None, limit: int, member_id: int
    ) -> tuple[Sequence[Contact], int | None]:
        is_back = step is not None and step.is_back
        query = shown().where(contacts.c.deleted_at.is_(None))
        keys: tuple[ColumnElement[Any], ...] = (contacts.c.folded_name, contacts.c.id)
        newest_first = wanted.kind == "label"
        if newest_first:
            query = query.join(labels, labels.c.contact_id == contacts.c.id).where(
                labels.c.contact_id.is_not(None), labels.c.name == _label_name(wanted.value)
            )
            query, keys = query.add_columns(labels.c.id.label("label_id")), (labels.c.contact_id,)
        else:
            query = query.where(*_conditions(wanted, member_id))
        if step is not None:
            query = query.where(_past(keys, step.contact_id, down=is_back != newest_first))
        order = [key.desc() if is_back != newest_first else key.asc() for key in keys]
        rows = (await self._link.execute(query.order_by(*order).limit(limit))).all()
        found = [contact_of(row) for row in rows]
        label_id = rows[0].label_id if rows and newest_first else None
        return (found[::-1] if is_back else found), label_id

    async def _joined(self, ids: Any, limit: int) -> Sequence[Contact]:
        """The ids of a door, joined back under the policies, in the door's order."""
        rows = await self._link.execute(
            shown()
            .join(ids, ids.c.id == contacts.c.id)
            .where(contacts.c.deleted_at.is_(None))
            .order_by(ids.c.rank)
            .limit(limit)
        )
        return [contact_of(row) for row in rows]


def _meant(text: str) -> list[str]:
    """The text, and the text with a short first name in full: Саша Иванов is Александр Иванов too."""
    variants = [text]
    for word in text.split():
        for full in full_names(word.casefold().replace("ё", "е")):
            variants.append(text.replace(word, full, 1))
    return variants[:4]


def _conditions(wanted: Filter, member_id: int) -> list[ColumnExpressionArgument[bool]]:
    """Only operators that are leakproof: others would not use an index under the policies."""
    if wanted.kind == "mine":
        return [contacts.c.owner_id == member_id]
    if wanted.kind == "stage":
        return [contacts.c.stage == wanted.value]
    if wanted.kind == "letter":
        first = wanted.value[:1]
        return [contacts.c.folded_name >= first, contacts.c.folded_name < chr(ord(first) + 1)]
    return []


def _label_name(value: str) -> ColumnElement[str] | str:
    if value.startswith("="):
        one = labels.alias("one")
        return select(one.c.name).where(one.c.id == int(value[1:])).scalar_subquery()
    return value


def _past(keys: tuple[ColumnElement[Any], ...], contact_id: int, *, down: bool) -> ColumnElement[bool]:
    """Beyond the contact at the edge, whose key is looked up in the same SELECT."""
    if len(keys) == 1:
        return keys[0] < contact_id if down else keys[0] > contact_id
    edge = contacts.alias("edge")
    name = select(edge.c.folded_name).where(edge.c.id == contact_id).scalar_subquery()
    here, there = tuple_(*keys), tuple_(name, literal(contact_id, BigInteger))
    return here < there if down else here > there


def _card() -> Select[Any]:
    open_ones = (
        tasks.c.contact_id == contacts.c.id,
        tasks.c.deleted_at.is_(None),
        tasks.c.completed_at.is_(None),
        tasks.c.status.in_(_OPEN),
    )
    logged = (calls.c.contact_id == contacts.c.id, calls.c.deleted_at.is_(None))
    first_tasks = (
        _listed(tasks, "id", "number", "title", "due_date", "due_time", "due_tz")
        .where(*open_ones)
        .order_by(tasks.c.due_date.nulls_last(), tasks.c.due_time.nulls_last(), tasks.c.number)
    )
    last_calls = (
        _listed(calls, "id", "started_at", "direction", "outcome", "notes")
        .where(*logged)
        .order_by(calls.c.started_at.desc(), calls.c.id.desc())
    )
    last_notes = (
        _listed(notes, "created_at", "body", who=team.c.name)
        .outerjoin(team, team.c.id == notes.c.member_id)
        .where(notes.c.contact_id == contacts.c.id, notes.c.deleted_at.is_(None), notes.c.body != "")
        .order_by(notes.c.created_at.desc(), notes.c.id.desc())
    )
    done = select(func.max(tasks.c.completed_at)).where(
        tasks.c.contact_id == contacts.c.id, tasks.c.deleted_at.is_(None)
    )
    return shown().add_columns(
        _few(first_tasks).label("open_tasks"),
        _few(last_calls).label("last_calls"),
        _few(last_notes).label("last_notes"),
        _one(select(func.count()).select_from(tasks).where(*open_ones)).label("task_count"),
        _one(select(func.count()).select_from(calls).where(*logged)).label("call_count"),
        _one(done).label("done_at"),
    )


def _listed(table: Table, *names: str, **more: ColumnElement[Any]) -> Select[Any]:
    """Rows of a neighbour as JSON."""
    told = {name: table.c[name] for name in names} | more
    pairs = [part for name, value in told.items() for part in (literal(name, literal_execute=True), value)]
    return select(func.jsonb_build_object(*pairs)).select_from(table)


def _few(rows: Select[Any]) -> ColumnElement[Any]:
    return func.array(_one(rows.limit(SHOWN)), type_=ARRAY(JSONB))


def _one(query: Select[Any]) -> ScalarSelect[Any]:
    return query.correlate(contacts).scalar_subquery()


def _task_line(row: Mapping[str, Any]) -> TaskLine:
    due = None
    if row["due_date"] is not None:
        clock = time.fromisoformat(row["due_time"]) if row["due_time"] else None
        due = Due(date.fromisoformat(row["due_date"]), clock, row["due_tz"])
    return TaskLine(row["id"], row["number"], row["title"], due)
