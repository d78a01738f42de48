"""Memory: what an assistant is reminded of before it answers, and how somebody sees, changes and erases it."""

from crm.memory.context import context_of, tokens_of
from crm.memory.entities import Context, Fact, MemoryDoors, MemoryStore, MemoryView, Past, Remembered, Stored
from crm.memory.summaries import extract, transcript
from crm.memory.use_cases import DAYS, FACT_LENGTH, FACTS, Memory

__all__ = [
    "DAYS",
    "FACTS",
    "FACT_LENGTH",
    "Context",
    "Fact",
    "Memory",
    "MemoryDoors",
    "MemoryStore",
    "MemoryView",
    "Past",
    "Remembered",
    "Stored",
    "context_of",
    "extract",
    "tokens_of",
    "transcript",
]
