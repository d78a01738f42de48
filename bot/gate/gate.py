"""Passing the gate: room is waited for, pauses are kept, what may be repeated is, and what refusals teach is told."""

import asyncio
import time
from collections import Counter, OrderedDict
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

from bot.gate.admission import PATIENCE, Admission
from bot.gate.priorities import Priority, priority_of, slip_of
from bot.gate.rooms import KEPT_CHATS, Rooms
from bot.gate.sureness import (
    FOLLOWING,
    FREQUENT,
    SENDING,
    in_telegrams_words,
    keep_form,
    may_be_repeated,
    moved,
)
from bot.gate.underway import ANSWERED, Slip
from bot.retries import CALL
from crm.errors import StorageAway

log = structlog.get_logger()
COUNTED = (*SENDING, "answer")  # calls that a person sees


class Chats(Protocol):
    """Who is told what sending taught about chats (crm.groups.GroupDoors)."""

    async def moved(self, old_id: int, new_id: int) -> None: ...

    async def unreachable(self, chat_id: int) -> None: ...


class Gate(BaseRequestMiddleware):
    """A session middleware. `clock` counts seconds, monotonic; `sleep` and it are the tests' to replace; `chats` is
    set once there is a database."""

    chats: Chats | None = None

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        rooms: Rooms | None = None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self.admission = Admission(clock, sleep, rooms or Rooms())
        # groups that became supergroups since the start
        self._moved: OrderedDict[object, int] = OrderedDict()
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
        return self.admission.waiting

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType] | TelegramType:
        keep_form(type(method))
        name, chat_id = method.__api_method__, getattr(method, "chat_id", None)
        if name == "getUpdates":  # one that can't be read is no fault of the network: whoever polls passes it
            return await self._listening(make_request)(bot, method)
        make_request = self._listening(in_telegrams_words(make_request))
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
            try:
                may_go = await self.admission.admit(method, chat_id, priority, until)
            except TelegramRetryAfter:
                self._count(method, priority, "told to come later")
                raise
            if not may_go:
                self._count(method, priority, "dropped")
                return True  # type: ignore[return-value]  # drafts and typing answer True, sent or not
            try:
                answer = await self._ask(make_request, bot, method, slip_of(priority))
            except TelegramRetryAfter as told:
                failed += 1
                self._count(method, priority, "told to wait")
                await self.admission.pause(method, chat_id, told.retry_after)
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

    def _count(self, method: TelegramMethod[Any], priority: Priority, outcome: str) -> None:
        if method.__api_method__.startswith(COUNTED):
            self.outcomes[priority.name.lower(), outcome] += 1
