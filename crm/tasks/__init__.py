"""Tasks: what may follow /task, and what happens then."""

from crm.tasks.changed import as_read, restored
from crm.tasks.entities import (
    DONE,
    TAKEN_BACK,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Counts,
    NewTask,
    Priority,
    Reading,
    RepeatFrom,
    Status,
    Task,
    TaskStore,
)
from crm.tasks.finishing import Finished
from crm.tasks.late import is_overdue
from crm.tasks.lines import Read, read_lines
from crm.tasks.lists import ListPage, TaskLists, TaskListStore
from crm.tasks.reminding import REMINDING, set_reminders
from crm.tasks.saving import checked_title, repeats_within_a_day, save_task
from crm.tasks.use_cases import Tasks
from crm.tasks.writing import Completed

__all__ = [
    "DONE",
    "REMINDING",
    "TAKEN_BACK",
    "TEXT_LIMIT",
    "TITLE_LIMIT",
    "Completed",
    "Counts",
    "Finished",
    "ListPage",
    "NewTask",
    "Priority",
    "Read",
    "Reading",
    "RepeatFrom",
    "Status",
    "Task",
    "TaskListStore",
    "TaskLists",
    "TaskStore",
    "Tasks",
    "as_read",
    "checked_title",
    "is_overdue",
    "read_lines",
    "repeats_within_a_day",
    "restored",
    "save_task",
    "set_reminders",
]
