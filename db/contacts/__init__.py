"""Contacts, as rows."""

from db.contacts.looks import SqlContactLooks
from db.contacts.rows import SqlContacts

__all__ = ["SqlContactLooks", "SqlContacts"]
