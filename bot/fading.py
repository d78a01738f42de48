"""Fading: cards that nobody pressed in time are drawn anew, so that none offers what it no longer does."""

from collections.abc import Callable
from datetime import datetime

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.gate import Priority, sending
from crm.errors import CrmError, StorageAway
from crm.proposals import Expired, ProposalDoors, Proposals
from handlers.proposals import fade_card

log = structlog.get_logger()
EVERY = 20  # seconds between looks
AT_ONCE = 20  # cards of one look, one after the other: nobody waits for them


class FadingRounds:
    """When to look is the scheduler's. Two replicas may draw the same card, which Telegram doesn't mind."""

    def __init__(
        self, bot: Bot, proposals: Proposals, doors: ProposalDoors, clock: Callable[[], datetime]
    ) -> None:
        self._bot = bot
        self._proposals = proposals
        self._doors = doors
        self._clock = clock
        self._fault: Callable[[Exception], None] = lambda _fault: None

    def schedule(self, scheduler: AsyncIOScheduler, fault: Callable[[Exception], None]) -> None:
        """`fault` is told what went wrong."""
        self._fault = fault
        scheduler.add_job(
            self.look, "interval", seconds=EVERY, max_instances=1, coalesce=True, misfire_grace_time=None
        )

    async def look(self) -> None:
        """Draw those that expired since the last look."""
        try:
            for one in await self._doors.expired(self._clock(), limit=AT_ONCE):
                await self._fade(one)
        except StorageAway:
            return  # the tick of reminders, which looks more often, has said it
        except Exception as fault:  # the next look must come all the same
            self._fault(fault)

    async def _fade(self, one: Expired) -> None:
        try:
            with sending(Priority.REMINDER):
                await fade_card(self._bot, one, self._proposals, self._clock)
        except TelegramAPIError as fault:  # the next look tries again
            log.info("card_left_to_the_next_look", reason=type(fault).__name__)
        except StorageAway:
            raise
        except CrmError:
            log.info("card_of_nobody")
        except (
            Exception
        ) as fault:  # one that can't be drawn must not keep the others from theirs, nor come back
            self._fault(fault)
            await self._proposals.faded(one, self._clock())
