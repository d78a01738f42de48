"""Actors, from the rows of the doors that claim work on a member's behalf."""

from typing import Any

from sqlalchemy import Row

from crm.people import Actor, ChatKind, Role


def actor_of(row: Row[Any]) -> Actor:
    """The member a claimed row is for, in the chat its message goes to."""
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
        telegram_chat_id=row.telegram_chat_id,
        chat_kind=ChatKind(row.kind),
        is_operator=row.is_operator,
        is_new=False,
    )
