"""The tables, by room: importing this page fills `metadata`."""

from db.models import (
    agents,
    calls,
    chats,
    contacts,
    digests,
    faults,
    files,
    people,
    proposals,
    reminders,
    routing,
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
    "digests",
    "faults",
    "files",
    "metadata",
    "people",
    "proposals",
    "reminders",
    "routing",
    "tasks",
    "updates",
    "usage",
]
