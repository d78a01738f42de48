"""Reports: where each fault goes – the log and Sentry at once, the operators in chat once an hour with a count."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.faults import feature_of, report, summary_of
from bot.gate import Priority, sending
from bot.metrics import Metrics
from crm.errors import StorageAway
from crm.faults import Fault, FaultDoors
from handlers.faults import fault_message
from handlers.notices import Notices
from handlers.texts import speaking

log = structlog.get_logger()


class Reports:
    """Called with a fault and its reference, from anywhere on the loop."""

    def __init__(
        self, notices: Notices, doors: FaultDoors, metrics: Metrics, clock: Callable[[], datetime]
    ) -> None:
        self._notices = notices
        self._doors = doors
        self._metrics = metrics
        self._clock = clock
        self._telling: set[asyncio.Task[None]] = set()

    def __call__(self, error: BaseException, reference: str) -> None:
        report(error, reference)
        self._metrics.faults.labels(feature_of(error)).inc()
        telling = asyncio.create_task(self._note(summary_of(error), reference))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def sweep(self) -> None:
        """Tell of what went on after it was told."""
        for fault in await self._doors.repeated(self._clock()):
            await self._tell(fault)

    async def settle(self) -> None:
        """Until all that was reported is told."""
        while self._telling:
            await asyncio.wait(set(self._telling))

    async def _note(self, summary: str, reference: str) -> None:
        try:
            times = await self._doors.note(summary, reference, self._clock())
            if times is not None:
                await self._tell(Fault(summary, reference, times))
        except StorageAway:
            log.warning("fault_not_told", reference=reference)  # it is in the log and in Sentry
        except Exception:  # a fault of telling of a fault is told to nobody, or there would be no end to it
            log.exception("fault_not_told", reference=reference)

    async def _tell(self, fault: Fault) -> None:
        for operator in await self._doors.operators():
            with speaking(operator.language), sending(Priority.REMINDER):
                if not await self._notices.send(operator.telegram_chat_id, fault_message(fault)):
                    log.warning("fault_not_told", reference=fault.reference)
