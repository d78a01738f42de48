"""Dialogs: what the bot waits for from whom, kept over restarts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

LIFETIME = timedelta(hours=24)  # a question nobody answered is forgotten after this


@dataclass(frozen=True, slots=True)
class DialogKey:
    """Whom a question was put to: Telegram's ids of bot, chat, topic and user."""

    bot_id: int
    chat_id: int
    thread_id: int | None
    user_id: int


@dataclass(frozen=True, slots=True)
class Dialog:
    state: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class DialogStore(Protocol):
    """Each call is a transaction of its own; the table is open to the application role (DESIGN §2.4)."""

    async def get(self, key: DialogKey, now: datetime) -> Dialog:
        """An empty dialog when there is none or it expired."""

    async def put(self, key: DialogKey, dialog: Dialog, now: datetime) -> None:
        """An empty dialog removes the row."""
