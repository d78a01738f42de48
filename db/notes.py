"""Notes and files beside contacts, tasks and calls, as rows; of a file only Telegram's id is kept."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.people import Actor
from crm.tasks.sources import Attachment
from db.models.contacts import crm_notes as notes


class SqlNotes:
    """See crm.tasks.details.NoteStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def add(
        self,
        actor: Actor,
        *,
        task_id: int | None = None,
        contact_id: int | None = None,
        call_id: int | None = None,
        text: str = "",
        attachments: Sequence[Attachment] = (),
    ) -> int:
        made = await self._link.execute(
            insert(notes)
            .values(
                workspace_id=self._workspace_id,
                task_id=task_id,
                contact_id=contact_id,
                call_id=call_id,
                member_id=actor.member_id,
                body=text,
                attachments=[asdict(one) for one in attachments],
            )
            .returning(notes.c.id)
        )
        return int(made.scalar_one())

    async def files_of_task(self, task_id: int) -> Sequence[Attachment]:
        rows = await self._link.scalars(
            select(notes.c.attachments)
            .where(notes.c.task_id == task_id, notes.c.deleted_at.is_(None))
            .order_by(notes.c.id)
        )
        return [Attachment(**one) for attached in rows for one in attached]

    async def remove(self, note_id: int, at: datetime) -> bool:
        done = await self._link.execute(
            update(notes).where(notes.c.id == note_id, notes.c.deleted_at.is_(None)).values(deleted_at=at)
        )
        return done.rowcount > 0
