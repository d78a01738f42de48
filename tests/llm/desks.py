"""What the tools of an assistant work through, over fakes or rows."""

from crm.calls import CallLists, Calls
from crm.contacts import Contacts
from crm.proposals import Proposals
from crm.reminders import ReminderDoors
from crm.stats import Stats
from crm.storage import Storage
from crm.tasks import TaskLists, Tasks
from crm.tasks.agenda import Agenda
from llm.work import Desk
from tests.fakes import FakeReminderDoors, FakeStorage


def a_desk(storage: Storage, doors: ReminderDoors | None = None) -> Desk:
    if doors is None:
        assert isinstance(storage, FakeStorage)
        doors = FakeReminderDoors(storage)
    return Desk(
        tasks=Tasks(storage),
        task_lists=TaskLists(storage),
        agenda=Agenda(storage),
        calls=Calls(storage),
        call_lists=CallLists(storage),
        contacts=Contacts(storage),
        stats=Stats(storage),
        proposals=Proposals(storage, doors, resumes=True, wake=lambda: None),
    )
