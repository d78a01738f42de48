"""Touches: which of the rows that are remembered elsewhere a transaction has changed.

Triggers say it in a notice each (migrations/sql/0023_touches.sql), whoever writes, doors included; the transaction
tells it after its commit. A notice costs no question of its own, and a pooler passes it on.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

PREFIX = "switchboard touched "  # what follows is a tag of db/changes.py
Tell = Callable[..., Awaitable[object]]


def note_touches(engine: AsyncEngine) -> None:
    """Have each connection of the pool note what is said on it."""

    @event.listens_for(engine.sync_engine, "connect")
    def _listen(dbapi_connection: Any, record: Any) -> None:
        noted: set[str] = set()
        record.info["touched"] = noted

        def note(_link: Any, notice: Any) -> None:
            if str(notice.message).startswith(PREFIX):
                noted.add(str(notice.message).removeprefix(PREFIX))

        dbapi_connection.driver_connection.add_log_listener(note)


def tell_touches(engine: AsyncEngine, tell: Tell) -> None:
    """Call `tell` with the tags after each transaction that touched any."""
    engine.sync_engine.update_execution_options(tell_touches=tell)


def noted_on(link: AsyncConnection) -> set[str]:
    """Where this connection's notices gather; empty when a transaction begins."""
    noted: set[str] = link.info.setdefault("touched", set())
    noted.clear()
    return noted


def has_touched(link: AsyncConnection) -> bool:
    """Whether this transaction has changed anything that is remembered."""
    return bool(link.info.get("touched"))


async def tell(engine: AsyncEngine, tags: frozenset[str]) -> None:
    """To whoever remembers on this engine, if anybody does."""
    told: Tell | None = engine.sync_engine.get_execution_options().get("tell_touches")
    if tags and told is not None:
        await told(*tags)
