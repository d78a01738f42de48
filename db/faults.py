"""Faults: counted by all replicas together, and told by one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.faults import EVERY, Fault, Operator
from db.transactions import plain_transaction


class SqlFaultDoors:
    """See crm.faults.FaultDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def note(self, summary: str, reference: str, now: datetime) -> int | None:
        async with plain_transaction(self._engine) as link:
            times = await link.scalar(
                text("SELECT times FROM note_fault(:summary, :reference, :now, :every)"),
                {"summary": summary, "reference": reference, "now": now, "every": EVERY},
            )
        return int(times) if times is not None else None

    async def repeated(self, now: datetime) -> Sequence[Fault]:
        async with plain_transaction(self._engine) as link:
            found = await link.execute(
                text("SELECT * FROM repeated_faults(:now, :every)"), {"now": now, "every": EVERY}
            )
            return [Fault(row.summary, row.reference, row.times) for row in found]

    async def operators(self) -> Sequence[Operator]:
        async with plain_transaction(self._engine) as link:
            found = await link.execute(text("SELECT * FROM operators()"))
            return [Operator(row.chat_id, row.language) for row in found]
