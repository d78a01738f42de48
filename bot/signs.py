"""Signs of life, each minute: that the bot runs, and that Telegram gives it its updates."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from crm.deliveries import Deliveries
from crm.errors import StorageAway
from crm.lateness import Downtime

log = structlog.get_logger()
DOWN = timedelta(seconds=150)  # without a sign of life, which is given each minute: nothing was running


class SignsOfLife:
    """When to give one is the scheduler's. `wake` is called when one made something due."""

    def __init__(
        self,
        deliveries: Deliveries,
        clock: Callable[[], datetime],
        fault: Callable[[Exception], None],
        wake: Callable[[], None],
    ) -> None:
        self._deliveries = deliveries
        self._clock = clock
        self._fault = fault
        self._wake = wake
        self._beginning = asyncio.Lock()
        self._has_begun = False
        self._comes_by_itself = self._heard_once = self._heard_lately = False
        self.downtime: Downtime | None = None  # when nothing was running before this process

    def schedule(self, scheduler: AsyncIOScheduler, *, hears: bool) -> None:
        """`hears`: that it runs is all there is to say of Telegram's updates, which come by themselves."""
        self._comes_by_itself = hears
        scheduler.add_job(self.give, "interval", minutes=1, misfire_grace_time=None)

    def heard(self) -> bool:
        """Telegram gave the bot its updates; whether for the first time, which is written down at once."""
        first, self._heard_once = not self._heard_once, True
        self._heard_lately = True
        return first

    async def begin(self) -> None:
        """The first sign: how long there was none says whether late ones are late because of that."""
        async with self._beginning:
            if self._has_begun:
                return
            now = self._clock()
            before = await self._deliveries.alive(now)
            if before is not None and now - before > DOWN:
                self.downtime = Downtime(before, now)
            self._has_begun = True

    async def give(self) -> None:
        try:
            await self.begin()  # Telegram may be heard before the first look
            await self._deliveries.alive(self._clock())
            heard, self._heard_lately = self._heard_lately or self._comes_by_itself, False
            if heard and (told := await self._deliveries.heard(self._clock())):
                log.warning("updates_may_be_lost", chats=told)
                self._wake()
        except StorageAway:
            return  # the tick, which looks more often, has said it
        except Exception as fault:
            self._fault(fault)
