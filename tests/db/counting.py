"""Counting: the queries that a test's code sends to PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


@contextmanager
def counted(engine: AsyncEngine, *, entering: bool = False) -> Iterator[list[str]]:
    """The statements sent within, in order; `enter`, which begins each transaction, only if `entering`."""
    sent: list[str] = []

    def note(_link: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if entering or not statement.startswith("SELECT enter("):
            sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
