"""Use cases that need nothing but rows, by the names under which handlers ask for them."""

from typing import Any

from crm.away import Away
from crm.calls import CallCards, CallLists, Calls
from crm.contact_tasks import ContactTasks
from crm.contacts import ContactEdits, ContactFiles, Contacts, Merging
from crm.exports import Exports
from crm.history import History
from crm.imports import Imports
from crm.inline import Inline
from crm.links import Links
from crm.quick_adds import QuickAdds
from crm.regions import Regions
from crm.reminder_edits import ReminderEdits
from crm.reminder_lists import ReminderLists
from crm.reminder_presses import ReminderPresses
from crm.reminders import Reminders
from crm.removals import Removals
from crm.settings import Settings
from crm.stats import Stats
from crm.storage import Storage
from crm.tasks import TaskLists, Tasks
from crm.tasks.agenda import Agenda
from crm.tasks.checklists import Checklists
from crm.tasks.moves import TaskMoves
from crm.tasks.talk import TaskTalk
from crm.teams import Teams
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.visibility import Visibility
from crm.zone_changes import ZoneChanges


def over_rows(storage: Storage) -> dict[str, Any]:
    undo = Undo(storage, UNDOABLE)
    return {
        "tasks": Tasks(storage),
        "task_lists": TaskLists(storage),
        "agenda": Agenda(storage),
        "away": Away(storage),
        "zone_changes": ZoneChanges(storage),
        "stats": Stats(storage),
        "task_moves": TaskMoves(storage),
        "task_talk": TaskTalk(storage),
        "checklists": Checklists(storage),
        "calls": Calls(storage),
        "call_cards": CallCards(storage),
        "call_lists": CallLists(storage),
        "contacts": Contacts(storage),
        "contact_edits": ContactEdits(storage),
        "contact_files": ContactFiles(storage),
        "contact_merging": Merging(storage),
        "contact_tasks": ContactTasks(storage),
        "quick_adds": QuickAdds(storage),
        "reminders": Reminders(storage),
        "reminder_edits": ReminderEdits(storage),
        "reminder_lists": ReminderLists(storage, undo),
        "reminder_presses": ReminderPresses(storage, undo),
        "settings": Settings(storage),
        "teams": Teams(storage),
        "regions": Regions(storage),
        "removals": Removals(storage),
        "history": History(storage),
        "inline": Inline(storage),
        "links": Links(storage),
        "visibility": Visibility(storage),
        "exports": Exports(storage),
        "imports": Imports(storage),
    }
