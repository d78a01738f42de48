"""The tables, by room: importing this page fills `metadata`."""

from db.models import (
    agents,
    calls,
    chats,
    contacts,
    faults,
    files,
    people,
    proposals,
    reminders,
    tasks,
    updates,
    usage,
)
from db.models.base import metadata

__all__ = [
    "agents",
    "calls",
    "chats",
    "contacts",
    "faults",
    "files",
    "metadata",
    "people",
    "proposals",
    "reminders",
    "tasks",
    "updates",
    "usage",
]
