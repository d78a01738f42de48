"""Moves: a task put to another moment or into another status, from its card."""

from datetime import datetime, time

from crm.answers import Answer, Reply
from crm.errors import N_, BadInput
from crm.grammar.reminding import read_lead
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage
from crm.tasks.changes import asked, set_reminders_to
from crm.tasks.entities import Status, Task
from crm.tasks.lines import read_moment, typed_moment
from crm.tasks.reaching import to_change
from crm.tasks.reminding import add_own_reminder
from crm.tasks.saving import without_readings
from crm.tasks.writing import Completed, complete_task, move_to, write_change, write_status
from crm.updates import Arrival


class TaskMoves:
    """The rules of moving. `version` is that of the card which is pressed, None where there is none."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def reschedule(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        text: str,
        reply: Reply[Task],
        *,
        version: int | None = None,
        confirmed: bool = False,
    ) -> Answer:
        """Move a task to the moment a text says. Raises BadInput for one that says none, ToConfirm for one that has
        passed or is far away, unless `confirmed`, and as `change` does."""
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, task_id, version)
            change = read_moment(text, arrival.sent_at, await reader_of(unit, actor), confirmed=confirmed)
            after = await write_change(unit, actor, arrival, before, change(without_readings(before)))
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer

    async def remind(
        self, actor: Actor, arrival: Arrival, task_id: int, text: str, reply: Reply[Task]
    ) -> Answer:
        """One more reminder of a task: so long before its due, or at a moment of its own, which stays where it is
        when the due moves. Raises BadInput for a text that says neither, and for a moment that has passed."""
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, task_id)
            lead = read_lead(text)
            if lead is not None:
                change = set_reminders_to({*asked(before), lead})
                after = await write_change(unit, actor, arrival, before, change(before))
                if lead not in after.rings:
                    raise BadInput(N_("That moment is over, or the task has no date to count from."))
            else:
                due = typed_moment(text, arrival.sent_at, await reader_of(unit, actor)).due
                after = await add_own_reminder(unit, actor, arrival, before, due)
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer

    async def evening(self, actor: Actor) -> time:
        """When the actor's evening begins: the end of the working day."""
        async with self._storage.transaction(actor) as unit:
            return (await reader_of(unit, actor)).workday_ends

    async def set_status(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        status: Status,
        now: datetime,
        reply: Reply[Completed],
        *,
        version: int | None = None,
    ) -> Answer:
        """Another status by a press on a card; see move_to. Raises NotFound, NotAllowed, Stale."""
        async with self._storage.transaction(actor) as unit:
            task = await to_change(unit, task_id, version)
            if status is Status.COMPLETED:
                moved = await complete_task(unit, actor, arrival, task, now)
            else:
                await write_status(unit, actor, task, status)
                moved = await move_to(unit, actor, arrival, task, status, now)
            answer = reply(moved)
            await unit.updates.finish(arrival, answer)
        return answer
