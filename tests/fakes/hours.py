"""Fakes of people's hours: settings and absences of the state."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.hours import Absence, Clock, Matter, StandIn, clock_in, moved
from crm.people import Actor, Role
from crm.settings import PersonSettings
from tests.fakes.people import MONDAY

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeHours:
    """crm.hours.HourStore. What was asked for was asked for on MONDAY."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def note(self, delivery_id: int, reason: str) -> None:
        self._state.reminders[delivery_id] = replace(self._state.reminders[delivery_id], reason=reason)

    async def stand_in(self, now: datetime) -> StandIn | None:
        _since, _until, member_id = self._state.absences.get(self._actor.person_id, (None, None, None))
        for one in self._team():
            if one.member_id == member_id:
                return StandIn(one, self._state.absences.get(one.person_id, (None, None, None))[1])
        return None

    async def absences(self, now: datetime) -> Sequence[Absence]:
        found = []
        names = {one.member_id: one.display_name for one in self._team()}
        for one in self._team():
            _since, until, substitute = self._state.absences.get(one.person_id, (None, None, None))
            if until is not None and until > now:
                known = substitute if substitute in names else None
                found.append(
                    Absence(one.member_id, one.display_name, until, known, names[known] if known else None)
                )
        return found

    async def away(self, person_id: int) -> tuple[datetime, datetime] | None:
        found = self._state.absences.get(person_id)
        return None if found is None else found[:2]

    async def go_away(self, until: datetime, substitute_id: int | None, now: datetime) -> None:
        since = self._state.absences.get(self._actor.person_id, (now,))[0]
        self._state.absences[self._actor.person_id] = (since, until, substitute_id)

    async def come_back(self, now: datetime) -> None:
        self._state.absences.pop(self._actor.person_id, None)

    async def clocks(self, zone: str, now: datetime) -> Sequence[Clock]:
        tasks = [
            Clock(
                "task",
                row.task.id,
                row.task.title,
                row.task.due,
                "Sales",
                row.task.rrule is not None,
                row.task.id,
            )
            for row in self._state.tasks.values()
            if row.task.due is not None
            and row.task.due.tz == zone
            and row.task.assignee_id == self._actor.member_id
            and (row.task.due.at is None or row.task.due.at > now)
        ]
        reminders = [
            Clock(
                "reminder",
                row.reminder.id,
                row.reminder.text,
                clock_in(row.look_at, zone),
                "Sales",
                False,
                row.reminder.task_id,
            )
            for row in self._state.reminders.values()
            if row.reminder.due.tz == zone and row.state == "pending" and row.look_at > now
        ]
        return [*tasks, *reminders]

    async def move_clocks(self, clocks: Sequence[Clock], zone: str) -> None:
        for clock in clocks:
            if clock.kind == "task":
                row = self._state.tasks[clock.id]
                self._state.tasks[clock.id] = replace(
                    row, task=replace(row.task, due=moved(clock.due, zone), version=row.task.version + 1)
                )
                continue
            due = moved(clock.due, zone)
            for key, one in list(self._state.reminders.items()):
                if one.reminder.id == clock.id and due.at is not None:
                    self._state.reminders[key] = replace(
                        one,
                        reminder=replace(one.reminder, due=due),
                        delivery=replace(one.delivery, due_at=due.at),
                        look_at=due.at,
                    )

    def _team(self) -> list[Actor]:
        return [
            one
            for (workspace_id, _user), one in self._state.members.items()
            if workspace_id == self._actor.workspace_id
            and (workspace_id, one.member_id) not in self._state.removed
            and one.role is not Role.GUEST
        ]


def matter_of(state: "State", delivery_id: int) -> Matter:
    """What decides about a delivery."""
    row = state.reminders[delivery_id]
    who = row.delivery.actor
    task = state.tasks[row.delivery.task_id].task if row.delivery.task_id else None
    usual = PersonSettings(who.language, who.timezone)
    since, until, _substitute = state.absences.get(who.person_id, (None, None, None))
    dateless = task is not None and task.due is not None and task.due.time is None
    by_others = task is not None and (task.rrule is not None or task.created_by_id != who.member_id)
    return Matter(
        settings=state.settings.get(who.person_id, usual),
        region=None,
        urgent=row.reminder.urgent or (task is not None and task.priority == "urgent"),
        task_id=row.delivery.task_id,
        notice=row.delivery.notice,
        days_matter=row.delivery.notice is None and dateless and by_others,
        asked_at=MONDAY,
        away_since=since,
        away_until=until,
    )
