"""Reports: where each fault goes – the log and Sentry at once, the operators in chat once an hour with a count."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

import structlog

from bot.faults import feature_of, report, summary_of
from bot.gate import Priority, sending
from bot.metrics import Metrics
from crm.errors import StorageAway
from crm.faults import Fault, FaultDoors, Operator
from crm.teams import Reach
from handlers.faults import fault_message
from handlers.notices import News, Notices, Whom

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
        news = self._notices.about(to_each)
        await self._doors.repeated(self._clock(), news)
        await self._send(news)

    async def settle(self) -> None:
        """Until all that was reported is told."""
        while self._telling:
            await asyncio.wait(set(self._telling))

    async def _note(self, summary: str, reference: str) -> None:
        try:
            news = self._notices.about(to_each)
            await self._doors.note(summary, reference, self._clock(), news)
            await self._send(news)
        except StorageAway:
            log.warning("fault_not_told", reference=reference)  # it is in the log and in Sentry
        except Exception:  # a fault of telling of a fault is told to nobody, or there would be no end to it
            log.exception("fault_not_told", reference=reference)

    async def _send(self, news: News[...]) -> None:
        for notice in news.owed:
            with sending(Priority.REMINDER):
                await self._notices.send(notice)


def to_each(faults: Sequence[Fault], operators: Sequence[Operator]) -> Iterator[Whom]:
    for fault in faults:
        for operator in operators:
            yield Reach(operator.telegram_chat_id, operator.language), partial(fault_message, fault)
