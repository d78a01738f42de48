"""Details: what hangs on a task as data, and what its stores must do: checklist, watchers, comments, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crm.activity import Named
from crm.people import Actor
from crm.tasks.sources import Attachment


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist."""

    id: int
    text: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote beside a task; `who` is None when their name is out of sight."""

    id: int
    who: str | None
    text: str
    at: datetime


class TaskDetailStore(Protocol):
    """Each changing call gives False when the thing is out of reach, or was so already."""

    async def items(self, task_id: int) -> Sequence[Item]:
        """In the order in which they were written."""

    async def add_items(self, task_id: int, texts: Sequence[str]) -> Sequence[int]: ...

    async def tick(self, item_id: int, at: datetime | None) -> bool:
        """Ticked at that moment, or no longer ticked when None."""

    async def remove_items(self, item_ids: Sequence[int], at: datetime) -> bool:
        """Softly."""

    async def restore_items(self, item_ids: Sequence[int]) -> bool: ...

    async def watchers(self, task_id: int) -> Sequence[Named]: ...

    async def watch(self, task_id: int, member_id: int) -> bool: ...

    async def unwatch(self, task_id: int, member_id: int) -> bool: ...

    async def comments(self, task_id: int, limit: int) -> Sequence[Comment]:
        """The last ones, oldest first."""

    async def add_comment(self, task_id: int, actor: Actor, text: str) -> int: ...

    async def remove_comment(self, comment_id: int, at: datetime) -> bool:
        """Softly."""

    async def hint(self, chat_id: int, member_id: int) -> bool:
        """Note that a member is told in a chat (ours) how to open one with the bot; False when they were before."""


class NoteStore(Protocol):
    async def add(
        self,
        actor: Actor,
        *,
        task_id: int | None = None,
        contact_id: int | None = None,
        call_id: int | None = None,
        text: str = "",
        attachments: Sequence[Attachment] = (),
    ) -> int: ...

    async def files_of_task(self, task_id: int) -> Sequence[Attachment]:
        """In the order in which they came."""

    async def remove(self, note_id: int, at: datetime) -> bool:
        """Softly; False when it is out of reach."""
