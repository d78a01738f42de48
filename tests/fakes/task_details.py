"""Fakes of what hangs on tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.activity import Named
from crm.people import Actor
from crm.tasks import Counts
from crm.tasks.details import Comment, Item
from crm.tasks.sources import Attachment
from tests.fakes.people import MONDAY

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class ItemRow:
    item: Item
    task_id: int
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class CommentRow:
    comment: Comment
    task_id: int
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    task_id: int | None
    text: str
    attachments: tuple[Attachment, ...]
    is_deleted: bool = False


class FakeTaskDetails:
    """crm.tasks.details.TaskDetailStore."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def items(self, task_id: int) -> Sequence[Item]:
        return items_in(self._state, task_id)

    async def add_items(self, task_id: int, texts: Sequence[str]) -> Sequence[int]:
        ids = [self._state.next_id() for _ in texts]
        for id_, text in zip(ids, texts, strict=True):
            self._state.items[id_] = ItemRow(Item(id_, text, is_ticked=False), task_id)
        return ids

    async def tick(self, item_id: int, at: datetime | None) -> bool:
        row = self._state.items[item_id]
        self._state.items[item_id] = replace(row, item=replace(row.item, is_ticked=at is not None))
        return True

    async def remove_items(self, item_ids: Sequence[int], at: datetime) -> bool:
        return self._mark(item_ids, is_deleted=True)

    async def restore_items(self, item_ids: Sequence[int]) -> bool:
        return self._mark(item_ids, is_deleted=False)

    async def watchers(self, task_id: int) -> Sequence[Named]:
        names = {one.member_id: one.display_name for one in self._state.members.values()}
        return [Named(who, names[who]) for task, who in sorted(self._state.watching) if task == task_id]

    async def watch(self, task_id: int, member_id: int) -> bool:
        was = (task_id, member_id) in self._state.watching
        self._state.watching.add((task_id, member_id))
        return not was

    async def unwatch(self, task_id: int, member_id: int) -> bool:
        was = (task_id, member_id) in self._state.watching
        self._state.watching.discard((task_id, member_id))
        return was

    async def comments(self, task_id: int, limit: int) -> Sequence[Comment]:
        return comments_in(self._state, task_id)[-limit:]

    async def add_comment(self, task_id: int, actor: Actor, text: str) -> int:
        comment = Comment(self._state.next_id(), actor.display_name, text, MONDAY)
        self._state.comments[comment.id] = CommentRow(comment, task_id)
        return comment.id

    async def remove_comment(self, comment_id: int, at: datetime) -> bool:
        self._state.comments[comment_id] = replace(self._state.comments[comment_id], is_deleted=True)
        return True

    async def hint(self, chat_id: int, member_id: int) -> bool:
        was = (chat_id, member_id) in self._state.hints
        self._state.hints.add((chat_id, member_id))
        return not was

    def _mark(self, item_ids: Sequence[int], *, is_deleted: bool) -> bool:
        for id_ in item_ids:
            self._state.items[id_] = replace(self._state.items[id_], is_deleted=is_deleted)
        return True


class FakeNotes:
    """crm.tasks.details.NoteStore."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

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
        note_id = self._state.next_id()
        self._state.files[note_id] = FileRow(task_id, text, tuple(attachments))
        return note_id

    async def files_of_task(self, task_id: int) -> Sequence[Attachment]:
        return files_in(self._state, task_id)

    async def remove(self, note_id: int, at: datetime) -> bool:
        self._state.files[note_id] = replace(self._state.files[note_id], is_deleted=True)
        return True


def counts_in(state: "State", task_id: int) -> Counts:
    items = items_in(state, task_id)
    return Counts(
        items=len(items),
        ticked=sum(item.is_ticked for item in items),
        comments=len(comments_in(state, task_id)),
        files=len(files_in(state, task_id)),
        watchers=sum(task == task_id for task, _who in state.watching),
    )


def items_in(state: "State", task_id: int) -> list[Item]:
    return [row.item for row in state.items.values() if row.task_id == task_id and not row.is_deleted]


def comments_in(state: "State", task_id: int) -> list[Comment]:
    return [row.comment for row in state.comments.values() if row.task_id == task_id and not row.is_deleted]


def files_in(state: "State", task_id: int) -> list[Attachment]:
    rows = [row for row in state.files.values() if row.task_id == task_id and not row.is_deleted]
    return [one for row in rows for one in row.attachments]
