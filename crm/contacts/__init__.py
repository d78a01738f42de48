"""Contacts: customers and other people and companies the team deals with."""

from crm.contacts.changes import difference, restored
from crm.contacts.editing import NOTE_LIMIT, Choices, ContactEdits, apply, to_change
from crm.contacts.entities import (
    LABELS,
    NAME_LIMIT,
    PHONES,
    Contact,
    ContactStore,
    Merged,
    SavedContact,
    Stage,
)
from crm.contacts.files import ContactFiles, Summary
from crm.contacts.looks import (
    CallLine,
    ContactCard,
    ContactLooks,
    ContactPage,
    Filter,
    Found,
    NoteLine,
    Step,
    TaskLine,
)
from crm.contacts.merging import Joined, Merging, Pair
from crm.contacts.saving import find_or_add, members_only, write_down
from crm.contacts.use_cases import Contacts, card_of

__all__ = [
    "LABELS",
    "NAME_LIMIT",
    "NOTE_LIMIT",
    "PHONES",
    "CallLine",
    "Choices",
    "Contact",
    "ContactCard",
    "ContactEdits",
    "ContactFiles",
    "ContactLooks",
    "ContactPage",
    "ContactStore",
    "Contacts",
    "Filter",
    "Found",
    "Joined",
    "Merged",
    "Merging",
    "NoteLine",
    "Pair",
    "SavedContact",
    "Stage",
    "Step",
    "Summary",
    "TaskLine",
    "apply",
    "card_of",
    "difference",
    "find_or_add",
    "members_only",
    "restored",
    "to_change",
    "write_down",
]
