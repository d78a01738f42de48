"""Wakes: whoever commits a delivery that is due now, or nearly, wakes this process's scheduler."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Insert, Update, event
from sqlalchemy.ext.asyncio import AsyncEngine

from db.models.reminders import reminder_deliveries as deliveries

SOON = timedelta(seconds=2)  # what is later, the look of each second finds in time
_MARK = "switchboard.made_due"


def on_made_due(
    engine: AsyncEngine, wake: Callable[[], None], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Call `wake` after each commit of this process that made something due, by whichever store: a reminder asked for,
    snoozed or taken up again. What a trigger or a door of the database writes waits for the next look."""

    def noted(link: Connection, clause: Any, _many: Any, _one: Any, _options: Any, result: Any) -> None:
        if not isinstance(clause, Insert | Update) or clause.table is not deliveries:
            return
        rows = result.context.compiled_parameters if result.context is not None else []
        soon = clock() + SOON
        if any(_is_due(row, soon, is_new=isinstance(clause, Insert)) for row in rows):
            link.info[_MARK] = True

    def committed(link: Connection) -> None:
        if link.info.pop(_MARK, False):
            wake()

    def rolled_back(link: Connection) -> None:
        if not link.invalidated:  # one that was thrown away took its note along, and has no info to ask for
            link.info.pop(_MARK, None)

    event.listen(engine.sync_engine, "after_execute", noted)
    event.listen(engine.sync_engine, "commit", committed)
    event.listen(engine.sync_engine, "rollback", rolled_back)


def _is_due(row: Mapping[str, Any], soon: datetime, *, is_new: bool) -> bool:
    """A new row is pending; one that is changed must have become so, and not for later."""
    if not is_new and row.get("state") != "pending":
        return False
    at = row.get("next_retry_at") or row.get("due_at") or soon
    return bool(at <= soon)
