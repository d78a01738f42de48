"""Counting: which statements a piece of work sends to the database, besides `enter` and what marks a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements sent inside, as they are sent."""
    sent: list[str] = []

    def note(_link: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "enter(" not in statement:
            sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
