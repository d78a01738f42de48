"""Fakes of lookups."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm.lookups import FoundContact, FoundTask
from crm.people import Actor
from crm.tasks.filters import Filter
from tests.fakes.contacts import FakeContacts
from tests.fakes.people import folded
from tests.fakes.task_lists import FakeTaskLists

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeLookups:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def tasks(
        self, words: str, *, assignee_id: int | None, offset: int, limit: int
    ) -> Sequence[FoundTask]:
        known = await FakeTaskLists(self._state, self._actor).page(Filter(), None, limit=1000)
        found = [
            FoundTask(task.number, task.title, task.status, task.due)
            for task in known
            if assignee_id in (None, task.assignee_id)
            and (folded(words) in folded(task.title) or words.removeprefix("#") == str(task.number))
        ]
        return found[offset : offset + limit]

    async def contacts(self, words: str, *, offset: int, limit: int) -> Sequence[FoundContact]:
        known = await FakeContacts(self._state, self._actor).recent(1000)
        found = [one for one in known if folded(words) in folded(one.full_name)]
        return [FoundContact(one.id, one.full_name) for one in found[offset : offset + limit]]
