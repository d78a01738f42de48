"""Counts of what hangs on a task, as columns beside its row."""

from typing import Any

from sqlalchemy import Label, Row, func, select

from crm.tasks import Counts
from db.models.contacts import crm_notes as notes
from db.models.tasks import crm_task_comments as comments
from db.models.tasks import crm_task_items as items
from db.models.tasks import crm_task_watchers as watchers
from db.models.tasks import crm_tasks as tasks


def count_columns() -> tuple[Label[Any], ...]:
    """What counts_of reads; each is answered by an index on the task."""
    files = func.coalesce(func.sum(func.jsonb_array_length(notes.c.attachments)), 0)
    standing = (items.c.task_id == tasks.c.id, items.c.deleted_at.is_(None))
    return (
        select(func.count()).select_from(items).where(*standing).scalar_subquery().label("items"),
        select(func.count())
        .select_from(items)
        .where(*standing, items.c.ticked_at.is_not(None))
        .scalar_subquery()
        .label("ticked"),
        select(func.count())
        .select_from(comments)
        .where(comments.c.task_id == tasks.c.id, comments.c.deleted_at.is_(None))
        .scalar_subquery()
        .label("comments"),
        select(files)
        .where(notes.c.task_id == tasks.c.id, notes.c.deleted_at.is_(None))
        .scalar_subquery()
        .label("files"),
        select(func.count())
        .select_from(watchers)
        .where(watchers.c.task_id == tasks.c.id)
        .scalar_subquery()
        .label("watchers"),
    )


def counts_of(row: Row[Any]) -> Counts:
    return Counts(row.items, row.ticked, row.comments, row.files, row.watchers)
