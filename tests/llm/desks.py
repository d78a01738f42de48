"""What the tools of an assistant work through, over fakes or rows."""

from crm.calls import CallLists, Calls
from crm.contacts import Contacts
from crm.proposals import Proposals
from crm.reminder_lists import ReminderLists
from crm.stats import Stats
from crm.storage import Storage
from crm.tasks import TaskLists, Tasks
from crm.tasks.agenda import Agenda
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from llm.work import Desk


def a_desk(storage: Storage) -> Desk:
    return Desk(
        tasks=Tasks(storage),
        task_lists=TaskLists(storage),
        agenda=Agenda(storage),
        calls=Calls(storage),
        call_lists=CallLists(storage),
        contacts=Contacts(storage),
        reminder_lists=ReminderLists(storage, Undo(storage, UNDOABLE)),
        stats=Stats(storage),
        proposals=Proposals(storage, resumes=True, wake=lambda: None),
    )
