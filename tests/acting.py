"""People and arrivals for tests, in one line each."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from crm.people import ChatKind, Visitor
from crm.updates import Arrival

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_updates = count(1)


def a_visitor(user: int = 101, **more: Any) -> Visitor:
    """Somebody in their private chat, who pressed Start."""
    usual = Visitor(
        telegram_user_id=user,
        display_name=f"Person {user}",
        username=None,
        language="en",
        timezone="Europe/Berlin",
        telegram_chat_id=user,
        chat_kind=ChatKind.PRIVATE,
        chat_title=None,
        started=True,
    )
    return replace(usual, **more)


def an_arrival(chat: int = 101, sent_at: datetime = NOW) -> Arrival:
    """A new update each time."""
    number = next(_updates)
    return Arrival(bot_id=1, update_id=number, telegram_chat_id=chat, sent_at=sent_at, message_id=number)
