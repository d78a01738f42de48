"""Fakes of lists: the filters over rows in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crm.contacts import Contact
from crm.grammar.dates import Due
from crm.grammar.tokens import folded
from crm.grammar.wordforms import search_words
from crm.people import Actor
from crm.tasks import Status, Task, is_overdue
from crm.tasks.filters import Days, Filter, When, today_of, week_of
from crm.tasks.lists import Step
from tests.fakes.people import is_seen

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeTaskLists:
    """crm.tasks.TaskListStore."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def page(
        self, filter_: Filter, step: Step | None, *, limit: int, now: datetime | None = None
    ) -> Sequence[Task]:
        tasks = [task for task in self._seen() if _fits(task, filter_, now)]
        tasks.sort(key=_done_order if filter_.done else _due_order)
        if step is None:
            return tasks[:limit]
        edge = self._state.tasks[step.task_id].task
        order = _done_order if filter_.done else _due_order
        if step.back:
            return [task for task in tasks if order(task) < order(edge)][::-1][:limit]
        return [task for task in tasks if order(task) > order(edge)][:limit]

    async def day(self, assignee_id: int, now: datetime, *, limit: int) -> Sequence[Task]:
        own = sorted((task for task in self._seen() if task.assignee_id == assignee_id), key=_due_order)
        late = [task for task in own if _is_open(task) and is_overdue(task, now)]
        days = today_of(now, self._actor.zone)
        today = [task for task in own if _is_open(task) and _is_due(task, days) and task not in late]
        return [*late[:limit], *today[:limit]]

    async def found(self, words: Sequence[str], text: str, *, limit: int) -> Sequence[Task]:
        found = []
        for task in self._seen():
            has = set(search_words(task.title))
            if all(has & set(word.split("|")) for word in words) or text in folded(task.title):
                found.append(task)
        return found[::-1][:limit]

    async def labels(self, limit: int) -> Sequence[str]:
        return sorted({label for task in self._seen() for label in task.labels})[:limit]

    async def nearest_contacts(self, name: str, limit: int) -> Sequence[Contact]:
        ours = [row.contact for row in self._state.contacts.values()]
        likest = sorted(ours, key=lambda one: -_likeness(one.full_name, name))
        return [one for one in likest if _likeness(one.full_name, name) > 0.5][:limit]

    async def watch(self, task_id: int, member_id: int) -> None:
        """Everybody sees everything here."""

    def _seen(self) -> list[Task]:
        rows = self._state.tasks.values()
        return [
            row.task
            for row in rows
            if row.task.id not in self._state.deleted and is_seen(row.actor, self._actor)
        ]


def _fits(task: Task, filter_: Filter, now: datetime | None) -> bool:
    begins = [one for one in task.labels if filter_.label_begins and one.startswith(filter_.label or "")]
    return (
        filter_.done is not _is_open(task)
        and task.status is not Status.CANCELED
        and filter_.assignee_id in (None, task.assignee_id)
        and filter_.contact_id in (None, task.contact_id)
        and (filter_.label is None or filter_.label in task.labels or bool(begins))
        and _is_timely(task, filter_, now)
    )


def _is_timely(task: Task, filter_: Filter, now: datetime | None) -> bool:
    if filter_.when in (None, When.NO_DATE):
        return filter_.when is None or task.due is None
    assert now is not None
    assert isinstance(now.tzinfo, ZoneInfo)
    if filter_.when is When.OVERDUE:
        return is_overdue(task, now)
    days = (today_of if filter_.when is When.TODAY else week_of)(now, now.tzinfo)
    if filter_.done:
        return task.completed_at is not None and days.begins <= task.completed_at < days.ends
    return _is_due(task, days)


def _is_open(task: Task) -> bool:
    return task.status not in (Status.COMPLETED, Status.CANCELED)


def _is_due(task: Task, days: Days) -> bool:
    if task.due is None:
        return False
    if task.due.at is None:
        return days.first <= task.due.date <= days.last
    return days.begins <= task.due.at < days.ends


def _due_order(task: Task) -> tuple[float, int]:
    return due_order(task.due).timestamp(), task.number


def _done_order(task: Task) -> tuple[float, int]:
    return -(task.completed_at.timestamp() if task.completed_at else 0), -task.id


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, folded(one), folded(other)).ratio()


def due_order(due: Due | None) -> datetime:
    """By moment; a date-only one after the timed ones of its day, none at all last."""
    if due is None:
        return datetime.max.replace(tzinfo=UTC)
    return due.at or datetime.combine(due.date, time.max, due.zone).astimezone(UTC)
