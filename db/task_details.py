"""What hangs on tasks, as rows: checklists, watchers, comments, and who was told how to open a chat with the bot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.activity import Named
from crm.grammar.wordforms import kept_words
from crm.people import Actor
from crm.tasks.details import Comment, Item
from db.models.tasks import crm_task_comments as comments
from db.models.tasks import crm_task_items as items
from db.models.tasks import crm_task_watchers as watchers
from db.models.tasks import start_hints
from db.names import names


class SqlTaskDetails:
    """See crm.tasks.details.TaskDetailStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def items(self, task_id: int) -> Sequence[Item]:
        rows = await self._link.execute(
            select(items).where(items.c.task_id == task_id, items.c.deleted_at.is_(None)).order_by(items.c.id)
        )
        return [Item(row.id, row.body, row.ticked_at is not None) for row in rows]

    async def add_items(self, task_id: int, texts: Sequence[str]) -> Sequence[int]:
        made = [
            await self._link.scalar(
                insert(items)
                .values(workspace_id=self._workspace_id, task_id=task_id, body=text)
                .returning(items.c.id)
            )
            for text in texts
        ]
        return [int(one or 0) for one in made]

    async def tick(self, item_id: int, at: datetime | None) -> bool:
        return await self._set(items, [item_id], ticked_at=at)

    async def remove_items(self, item_ids: Sequence[int], at: datetime) -> bool:
        return await self._set(items, item_ids, deleted_at=at)

    async def restore_items(self, item_ids: Sequence[int]) -> bool:
        return await self._set(items, item_ids, deleted_at=None)

    async def watchers(self, task_id: int) -> Sequence[Named]:
        rows = await self._link.execute(
            select(names.c.member_id, names.c.display_name)
            .join(watchers, watchers.c.member_id == names.c.member_id)
            .where(watchers.c.task_id == task_id, names.c.is_removed.is_(False))
            .order_by(watchers.c.id)
        )
        return [Named(row.member_id, row.display_name) for row in rows]

    async def watch(self, task_id: int, member_id: int) -> bool:
        row = {"workspace_id": self._workspace_id, "task_id": task_id, "member_id": member_id}
        done = await self._link.execute(insert(watchers).values(row).on_conflict_do_nothing())
        return done.rowcount > 0

    async def unwatch(self, task_id: int, member_id: int) -> bool:
        done = await self._link.execute(
            delete(watchers).where(watchers.c.task_id == task_id, watchers.c.member_id == member_id)
        )
        return done.rowcount > 0

    async def comments(self, task_id: int, limit: int) -> Sequence[Comment]:
        rows = await self._link.execute(
            select(comments, names.c.display_name)
            .outerjoin(names, names.c.member_id == comments.c.member_id)
            .where(comments.c.task_id == task_id, comments.c.deleted_at.is_(None))
            .order_by(comments.c.id.desc())
            .limit(limit)
        )
        return [Comment(row.id, row.display_name, row.body, row.created_at) for row in rows][::-1]

    async def add_comment(self, task_id: int, actor: Actor, text: str) -> int:
        made = await self._link.execute(
            insert(comments)
            .values(
                workspace_id=self._workspace_id,
                task_id=task_id,
                member_id=actor.member_id,
                body=text,
                words=kept_words(text),
            )
            .returning(comments.c.id)
        )
        return int(made.scalar_one())

    async def remove_comment(self, comment_id: int, at: datetime) -> bool:
        return await self._set(comments, [comment_id], deleted_at=at)

    async def hint(self, chat_id: int, member_id: int) -> bool:
        row = {"workspace_id": self._workspace_id, "chat_id": chat_id, "member_id": member_id}
        done = await self._link.execute(insert(start_hints).values(row).on_conflict_do_nothing())
        return done.rowcount > 0

    async def _set(self, table: Table, ids: Sequence[int], **values: Any) -> bool:
        done = await self._link.execute(update(table).where(table.c.id.in_(ids)).values(**values))
        return done.rowcount > 0
