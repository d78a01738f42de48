"""Fields: what a column may stand for, and the headers that are known to mean it."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from crm.exports import Kind
from crm.imports.headers import HEADERS


class Field(StrEnum):
    """What one column of a table holds."""

    ID = "id"
    NAME = "name"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    LAST_NAME = "last_name"
    PHONE = "phone"
    EMAIL = "email"
    COMPANY = "company"
    TELEGRAM = "telegram"
    STAGE = "stage"
    OWNER = "owner"
    LABELS = "labels"
    DO_NOT_CALL = "do_not_call"
    NOTE = "note"
    TITLE = "title"
    DESCRIPTION = "description"
    STATUS = "status"
    PRIORITY = "priority"
    TASK_TYPE = "task_type"
    DUE = "due"
    DUE_TIME = "due_time"
    ASSIGNEE = "assignee"
    CONTACT = "contact"
    RESULT = "result"
    DONE = "done"
    EXTERNAL_ID = "external_id"
    STARTED = "started"
    START_TIME = "start_time"
    DIRECTION = "direction"
    OUTCOME = "outcome"
    DURATION = "duration"
    MEMBER = "member"


F = Field
OF: Mapping[Kind, tuple[Field, ...]] = {
    Kind.CONTACTS: (
        F.NAME, F.FIRST_NAME, F.MIDDLE_NAME, F.LAST_NAME, F.PHONE, F.EMAIL, F.COMPANY, F.TELEGRAM, F.STAGE, F.OWNER,
        F.LABELS, F.DO_NOT_CALL, F.NOTE, F.ID,
    ),
    Kind.TASKS: (
        F.TITLE, F.DESCRIPTION, F.DUE, F.DUE_TIME, F.STATUS, F.PRIORITY, F.TASK_TYPE, F.ASSIGNEE, F.CONTACT, F.PHONE,
        F.LABELS, F.RESULT, F.DONE, F.ID,
    ),
    Kind.CALLS: (
        F.STARTED, F.START_TIME, F.DIRECTION, F.OUTCOME, F.DURATION, F.CONTACT, F.PHONE, F.NOTE, F.MEMBER,
        F.EXTERNAL_ID, F.ID,
    ),
}  # fmt: skip
"""The fields of each kind, in the order in which they are offered."""
NEEDED: Mapping[Kind, tuple[frozenset[Field], ...]] = {
    Kind.CONTACTS: (frozenset({F.NAME, F.FIRST_NAME, F.LAST_NAME, F.PHONE, F.EMAIL, F.COMPANY}),),
    Kind.TASKS: (frozenset({F.TITLE}),),
    Kind.CALLS: (frozenset({F.STARTED}), frozenset({F.CONTACT, F.PHONE})),
}
"""Of each set at least one column must be matched."""
MANY = frozenset({F.PHONE, F.EMAIL, F.LABELS, F.NOTE})  # more than one column may be the same field
Mapped = tuple[Field | None, ...]
"""What each column stands for, None for one that is left out."""


def guess(headers: Sequence[str], kind: Kind) -> Mapped:
    """Known headers matched; the first of two columns keeps a field that can't be many."""
    known = {folded(header): Field(name) for name, listed in HEADERS[kind].items() for header in listed}
    found: list[Field | None] = []
    for header in headers:
        field = known.get(folded(header))
        found.append(None if field in found and field not in MANY else field)
    return tuple(found)


def is_enough(mapped: Mapped, kind: Kind) -> bool:
    return all(wanted & set(mapped) for wanted in NEEDED[kind])


def likely_kinds(headers: Sequence[str]) -> Sequence[Kind]:
    """All kinds, the likeliest first: one whose needs are met, then the one with more of the columns known."""

    def score(kind: Kind) -> tuple[bool, int]:
        mapped = guess(headers, kind)
        return is_enough(mapped, kind), len(set(mapped) - {None})

    return sorted(Kind, key=score, reverse=True)


def is_certain(headers: Sequence[str]) -> bool:
    """Whether the likeliest kind needs no asking: its needs are met, and by more columns than any other's."""
    first, second = likely_kinds(headers)[:2]
    counts = [len(set(guess(headers, kind)) - {None}) for kind in (first, second)]
    return is_enough(guess(headers, first), first) and counts[0] >= 2 and counts[0] > counts[1]


def folded(header: str) -> str:
    """Letters and digits only, so that «Рабочий e-mail» and "рабочий email" are one header."""
    return re.sub(r"[\W_]+", "", header.casefold().replace("ё", "е"))
