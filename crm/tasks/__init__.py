"""Tasks: what may follow /task, and what happens then."""

from crm.tasks.changed import as_read, restored
from crm.tasks.entities import (
    DONE,
    PAGE,
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
    TaskPage,
    TaskStore,
)
from crm.tasks.lines import Read, read_lines
from crm.tasks.saving import checked_title, repeats_within_a_day, save_task, set_reminders
from crm.tasks.use_cases import Tasks, is_overdue
from crm.tasks.writing import Completed

__all__ = [
    "DONE",
    "PAGE",
    "TAKEN_BACK",
    "TEXT_LIMIT",
    "TITLE_LIMIT",
    "Completed",
    "Counts",
    "NewTask",
    "Priority",
    "Read",
    "Reading",
    "RepeatFrom",
    "Status",
    "Task",
    "TaskPage",
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
