"""Calls: the log of who was called, and how it ended."""

from crm.calls.cards import CallCards, Choices, Field
from crm.calls.checks import check_times, checked_call
from crm.calls.entities import LIST_LENGTH, NOTES_LIMIT, PAGE, Ask, Call, CallStore, NewCall, Offer
from crm.calls.filters import CallFilter, Span, Turn
from crm.calls.lists import CallLists, CallPage
from crm.calls.outcomes import Direction, Outcome
from crm.calls.people import Named, Unclear
from crm.calls.saving import save_call
from crm.calls.use_cases import Calls

__all__ = [
    "LIST_LENGTH",
    "NOTES_LIMIT",
    "PAGE",
    "Ask",
    "Call",
    "CallCards",
    "CallFilter",
    "CallLists",
    "CallPage",
    "CallStore",
    "Calls",
    "Choices",
    "Direction",
    "Field",
    "Named",
    "NewCall",
    "Offer",
    "Outcome",
    "Span",
    "Turn",
    "Unclear",
    "check_times",
    "checked_call",
    "save_call",
]
