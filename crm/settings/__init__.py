"""Settings: what a person chooses for themselves, whatever team they are in."""

from crm.settings.changes import differences, restored_settings
from crm.settings.entities import DateOrder, Parts, PersonSettings, Section, Span
from crm.settings.reading import LEADS, changed
from crm.settings.use_cases import Settings, put, reader_of

__all__ = [
    "LEADS",
    "DateOrder",
    "Parts",
    "PersonSettings",
    "Section",
    "Settings",
    "Span",
    "changed",
    "differences",
    "put",
    "reader_of",
    "restored_settings",
]
