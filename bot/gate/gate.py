"""Passing the gate: room is waited for, pauses are kept, what may be repeated is, and what refusals teach is told."""

import asyncio
import math
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

from bot.gate.line import Full, Line, Place
from bot.gate.priorities import Priority, priority_of, slip_of
from bot.gate.rooms import KEPT_CHATS, Rooms, is_group
from bot.gate.sureness import (
    FOLLOWING,
    FREQUENT,
    SENDING,
    in_telegrams_words,
    keep_form,
    may_be_repeated,
    moved,
)
from bot.gate.underway import ANSWERED, Slip, Underway
from bot.retries import CALL
from crm.errors import StorageAway

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
COUNTED = (*SENDING, "answer")  # calls that a person sees


class Chats(Protocol):
    """Who is told what sending taught about chats (crm.groups.GroupDoors)."""

    async def moved(self, old_id: int, new_id: int) -> None: ...

    async def unreachable(self, chat_id: int) -> None: ...


class Shared(Protocol):
    """The limits as all replicas keep them together (db.sends.SharedSends)."""

    async def take(self, chat_id: object, *, group: bool, only_all: bool) -> float | None:
        """0 when there was room, else the seconds until there is; None when nobody else can be asked."""

    async def pause(self, chat_id: object, seconds: float) -> None: ...


class Gate(BaseRequestMiddleware):
    """A session middleware. `clock` counts seconds, monotonic; `sleep` and it are the tests' to replace; `chats` is
    set once there is a database, `shared` where there is a Redis."""

    chats: Chats | None = None
    shared: Shared | None = None

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        rooms: Rooms | None = None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._rooms = rooms or Rooms()
        self._underway = Underway(self._rooms.per_second)
        self._line = Line()
        # groups that became supergroups since the start
        self._moved: OrderedDict[object, int] = OrderedDict()
        self._told: deque[tuple[float, object]] = deque()  # who was told to wait lately
        for method in FREQUENT:  # now, and not while somebody waits for the first of them
            keep_form(method)
        self.heard_at = clock()  # when Telegram last answered anything but "who are you"
        self.outcomes: Counter[tuple[str, str]] = Counter()  # (priority, what became of it)

    @property
    def dropped(self) -> int:
        """Drafts and typing not sent to keep the limits."""
        return sum(count for (_kind, outcome), count in self.outcomes.items() if outcome == "dropped")

    @property
    def waiting(self) -> int:
        return self._line.length

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType] | TelegramType:
        make_request = self._listening(in_telegrams_words(make_request))
        keep_form(type(method))
        name, chat_id = method.__api_method__, getattr(method, "chat_id", None)
        if name == "getUpdates":
            return await make_request(bot, method)
        if chat_id in self._moved and name.startswith(FOLLOWING):
            method, chat_id = moved(method, self._moved[chat_id]), self._moved[chat_id]
        try:
            return await self._persist(make_request, bot, method, chat_id)
        except TelegramMigrateToChat as told:
            await self._learn(told.migrate_to_chat_id, chat_id)
            if not name.startswith(FOLLOWING):
                raise
            return await self._persist(
                make_request, bot, moved(method, told.migrate_to_chat_id), told.migrate_to_chat_id
            )
        except (TelegramForbiddenError, TelegramBadRequest) as refused:
            gone = isinstance(refused, TelegramForbiddenError) or "chat not found" in refused.message
            sends = name.startswith(SENDING) and chat_id is not None
            if sends and gone and isinstance(chat_id, int) and self.chats is not None:
                with suppress(StorageAway):  # the next refusal will tell it again
                    await self.chats.unreachable(chat_id)
            raise

    def _listening(
        self, make_request: NextRequestMiddlewareType[TelegramType]
    ) -> NextRequestMiddlewareType[TelegramType]:
        async def asked(
            bot: Bot, method: TelegramMethod[TelegramType]
        ) -> Response[TelegramType] | TelegramType:
            try:
                answer = await make_request(bot, method)
            except (TelegramNetworkError, TelegramServerError, TelegramUnauthorizedError):
                raise
            except TelegramAPIError:
                self.heard_at = self._clock()
                raise
            self.heard_at = self._clock()
            return answer

        return asked

    async def _learn(self, new_id: int, old_id: object) -> None:
        """A group is a supergroup now. Telegram will say so again, should PostgreSQL be away."""
        self._moved[old_id] = new_id
        if len(self._moved) > KEPT_CHATS:
            self._moved.popitem(last=False)
        if isinstance(old_id, int) and self.chats is not None:
            with suppress(StorageAway):
                await self.chats.moved(old_id, new_id)

    async def _persist(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        chat_id: object,
    ) -> Response[TelegramType] | TelegramType:
        """Admit it and send it, again where that is safe, within PATIENCE in all."""
        priority, until = priority_of(method), self._clock() + PATIENCE
        failed = 0
        while True:
            if not await self._admit(method, chat_id, priority, until):
                self._count(method, priority, "dropped")
                return True  # type: ignore[return-value]  # drafts and typing answer True, sent or not
            try:
                answer = await self._ask(make_request, bot, method, slip_of(priority))
            except TelegramRetryAfter as told:
                failed += 1
                self._count(method, priority, "told to wait")
                await self._pause(method, chat_id, told.retry_after)
                if priority.is_optional or CALL.ends(failed):
                    raise
            except (TelegramServerError, TelegramNetworkError) as fault:
                failed += 1
                self._count(method, priority, "failed")
                if priority.is_optional or CALL.ends(failed) or not may_be_repeated(fault, method):
                    raise
                await self._sleep(CALL.pause(failed))
            except TelegramAPIError:
                self._count(method, priority, "refused")
                raise
            else:
                self._count(method, priority, "sent")
                return answer

    async def _ask(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        slip: Slip | None,
    ) -> Response[TelegramType] | TelegramType:
        if slip is None or not slip.begun:
            return await make_request(bot, method)
        slow = asyncio.get_running_loop().call_later(ANSWERED, slip.end)
        asked_at = self._clock()
        try:
            answer = await make_request(bot, method)
        except BaseException:
            slip.end()  # what is to be waited for now must not hold up the others
            raise
        finally:
            slow.cancel()
        slip.answered(self._clock() - asked_at)
        return answer

    async def _admit(
        self, method: TelegramMethod[Any], chat_id: object, priority: Priority, until: float
    ) -> bool:
        """Wait for room; drafts and typing don't wait: False. Raises TelegramRetryAfter for a wait that is too long."""
        if chat_id is None or not method.__api_method__.startswith(SENDING):
            while (wait := self._rooms.pause_left(self._clock())) > 0:
                await self._wait(method, priority, wait, until)
            return True
        if priority.is_optional:
            spare = self._rooms.all_wait(self._clock(), RESERVED + 1) == 0
            return spare and not self._line.anybody(chat_id) and await self._room(chat_id, only_all=True) == 0
        try:
            place = self._line.enter(chat_id, priority)
        except Full:
            self._count(method, priority, "told to come later")
            raise TelegramRetryAfter(method, "too much is waiting", FULL) from None
        try:
            slip = slip_of(priority)
            while (wait := self._wait_of(place)) > 0 or (wait := await self._take(chat_id, slip, until)) > 0:
                await self._wait(method, priority, wait, until)
        finally:
            self._line.leave(place)
        return True

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

    async def _wait(
        self, method: TelegramMethod[Any], priority: Priority, seconds: float, until: float
    ) -> None:
        if self._clock() + seconds > until:
            self._count(method, priority, "told to come later")
            raise TelegramRetryAfter(method, "the chat's limit", math.ceil(seconds))
        await self._sleep(seconds)

    async def _pause(self, method: TelegramMethod[Any], chat_id: object, seconds: float) -> None:
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

    def _count(self, method: TelegramMethod[Any], priority: Priority, outcome: str) -> None:
        if method.__api_method__.startswith(COUNTED):
            self.outcomes[priority.name.lower(), outcome] += 1
