"""Pings: whether a connection of the pool still lives is asked of those that were idle; one in use a moment ago does.

A ping is three trips to PostgreSQL, as many as a short transaction. One that died within the moment and whose end was
not noticed yet fails in its first statement, which is said as any absence of PostgreSQL is.
"""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

IDLE = 1.0  # seconds after which a connection is asked again


def ping_the_idle(engine: AsyncEngine, clock: Callable[[], float] = time.monotonic) -> None:
    """For a pool with `pool_pre_ping`. `clock` counts seconds, monotonic."""
    dialect = engine.sync_engine.dialect
    ping = dialect.do_ping
    used_at: dict[int, float] = {}  # by the id of the connection, which is forgotten with it

    @event.listens_for(engine.sync_engine, "checkin")
    def _note(dbapi_connection: Any, _record: Any) -> None:
        if dbapi_connection is not None:
            used_at[id(dbapi_connection)] = clock()

    @event.listens_for(engine.sync_engine, "close")
    def _forget(dbapi_connection: Any, _record: Any) -> None:
        used_at.pop(id(dbapi_connection), None)

    @event.listens_for(engine.sync_engine, "invalidate")
    def _drop(dbapi_connection: Any, _record: Any, _fault: Any) -> None:
        used_at.pop(id(dbapi_connection), None)

    def do_ping(dbapi_connection: Any) -> bool:
        since = used_at.get(id(dbapi_connection))
        is_fresh = since is not None and clock() - since < IDLE
        if is_fresh and not dbapi_connection.driver_connection.is_closed():
            return True
        return ping(dbapi_connection)

    dialect.do_ping = do_ping  # type: ignore[method-assign]  # the pool asks its dialect, and offers no other place
