"""Fakes of history; a line's id is its place in the list, from 1."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from crm.activity import About, Activity, Line, Named, Scope
from tests.fakes.people import MONDAY, folded

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeActivity:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def add(self, activity: Activity) -> bool:
        if activity.undo_of is not None and activity.undo_of in self._undone():
            return False
        self._state.activity.append(activity)
        return True

    async def lines(self, scope: Scope, *, limit: int, offset: int) -> Sequence[Line]:
        found = [line for line in self._lines() if _is_within(line, scope)]
        return found[offset : offset + limit]

    async def last_own(self, member_id: int, since: datetime) -> Line | None:
        return next((line for line in self._standing() if line.actor_member_id == member_id), None)

    async def last_of(self, member_id: int, entity: str, entity_id: int, since: datetime) -> Line | None:
        same = (member_id, entity, entity_id)
        return next(
            (one for one in self._standing() if (one.actor_member_id, one.entity, one.entity_id) == same),
            None,
        )

    async def newer(self, line: Line) -> Line | None:
        same = [
            one for one in self._standing() if (one.entity, one.entity_id) == (line.entity, line.entity_id)
        ]
        return next((one for one in same if one.id > line.id), None)

    async def batch(self, line: Line) -> Sequence[Line]:
        return [one for one in self._standing() if one.changes.get("batch") == line.changes["batch"]]

    async def called(self, name: str) -> Sequence[Named]:
        people = {actor.member_id: actor.display_name for actor in self._state.members.values()}
        return [Named(id_, known) for id_, known in people.items() if folded(known).startswith(folded(name))]

    def _undone(self) -> set[int]:
        return {one.undo_of for one in self._state.activity if one.undo_of is not None}

    def _standing(self) -> list[Line]:
        return [line for line in self._lines() if line.undo_of is None and line.id not in self._undone()]

    def _lines(self) -> list[Line]:
        """Newest first."""
        names = {actor.member_id: actor.display_name for actor in self._state.members.values()}
        lines = []
        for number, one in enumerate(self._state.activity, start=1):
            row = self._state.tasks.get(one.entity_id) if one.entity == "task" else None
            lines.append(
                Line(
                    id=number,
                    at=MONDAY,
                    actor_kind=one.actor_kind,
                    actor_member_id=one.actor_member_id,
                    who=names.get(one.actor_member_id or 0),
                    action=one.action,
                    entity=one.entity,
                    entity_id=one.entity_id,
                    changes=one.changes,
                    undo_of=one.undo_of,
                    assistant=next(
                        (agent.names for agent in self._state.agents if agent.id == one.agent_id), {}
                    ),
                    number=row.task.number if row else None,
                    title=row.task.title if row else None,
                    chat_id=row.actor.chat_id if row else None,
                )
            )
        return lines[::-1]


def _is_within(line: Line, scope: Scope) -> bool:
    if scope.only_chat_id is not None and line.chat_id != scope.only_chat_id:
        return False
    if scope.about is About.TEAM:
        return True
    if scope.about is About.PERSON:
        return line.actor_member_id == scope.id
    return (line.entity, line.entity_id) == (scope.about.value, scope.id)
