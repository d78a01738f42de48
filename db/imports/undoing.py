"""Taking an import back: what it made goes, what it changed becomes as it was, and what people touched since stays."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.grammar.names import forms_of
from crm.imports import TakenBack
from db.imports.columns import columns_before
from db.models.calls import crm_calls as calls
from db.models.chats import activity_logs as logs
from db.models.contacts import crm_contact_phones as phones
from db.models.contacts import crm_contact_words as forms
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels
from db.models.contacts import crm_notes as notes
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks

_TABLES = {"contact": contacts, "task": tasks, "call": calls}
# a line of the import stands, and nothing newer stands on what it tells of
_FREE = text("""
    SELECT l.id, l.entity, l.entity_id, l.action, l.changes,
        NOT EXISTS (
            SELECT FROM activity_logs n
            WHERE n.entity = l.entity AND n.entity_id = l.entity_id AND n.id > :line AND n.undo_of IS NULL
              AND NOT EXISTS (SELECT FROM activity_logs u WHERE u.undo_of = n.id)
        ) AND NOT (l.entity = 'contact' AND l.action = 'created' AND (
            EXISTS (SELECT FROM crm_tasks t WHERE t.contact_id = l.entity_id AND t.deleted_at IS NULL
                AND NOT EXISTS (SELECT FROM activity_logs m
                    WHERE m.import_id = :import AND m.entity = 'task' AND m.entity_id = t.id))
            OR EXISTS (SELECT FROM crm_calls c WHERE c.contact_id = l.entity_id AND c.deleted_at IS NULL
                AND NOT EXISTS (SELECT FROM activity_logs m
                    WHERE m.import_id = :import AND m.entity = 'call' AND m.entity_id = c.id)))) AS free
    FROM activity_logs l WHERE l.import_id = :import ORDER BY l.entity, l.id
""")


async def take_back(
    link: AsyncConnection, workspace_id: int, import_id: int, line_id: int, at: datetime
) -> TakenBack:
    """See ImportStore.take_back."""
    lines = (await link.execute(_FREE, {"import": import_id, "line": line_id})).all()
    free = [line for line in lines if line.free]
    for entity in _TABLES:
        made = [line.entity_id for line in free if line.entity == entity and line.action == "created"]
        changed = [line for line in free if line.entity == entity and line.action != "created"]
        await _forget(link, entity, made, at)
        await _restore(link, workspace_id, entity, changed, at)
    if free:
        undone = [
            {
                "workspace_id": workspace_id, "actor_kind": "import", "import_id": None, "action": "undone",
                "entity": line.entity, "entity_id": line.entity_id, "undo_of": line.id,
            }
            for line in free
        ]  # fmt: skip
        await link.execute(insert(logs).on_conflict_do_nothing(), undone)
    return TakenBack(len(free), len(lines) - len(free))


async def _forget(link: AsyncConnection, entity: str, ids: Sequence[int], at: datetime) -> None:
    """Softly, as one by one: phones are let go for other contacts, reminders are not sent."""
    if not ids:
        return
    if entity == "contact":
        await link.execute(
            delete(phones).where(phones.c.contact_id == bindparam("of")), [{"of": one} for one in ids]
        )
    if entity == "task":
        await _skip_reminders(link, ids, "task taken back")
    table = _TABLES[entity]
    more = {"version": table.c.version + 1} if "version" in table.c else {}
    await link.execute(
        update(table)
        .where(table.c.id == bindparam("of"), table.c.deleted_at.is_(None))
        .values(deleted_at=at, **more),
        [{"of": one} for one in ids],
    )


async def _restore(
    link: AsyncConnection, workspace_id: int, entity: str, lines: Sequence[Row[Any]], at: datetime
) -> None:
    """Lines that changed the same fields go together."""
    table = _TABLES[entity]

    def fields(line: Row[Any]) -> tuple[str, ...]:
        return tuple(sorted(line.changes))

    for _names, same in groupby(sorted(lines, key=fields), fields):
        together = list(same)
        rows = [columns_before(entity, line.changes) | _notes_of_call(entity, line) for line in together]
        if rows[0]:
            more = {"version": table.c.version + 1} if "version" in table.c else {}
            names = {name: bindparam(f"old_{name}", type_=table.c[name].type) for name in rows[0]}
            await link.execute(
                update(table).where(table.c.id == bindparam("of")).values(**names, **more),
                [
                    {"of": line.entity_id, **{f"old_{name}": value for name, value in row.items()}}
                    for line, row in zip(together, rows, strict=True)
                ],
            )
        for line in together:
            await _restore_what_hangs(link, workspace_id, entity, line, at)


def _notes_of_call(entity: str, line: Row[Any]) -> dict[str, Any]:
    return {"notes": line.changes["notes"][0]} if entity == "call" and "notes" in line.changes else {}


async def _restore_what_hangs(
    link: AsyncConnection, workspace_id: int, entity: str, line: Row[Any], at: datetime
) -> None:
    changes, of = line.changes, line.entity_id
    if "phones" in changes:
        await link.execute(
            delete(phones).where(phones.c.contact_id == of, phones.c.e164.in_(_added(changes["phones"])))
        )
    if "notes" in changes and entity == "contact":
        gone = notes.c.body.in_(_added(changes["notes"]))
        await link.execute(update(notes).where(notes.c.contact_id == of, gone).values(deleted_at=at))
    if "labels" in changes:
        column = labels.c.contact_id if entity == "contact" else labels.c.task_id
        await link.execute(delete(labels).where(column == of))
        rows = [
            {"workspace_id": workspace_id, column.name: of, "name": name} for name in changes["labels"][0]
        ]
        if rows:
            await link.execute(insert(labels).on_conflict_do_nothing(), rows)
    if "name" in changes:
        await link.execute(delete(forms).where(forms.c.contact_id == of))
        words = sorted(forms_of(changes["name"][0]))
        rows = [{"workspace_id": workspace_id, "contact_id": of, "word": word} for word in words]
        if rows:
            await link.execute(insert(forms).on_conflict_do_nothing(), rows)
    if entity == "task" and {"due", "status"} & set(changes):
        await _skip_reminders(link, [of], "the task changed")


def _added(pair: Sequence[Sequence[str]]) -> list[str]:
    return [one for one in pair[1] if one not in pair[0]]


async def _skip_reminders(link: AsyncConnection, task_ids: Sequence[int], reason: str) -> None:
    of_tasks = reminders.select().with_only_columns(reminders.c.id).where(reminders.c.task_id.in_(task_ids))
    await link.execute(
        update(deliveries)
        .where(deliveries.c.reminder_id.in_(of_tasks), deliveries.c.state.in_(("pending", "leased")))
        .values(state="skipped", reason=reason, lease=None)
    )
