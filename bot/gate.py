"""The gate: everything that goes out keeps Telegram's limits, waits when told, and tries again where that is safe."""

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import Response, SendChatAction, SendMessageDraft, TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientConnectorError

from crm.errors import StorageAway

log = structlog.get_logger()
# Bot FAQ, "My bot is hitting limits": one message a second to a chat (short bursts pass), 20 a minute to a
# group, 30 a second in all. As (seconds, messages in them).
PRIVATE, GROUP, ALL = (3.0, 3), (60.0, 20), (1.0, 30)
TRIES = 4
# Seconds a call waits here at most, less than a lease lasts (crm.reminders.LEASE): whoever slept through its own
# lease would send beside the next holder. A longer wait is told to the sender, whose row is sent later.
PATIENCE = 45.0
KEPT_CHATS = 5000  # chats whose last sends are remembered; the least recent is forgotten first
POSTING = ("send", "copy", "forward")
SENDING = (*POSTING, "edit")


FOLLOWING = (
    "send",
    "get",
    "leave",
)  # repeated for a group's new id; messages to edit have stayed at the old one


def never_left(fault: BaseException) -> bool:
    """Whether a network error means that nothing was sent: the connection was refused or not made at all."""
    return isinstance(fault, TelegramNetworkError) and isinstance(fault.__cause__, ClientConnectorError)


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
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._chats: OrderedDict[object, Window] = OrderedDict()
        self._all = Window(*ALL)
        self._moved: OrderedDict[object, int] = (
            OrderedDict()
        )  # groups that became supergroups since the start
        self.dropped = 0  # drafts and typing not sent to keep the limits

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType] | TelegramType:
        make_request = _in_telegrams_words(make_request)
        name, chat_id = method.__api_method__, getattr(method, "chat_id", None)
        if name == "getUpdates":
            return await make_request(bot, method)
        if chat_id in self._moved and name.startswith(FOLLOWING):
            method, chat_id = moved(method, self._moved[chat_id]), self._moved[chat_id]
        sends = name.startswith(SENDING) and chat_id is not None
        if sends and not await self._admit(method, chat_id):
            self.dropped += 1
            return True  # type: ignore[return-value]  # drafts and typing answer True, sent or not
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
            if sends and gone and isinstance(chat_id, int) and self.chats is not None:
                with suppress(StorageAway):  # the next refusal will tell it again
                    await self.chats.unreachable(chat_id)
            raise

    async def _learn(self, new_id: int, old_id: object) -> None:
        """A group is a supergroup now. Telegram will say so again, should PostgreSQL be away."""
        self._moved[old_id] = new_id
        if len(self._moved) > KEPT_CHATS:
            self._moved.popitem(last=False)
        if isinstance(old_id, int) and self.chats is not None:
            with suppress(StorageAway):
                await self.chats.moved(old_id, new_id)

    async def _admit(self, method: TelegramMethod[Any], chat_id: object) -> bool:
        """Wait for room; drafts and typing don't wait, they are dropped (False). Raises TelegramRetryAfter."""
        window = self._window(chat_id)
        optional = isinstance(method, SendMessageDraft | SendChatAction)
        until = self._clock() + PATIENCE
        while (wait := max(window.wait(self._clock()), self._all.wait(self._clock()))) > 0:
            if optional:
                return False
            if self._clock() + wait > until:
                raise TelegramRetryAfter(method, "the chat's limit", math.ceil(wait))
            await self._sleep(wait)
        if not optional:  # drafts have limits of their own, which TurnView keeps
            window.add(self._clock())
        self._all.add(self._clock())
        return True

    async def _persist(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        chat_id: object,
    ) -> Response[TelegramType] | TelegramType:
        optional = isinstance(method, SendMessageDraft | SendChatAction)
        waited = 0.0
        for attempt in range(1, TRIES + 1):
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as told:
                log.info("told_to_wait", method=method.__api_method__, seconds=told.retry_after)
                if chat_id is not None:
                    self._window(chat_id).pause(self._clock() + told.retry_after)
                waited += told.retry_after
                if optional or attempt == TRIES or waited > PATIENCE:
                    raise
                await self._sleep(told.retry_after)
            except (TelegramServerError, TelegramNetworkError) as fault:
                # a send whose answer was lost may have been made: its sender knows, from its own row, what to do
                repeatable = (
                    isinstance(fault, TelegramServerError)
                    or not method.__api_method__.startswith(POSTING)
                    or never_left(fault)
                )
                if optional or attempt == TRIES or not repeatable:
                    raise
                await self._sleep(0.5 * 2**attempt)
        raise AssertionError  # the last try returned or raised

    def _window(self, chat_id: object) -> "Window":
        window = self._chats.get(chat_id)
        if window is None:
            window = self._chats[chat_id] = Window(*(GROUP if str(chat_id).startswith("-") else PRIVATE))
            if len(self._chats) > KEPT_CHATS:
                self._chats.popitem(last=False)
        self._chats.move_to_end(chat_id)
        return window


def _in_telegrams_words(
    make_request: NextRequestMiddlewareType[TelegramType],
) -> NextRequestMiddlewareType[TelegramType]:
    """What a proxy says in Telegram's place (a page in HTML, say) is a fault of the network."""

    async def asked(bot: Bot, method: TelegramMethod[TelegramType]) -> Response[TelegramType] | TelegramType:
        try:
            return await make_request(bot, method)
        except ClientDecodeError as fault:
            raise TelegramNetworkError(method, "the answer was not Telegram's") from fault

    return asked


def moved(method: TelegramMethod[TelegramType], chat_id: int) -> TelegramMethod[TelegramType]:
    """The same call for the chat's new id; there what it replied to has another number."""
    changed: dict[str, Any] = {"chat_id": chat_id}
    if hasattr(method, "reply_parameters"):
        changed["reply_parameters"] = None
    return method.model_copy(update=changed)


class Window:
    """At most `count` sends in any `seconds`, and none before a pause ends."""

    def __init__(self, seconds: float, count: int) -> None:
        self._seconds = seconds
        self._count = count
        self._sent: deque[float] = deque()
        self._paused_until = 0.0

    def wait(self, now: float) -> float:
        """Seconds until there is room; 0 when there is."""
        while self._sent and self._sent[0] <= now - self._seconds:
            self._sent.popleft()
        full = self._sent[0] + self._seconds - now if len(self._sent) >= self._count else 0.0
        return max(full, self._paused_until - now, 0.0)

    def add(self, now: float) -> None:
        self._sent.append(now)

    def pause(self, until: float) -> None:
        self._paused_until = max(self._paused_until, until)
