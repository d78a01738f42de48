"""Contacts: customers and other people and companies the team deals with."""

from crm.contacts.changes import difference, restored
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
from crm.contacts.use_cases import NOTE_LIMIT, Choices, Contacts, apply, card_of, to_change

__all__ = [
    "LABELS",
    "NAME_LIMIT",
    "NOTE_LIMIT",
    "PHONES",
    "CallLine",
    "Choices",
    "Contact",
    "ContactCard",
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
