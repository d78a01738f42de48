"""Writing: a proposal through the very use case of the command that a person would have typed."""

from collections.abc import Callable
from typing import TypeVar

from crm.answers import Answer
from crm.calls import Call, Calls
from crm.contacts import Contacts, SavedContact
from crm.errors import N_, BadInput, NotFound
from crm.people import Actor
from crm.proposals.entities import Asked, Effect, Kind
from crm.reminders import Reminder, Reminders
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.tasks import Completed, Priority, Task, Tasks
from crm.tasks.changes import Change, set_priority
from crm.tasks.lines import read_moment, retitled
from crm.updates import Arrival

Result = TypeVar("Result")


class Writer:
    """Over a storage, which may be one that joins an open transaction. `confirmed` says that the person has read what
    is doubtful. Raises what the commands raise, ToConfirm unless `confirmed`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def write(self, actor: Actor, arrival: Arrival, asked: Asked, *, confirmed: bool) -> Effect:
        """`arrival.sent_at` is now; what was said counts from when it was said."""
        said = Arrival(
            arrival.bot_id, arrival.update_id, arrival.telegram_chat_id, asked.read_at, arrival.thread_id
        )
        line = " ".join(asked.said.get("line", "").split())
        if asked.kind is Kind.TASK:
            tasks: list[list[Task]] = []
            await Tasks(self._storage).create(actor, said, line, _into(tasks, list), confirmed=confirmed)
            return tasks[0][0]
        if asked.kind is Kind.REMINDER:
            reminders: list[Reminder] = []
            use_case = Reminders(self._storage)
            await use_case.create(actor, said, line, _into(reminders), confirmed=confirmed)
            return reminders[0]
        if asked.kind is Kind.CALL:
            calls: list[Call] = []
            await Calls(self._storage).log(actor, said, line, _into(calls))
            return calls[0]
        if asked.kind is Kind.CONTACT:
            contacts: list[SavedContact] = []
            await Contacts(self._storage).save(actor, said, line, _into(contacts))
            return contacts[0]
        return await self._task(actor, arrival, said, asked, confirmed=confirmed)

    async def _task(
        self, actor: Actor, arrival: Arrival, said: Arrival, asked: Asked, *, confirmed: bool
    ) -> Effect:
        """A change of a task that is there."""
        async with self._storage.transaction(actor) as unit:
            task = await unit.tasks.by_number(asked.task_number or 0)
            if task is None:
                raise NotFound(
                    N_("There is no task {number} here. See the list: /tasks"), number=asked.task_number
                )
            change = await _change(unit, actor, asked, confirmed=confirmed)
        use_case = Tasks(self._storage)
        if asked.kind is Kind.DONE:
            done: list[Completed] = []
            await use_case.complete(actor, arrival, task.id, arrival.sent_at, _into(done))
            return done[0]
        changed: list[Task] = []
        await use_case.change(actor, arrival, task.id, change, _into(changed))
        return changed[0]


async def _change(unit: Unit, actor: Actor, asked: Asked, *, confirmed: bool) -> Change:
    """All that is to be other, as one change. Raises BadInput for nothing, or what can't be read."""
    said, changes = asked.said, list[Change]()
    if said.get("when"):
        reader = await reader_of(unit, actor)
        changes.append(read_moment(said["when"], asked.read_at, reader, confirmed=confirmed))
    if said.get("title"):
        changes.append(retitled(said["title"]))
    if said.get("priority"):
        try:
            changes.append(set_priority(Priority(said["priority"])))
        except ValueError:
            raise BadInput(N_("A priority is one of: low, normal, high, urgent.")) from None
    if not changes and asked.kind is Kind.CHANGE:
        raise BadInput(N_("Say what is to change: the time, the title or the priority."))

    def change(task: Task) -> Task:
        for one in changes:
            task = one(task)
        return task

    return change


def _into(kept: list[Result], as_: Callable[..., Result] | None = None) -> Callable[..., Answer]:
    """A reply that only notes what came of it: the answer is made by whoever called."""

    def reply(result: Result) -> Answer:
        kept.append(result if as_ is None else as_(result))
        return Answer()

    return reply
