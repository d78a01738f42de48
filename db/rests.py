"""Rests: a connection that lay in the pool for a while is asked whether it is still there before it is used again.

One that was used a moment ago is not, which saves each transaction of a busy bot a trip: its server would have had to
go within that moment, and where it says so as it goes, the driver has heard it.
"""

from time import monotonic
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

MOMENT = 0.2  # seconds; a server takes longer to end and start again
_USED = "switchboard.used"


def ask_after_a_rest(engine: AsyncEngine) -> None:
    """For each connection that the pool gives out; one that is gone takes all that are older along."""
    dialect = engine.sync_engine.dialect

    def is_there(link: Any, used_at: float | None) -> bool:
        if link.driver_connection.is_closed():
            return False
        if used_at is None or monotonic() - used_at < MOMENT:  # a new one is there
            return True
        try:
            return bool(dialect.do_ping(link))
        except (dialect.loaded_dbapi.Error, OSError):
            return False

    @event.listens_for(engine.sync_engine, "checkout")
    def _ask(link: Any, record: Any, _proxy: Any) -> None:
        if not is_there(link, record.info.get(_USED)):
            raise InvalidatePoolError

    @event.listens_for(engine.sync_engine, "checkin")
    def _note(_link: Any, record: Any) -> None:
        record.info[_USED] = monotonic()
