"""Admission: what goes out waits for room in its chat, in the bot and among the replicas, and pauses are kept."""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import TelegramMethod

from bot.gate.line import Full, Line, Place
from bot.gate.priorities import Priority, slip_of
from bot.gate.rooms import Rooms, is_group
from bot.gate.sureness import SENDING
from bot.gate.underway import Slip, Underway

log = structlog.get_logger()
# Seconds a call waits here at most, less than a lease lasts (crm.deliveries.LEASE): whoever slept through its own
# lease would send beside the next holder. A longer wait is told to the sender, whose row is sent later.
PATIENCE = 45.0
# Of the bot's places in a second, so many that drafts leave to answers, and half of them that models' answers leave to
# those of commands: hundreds of conversations at once must not make a typed command wait.
RESERVED = 10
FULL = 5  # seconds after which whoever found the line full may come again
# Telegram doesn't say whether it means the chat or the bot. So many different chats told to wait within so many
# seconds can only mean the bot.
WITNESSES, WITHIN = 3, 5.0


class Shared(Protocol):
    """The limits as all replicas keep them together (db.sends.SharedSends)."""

    async def take(self, chat_id: object, *, group: bool, only_all: bool) -> float | None:
        """0 when there was room, else the seconds until there is; None when nobody else can be asked."""

    async def pause(self, chat_id: object, seconds: float) -> None: ...


class Admission:
    """`clock` counts seconds, monotonic; `shared` is set where there is a Redis."""

    shared: Shared | None = None

    def __init__(
        self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]], rooms: Rooms
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._rooms = rooms
        self._underway = Underway(rooms.per_second)
        self._line = Line()
        self._told: deque[tuple[float, object]] = deque()  # who was told to wait lately

    @property
    def waiting(self) -> int:
        return self._line.length

    async def admit(
        self, method: TelegramMethod[Any], chat_id: object, priority: Priority, until: float
    ) -> bool:
        """Wait for room until `until` at most, by the clock; drafts and typing don't wait: False. Raises
        TelegramRetryAfter for a wait that is too long."""
        if chat_id is None or not method.__api_method__.startswith(SENDING):
            while (wait := self._rooms.pause_left(self._clock())) > 0:
                await self._wait(method, wait, until)
            return True
        if priority.is_optional:
            spare = self._rooms.all_wait(self._clock(), RESERVED + 1) == 0
            return spare and not self._line.anybody(chat_id) and await self._room(chat_id, only_all=True) == 0
        try:
            place = self._line.enter(chat_id, priority)
        except Full:
            raise TelegramRetryAfter(method, "too much is waiting", FULL) from None
        try:
            slip = slip_of(priority)
            while (wait := self._wait_of(place)) > 0 or (wait := await self._take(chat_id, slip, until)) > 0:
                await self._wait(method, wait, until)
        finally:
            self._line.leave(place)
        return True

    async def pause(self, method: TelegramMethod[Any], chat_id: object, seconds: float) -> None:
        """Keep silent where Telegram said so: in the chat, or everywhere when too many were told."""
        now, key = self._clock(), chat_id if chat_id is not None else method.__api_method__
        self._told.append((now, key))
        while self._told[0][0] < now - WITHIN:
            self._told.popleft()
        everywhere = len({who for _at, who in self._told}) >= WITNESSES
        log.info("told_to_wait", method=method.__api_method__, seconds=seconds, everywhere=everywhere)
        for who in (key, None) if everywhere else (key,):
            self._rooms.pause(who, now + seconds)
            if self.shared is not None:
                await self.shared.pause(who, seconds)

    def _wait_of(self, place: Place) -> float:
        """Seconds until it is this one's turn, as far as this process knows."""
        now, kept = self._clock(), RESERVED // 2 if place.rank[0] == Priority.TURN else 0
        wait = self._rooms.chat_wait(place.chat_id, now, self._line.ahead_in_chat(place) + 1)
        if wait > 0:
            self._line.step_back(place)
            return wait
        return self._rooms.all_wait(now, self._line.ahead_in_all(place) + 1 + kept)

    async def _take(self, chat_id: object, slip: Slip | None, until: float) -> float:
        """Take room once few enough are under way; 0, or the seconds to wait, at least until `until` when there are
        too many for so long."""
        if slip is not None and not slip.begun:
            left = until - self._clock()
            try:
                async with asyncio.timeout(left):
                    await slip.begin(self._underway)
            except TimeoutError:
                return left + 1
        wait = await self._room(chat_id, only_all=False)
        if wait > 0 and slip is not None:
            slip.end()
        return wait

    async def _room(self, chat_id: object, *, only_all: bool) -> float:
        """Take room here and among the replicas; 0, or the seconds until there is some. Drafts (`only_all`) have
        limits of their own within their chat, which TurnView keeps."""
        now = self._clock()
        wait = max(self._rooms.chat_wait(chat_id, now), self._rooms.all_wait(now))
        if wait > 0:
            return wait
        self._rooms.take(chat_id, now, only_all=only_all)
        if self.shared is None:
            return 0
        wait = await self.shared.take(chat_id, group=is_group(chat_id), only_all=only_all) or 0
        if wait > 0:
            self._rooms.give_back(chat_id, now, only_all=only_all)
        return wait

    async def _wait(self, method: TelegramMethod[Any], seconds: float, until: float) -> None:
        if self._clock() + seconds > until:
            raise TelegramRetryAfter(method, "the chat's limit", math.ceil(seconds))
        await self._sleep(seconds)
