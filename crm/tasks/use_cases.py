"""What may be done with tasks: create from a line, change, mark done, list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.contacts import Contact
from crm.errors import N_, NotFound
from crm.grammar.contacts import words_of
from crm.grammar.fields import Draft
from crm.people import Actor
from crm.storage import Storage, Unit
from crm.tasks.changes import Change
from crm.tasks.entities import TAKEN_BACK, Task
from crm.tasks.filters import Filter
from crm.tasks.lines import Read, check_lines, read_lines
from crm.tasks.places import places
from crm.tasks.reaching import found, to_change
from crm.tasks.saving import NOBODY_MEANT, new_task, save_task, without_readings
from crm.tasks.sources import NOWHERE, Source
from crm.tasks.writing import Completed, complete_task, write_change
from crm.teams import Member
from crm.updates import Arrival

PAGE = 10  # tasks an assistant is shown
CONTACTS = 8  # contacts that a menu offers
WithLeft = Callable[[Answer, Sequence[Task]], Answer]
"""How a handler adds to an answer the tasks whose lines are gone from their message. Pure, as Reply is."""


@dataclass(frozen=True, slots=True)
class Choices:
    """A task and whom it may be given to or be about."""

    task: Task
    members: Sequence[Member]
    contacts: Sequence[Contact]


class Tasks:
    """The rules of tasks."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def create(
        self,
        actor: Actor,
        arrival: Arrival,
        text: str,
        reply: Reply[Sequence[Task]],
        *,
        confirmed: bool = False,
        source: Source = NOWHERE,
        meant: Mapping[str, int] = NOBODY_MEANT,
    ) -> Answer:
        """Read each line and save it with its reminders, all in one transaction or none. `meant` says which member
        a name stands for, where that was asked.

        Raises BadInput with what to type, NoTitle when only a date was said, WhichMember for a name that is nobody's
        or several people's, ToConfirm for a moment that has passed or is far away, unless `confirmed`.
        """
        async with self._storage.transaction(actor) as unit:
            lines = await read_lines(unit, actor, arrival, text, source)
            check_lines(lines or [Read("", Draft())], confirmed=confirmed)
            tasks = [
                await save_task(
                    unit,
                    actor,
                    replace(arrival, line=number),
                    line.draft,
                    line.text,
                    source=source,
                    meant=meant,
                )
                for number, line in enumerate(lines)
            ]
            answer = reply(tasks)
            await unit.updates.finish(arrival, answer)
        return answer

    async def reread(
        self,
        actor: Actor,
        arrival: Arrival,
        text: str,
        reply: Reply[Sequence[Task]],
        *,
        confirmed: bool = False,
        with_left: WithLeft = lambda answer, _left: answer,
    ) -> Answer | None:
        """The source message was edited: its tasks become what it says now, added lines become tasks.

        The tasks of lines that are gone stay; `with_left` says so of them. None when the message made no task. Raises
        as `create` does, and then nothing changes.
        """
        async with self._storage.transaction(actor) as unit:
            before = await unit.tasks.by_message(actor, arrival.message_id or 0)
            if not any(before.values()):
                return None
            lines = await read_lines(unit, actor, arrival, text)
            check_lines(lines or [Read("", Draft())], confirmed=confirmed)
            after, numbers = [], places(before, [line.text for line in lines])
            for number, line in zip(numbers, lines, strict=True):
                here = replace(arrival, line=number)
                if number not in before:
                    after.append(await save_task(unit, actor, here, line.draft, line.text))
                elif (task := before[number]) is not None:  # what was taken back stays so
                    after.append(await self._reread_one(unit, actor, arrival, task, line))
            left = [task for number, task in before.items() if task is not None and number not in numbers]
            answer = with_left(reply(after), left) if left else reply(after)
            await unit.updates.finish(arrival, answer)
        return answer

    async def _reread_one(self, unit: Unit, actor: Actor, arrival: Arrival, before: Task, line: Read) -> Task:
        new = await new_task(unit, actor, line.draft, line.text)
        said = {name: getattr(new, name) for name in NEW_WORDS}
        after = await write_change(unit, actor, arrival, before, replace(before, **said))
        if after.rrule is not None and after.series_id in (None, after.id):
            await unit.tasks.begin_series(after.id)
        return after

    async def change(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        change: Change,
        reply: Reply[Task],
        *,
        version: int | None = None,
    ) -> Answer:
        """One press on a card, which has that version. Changing nothing is fine and leaves no history.

        Raises NotFound, NotAllowed, Stale.
        """
        async with self._storage.transaction(actor) as unit:
            before = await to_change(unit, task_id, version)
            after = await write_change(unit, actor, arrival, before, without_readings(change(before)))
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer

    async def complete(
        self, actor: Actor, arrival: Arrival, task_id: int, now: datetime, reply: Reply[Completed]
    ) -> Answer:
        """Mark a task done, cancel its reminders, and make the next one of its series, once.

        Doing it again changes nothing and answers the same. Raises NotFound.
        """
        async with self._storage.transaction(actor) as unit:
            done = await complete_task(unit, actor, arrival, await to_change(unit, task_id), now)
            answer = reply(done)
            await unit.updates.finish(arrival, answer)
        return answer

    async def take_back(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        now: datetime,
        reply: Reply[Sequence[Task]],
        *,
        version: int | None = None,
    ) -> Answer:
        """Delete a task softly. Raises NotFound, NotAllowed, Stale."""
        async with self._storage.transaction(actor) as unit:
            return await _take_back(
                unit, actor, arrival, [await to_change(unit, task_id, version)], now, reply
            )

    async def take_message_back(
        self, actor: Actor, arrival: Arrival, message_id: int, now: datetime, reply: Reply[Sequence[Task]]
    ) -> Answer:
        """Delete all that a message of this chat made. Raises NotFound when none of it is there any more."""
        async with self._storage.transaction(actor) as unit:
            made = await unit.tasks.by_message(actor, message_id)
            tasks = [task for task in made.values() if task is not None]
            if not tasks:
                raise NotFound(N_("Those tasks are no longer here. See the list: /tasks"))
            return await _take_back(unit, actor, arrival, tasks, now, reply)

    async def bring_back(
        self, actor: Actor, arrival: Arrival, task_id: int, now: datetime, reply: Reply[Task]
    ) -> Answer:
        """Undo a deletion, within the time it is kept. Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            if await unit.tasks.restore(task_id):
                await unit.reminders.restore_for_task(task_id, TAKEN_BACK, now)
                await unit.activity.add(
                    Activity("restored", "task", task_id, actor_member_id=actor.member_id)
                )
            answer = reply(await found(unit, task_id))
            await unit.updates.finish(arrival, answer)
        return answer

    async def list(self, actor: Actor) -> Sequence[Task]:
        """The open tasks that are due first, of those the actor may see; pages and filters are those of TaskLists."""
        async with self._storage.transaction(actor) as unit:
            return await unit.task_lists.page(Filter(), None, limit=PAGE)

    async def choices(self, actor: Actor, task_id: int) -> Choices:
        """What a card's menus offer: the team, and the contacts its text may mean before those of late.

        Raises NotFound.
        """
        async with self._storage.transaction(actor) as unit:
            task = await found(unit, task_id)
            words = words_of(task.raw_input)
            known = await unit.contacts.called(words)
            meant = {
                one.id: Contact(one.id, one.name) for word in sorted(words) for one in known.matching(word)
            }
            lately = {one.id: one for one in await unit.contacts.recent(CONTACTS)}
            contacts = list((meant | lately).values())[:CONTACTS]
            return Choices(task, await unit.teams.members(), contacts)

    async def show(self, actor: Actor, task_id: int) -> Task:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            return await found(unit, task_id)


NEW_WORDS = (
    "title", "due", "priority", "task_type", "assignee_id", "contact_id", "phone", "labels", "rrule", "repeat_from",
    "start_date", "duration_minutes", "reminders", "chosen_reminders", "nag_minutes", "readings", "raw_input",
)  # fmt: skip


async def _take_back(
    unit: Unit,
    actor: Actor,
    arrival: Arrival,
    tasks: Sequence[Task],
    now: datetime,
    reply: Reply[Sequence[Task]],
) -> Answer:
    for task in tasks:
        await unit.tasks.delete(task.id, now)
        await unit.reminders.skip_for_task(task.id, TAKEN_BACK)
        await unit.activity.add(Activity("deleted", "task", task.id, actor_member_id=actor.member_id))
    answer = reply(tasks)
    await unit.updates.finish(arrival, answer)
    return answer
