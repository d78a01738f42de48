"""Imports: tables of contacts, tasks and calls taken in, tried first, in one piece, and taken back in one piece."""

from crm.imports.fields import NEEDED, OF, Field, Mapped, guess, is_certain, is_enough, likely_kinds
from crm.imports.plans import (
    Addition,
    CallFacts,
    Change,
    ContactFacts,
    ImportStore,
    Known,
    NewImport,
    Part,
    Plan,
    TakenBack,
    TaskFacts,
    difference,
    first_told,
)
from crm.imports.tables import BYTES, ROWS, BrokenFile, Fault, Row, Table, make_table, read_csv
from crm.imports.use_cases import Imported, Imports

__all__ = [
    "BYTES", "NEEDED", "OF", "ROWS", "Addition", "BrokenFile", "CallFacts", "Change", "ContactFacts", "Fault", "Field",
    "ImportStore", "Imported", "Imports", "Known", "Mapped", "NewImport", "Part", "Plan", "Row", "Table", "TakenBack",
    "TaskFacts", "difference", "first_told", "guess", "is_certain", "is_enough", "likely_kinds", "make_table",
    "read_csv",
]  # fmt: skip
