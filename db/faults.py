"""Faults: counted by all replicas together, and told by one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.faults import EVERY, Fault, Operator, ToOperators
from db.transactions import plain_transaction
from db.updates import owe


class SqlFaultDoors:
    """See crm.faults.FaultDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def note(self, summary: str, reference: str, now: datetime, tell: ToOperators) -> None:
        async with plain_transaction(self._engine) as link:
            times = await link.scalar(
                text("SELECT times FROM note_fault(:summary, :reference, :now, :every)"),
                {"summary": summary, "reference": reference, "now": now, "every": EVERY},
            )
            if times is not None:
                await owe(link, tell([Fault(summary, reference, int(times))], await operators(link)))

    async def repeated(self, now: datetime, tell: ToOperators) -> None:
        async with plain_transaction(self._engine) as link:
            found = await link.execute(
                text("SELECT * FROM repeated_faults(:now, :every)"), {"now": now, "every": EVERY}
            )
            faults = [Fault(row.summary, row.reference, row.times) for row in found]
            await owe(link, tell(faults, await operators(link)))

    async def operators(self) -> Sequence[Operator]:
        async with plain_transaction(self._engine) as link:
            return await operators(link)


async def operators(link: AsyncConnection) -> Sequence[Operator]:
    found = await link.execute(text("SELECT * FROM operators()"))
    return [Operator(row.chat_id, row.language) for row in found]
