"""Actors for work done on a member's behalf: claims name ids only, and who that is is read after `enter`."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row

from crm.people import Actor, ChatKind, Role
from db.models.chats import chats
from db.models.people import members, people


def claims_by_member(
    claims: Sequence[Row[Any]],
) -> Iterator[tuple[tuple[int, int, int | None], list[Row[Any]]]]:
    """Claimed rows by whom and where to enter as: (workspace_id, member_id, chat_id of ours)."""

    def entry(row: Row[Any]) -> tuple[int, int, int | None]:
        return row.workspace_id, row.member_id, row.chat_id

    for key, rows in groupby(sorted(claims, key=lambda row: (*entry(row)[:2], row.chat_id or 0)), entry):
        yield key, list(rows)


def actor_columns() -> tuple[ColumnElement[Any], ...]:
    """What actor_of needs, of the tables members, people and chats."""
    return (
        members.c.workspace_id,
        members.c.id.label("member_id"),
        members.c.role,
        people.c.id.label("person_id"),
        people.c.telegram_user_id,
        people.c.private_chat_id,
        people.c.display_name,
        people.c.language,
        people.c.timezone,
        people.c.is_operator,
        chats.c.id.label("chat_id"),
        chats.c.telegram_chat_id,
        chats.c.kind,
    )


def actor_of(row: Row[Any], *, privately: bool, from_group: bool = False) -> Actor:
    """The member a claimed row is for, in the chat its message goes to: where it arose, or `privately`. What arose in
    no chat goes to the private one."""
    private = privately and row.private_chat_id is not None
    return Actor(
        person_id=row.person_id,
        telegram_user_id=row.telegram_user_id,
        display_name=row.display_name,
        language=row.language,
        timezone=row.timezone,
        workspace_id=row.workspace_id,
        member_id=row.member_id,
        role=Role(row.role),
        chat_id=row.chat_id,
        telegram_chat_id=row.private_chat_id if private else row.telegram_chat_id,
        chat_kind=ChatKind.PRIVATE if private else ChatKind(row.kind or ChatKind.PRIVATE),
        is_operator=row.is_operator,
        is_new=False,
        from_group=from_group,
    )
