"""Upkeep: each hour what is kept for a while only is forgotten."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from crm.agents import AgentDoors
from crm.errors import StorageAway
from crm.memory import MemoryDoors
from crm.undo import KEPT as UNDONE
from crm.updates import KEPT, UpdateJournal

log = structlog.get_logger()
# from the start to the first tidying, so that frequent restarts don't put it off
SETTLING = timedelta(minutes=1)


class Upkeep:
    """When to tidy is the scheduler's. What several replicas do at once is done once: the rest finds nothing."""

    def __init__(
        self,
        journal: UpdateJournal,
        memories: MemoryDoors,
        agents: AgentDoors,
        clock: Callable[[], datetime],
    ) -> None:
        self._journal = journal
        self._memories = memories
        self._agents = agents
        self._clock = clock
        self._fault: Callable[[Exception], None] = lambda _fault: None

    def schedule(self, scheduler: AsyncIOScheduler, fault: Callable[[Exception], None]) -> None:
        """`fault` is told what went wrong."""
        self._fault = fault
        scheduler.add_job(
            self.tidy, "interval", hours=1, next_run_time=self._clock() + SETTLING, misfire_grace_time=None
        )

    async def tidy(self) -> None:
        """While PostgreSQL is away there is always the next hour."""
        try:
            await self._journal.purge(self._clock() - KEPT)
            await self._memories.purge(self._clock())
            await self._agents.purge(self._clock() - UNDONE)
        except StorageAway:
            log.warning("postgresql_away", room="upkeep")
        except Exception as fault:
            self._fault(fault)
