"""Digests on their rounds: looked for every few seconds, each sent under its own lease."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from aiogram import Bot
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.contextvars import bound_contextvars

from bot.gate import Priority, sending
from crm.digests import Digest, Digests
from crm.errors import StorageAway
from handlers.digests import send_digest

log = structlog.get_logger()
EVERY = 15  # seconds; a digest is of a minute, not of a second
AT_ONCE = 20  # claimed by one look, so that a lease outlives its turn at Telegram's pace


class DigestRounds:
    """When to look is the scheduler's; what is due, and that it is sent once, are the rows'."""

    def __init__(
        self,
        bot: Bot,
        digests: Digests,
        clock: Callable[[], datetime],
        fault: Callable[[Exception], None],
    ) -> None:
        self._bot = bot
        self._digests = digests
        self._clock = clock
        self._fault = fault
        self._stopping = False
        self.under_way: set[asyncio.Task[None]] = set()  # looks

    def schedule(self, scheduler: AsyncIOScheduler) -> None:
        scheduler.add_job(
            self.look, "interval", seconds=EVERY, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        scheduler.add_job(self.tidy, "interval", hours=1, misfire_grace_time=None)

    def stop(self) -> None:
        """What is on its way is finished; what was claimed besides goes by its lease to another replica."""
        self._stopping = True

    async def look(self) -> None:
        """Send what is due, until there is nothing more, also when whoever waits for it is canceled."""
        look = asyncio.create_task(self._look())
        self.under_way.add(look)
        look.add_done_callback(self.under_way.discard)
        await asyncio.shield(look)

    async def _look(self) -> None:
        try:
            while not self._stopping and (due := await self._digests.claim(self._clock(), limit=AT_ONCE)):
                async with asyncio.TaskGroup() as all_of_them:
                    for digest in due:
                        all_of_them.create_task(self._send(digest))
        except StorageAway:
            return  # the tick of reminders, which looks more often, has said it
        except Exception as fault:  # the next look must come all the same
            self._fault(fault)

    async def tidy(self) -> None:
        """Forget what was sent long ago."""
        try:
            await self._digests.purge(self._clock())
        except StorageAway:
            return
        except Exception as fault:
            self._fault(fault)

    async def _send(self, digest: Digest) -> None:
        try:
            with sending(Priority.REMINDER), bound_contextvars(digest=digest.id):
                await send_digest(self._bot, digest, digests=self._digests, clock=self._clock)
        except StorageAway:
            log.warning("digest_left_to_its_lease", digest=digest.id)
        except Exception as fault:  # one that can't be made must not keep the others from theirs
            self._fault(fault)
