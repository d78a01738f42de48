"""Polling: one lane per chat, chats side by side; the offset passes only what is finished (DESIGN §2.1)."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramNetworkError,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from pydantic import ValidationError

from bot.retries import CONFLICT, POLL, TOKEN, Retry

log = structlog.get_logger()
KINDS = [
    "message", "edited_message", "callback_query", "inline_query", "chosen_inline_result", "stopped_message_generation",
    "my_chat_member", "chat_member",
]  # fmt: skip
WINDOW = 100  # updates taken up and not finished; getUpdates shows no more than that past the offset
LONG_POLL = 25  # seconds
# Answers 409 before giving up: whoever comes second meets them before its first success and ends sooner than
# whoever was there. They count until there was none for a minute, since a busy bot has successes in between.
CONFLICTS, CONFLICTS_OF_THE_FIRST, FORGOTTEN = 3, 8, 60.0
DRAIN = 10.0  # seconds a stop waits for updates under way

Handle = Callable[[Update], Awaitable[None]]


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates, its answer as it came."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"
    offset: int
    timeout: int
    allowed_updates: list[str]


class PollingStopped(Exception):
    """Polling can't go on; one line for the operator."""


class Polling:
    """The loop. `handle` finishes an update or keeps trying; an update it leaves unfinished holds the offset."""

    def __init__(
        self,
        bot: Bot,
        handle: Handle,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._bot = bot
        self._handle = handle
        self._sleep = sleep
        self._heard = heard  # told of each answer of Telegram
        self._lanes: dict[object, deque[Update]] = {}
        self._workers: dict[object, asyncio.Task[None]] = {}
        self._open: set[int] = set()  # taken up, not finished
        self._next = 0  # one past the highest update seen
        self._stopping = asyncio.Event()
        self._moved = asyncio.Event()
        self._conflicts = 0
        self._conflict_at = 0.0
        self._was_first = False
        self._trouble: str | None = None  # what was said of it, until it works again
        self._failed = 0
        self.alive_at = 0.0  # loop time of the last answer from Telegram

    @property
    def offset(self) -> int:
        """The lowest unfinished update; all below are finished."""
        return min(self._open, default=self._next)

    async def run(self) -> None:
        """Until stop(). Raises PollingStopped when another process polls this bot."""
        try:
            while not self._stopping.is_set():
                if len(self._open) >= WINDOW:
                    self._moved.clear()
                    await self._moved.wait()
                    continue
                for update in await self._fetch():
                    self._take(update)
        finally:
            await self._drain()

    def stop(self) -> None:
        """Take up nothing more; run() ends when what is under way is finished."""
        self._stopping.set()
        self._moved.set()  # whoever waits for room looks up

    async def _fetch(self) -> list[Update]:
        fetching = asyncio.create_task(self._get_updates())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return fetching.result() if fetching.done() else []
        finally:
            left = [task for task in (fetching, stopping) if not task.done()]
            for task in left:
                task.cancel()
            if left:  # and not by awaiting each, which would take a cancel of ours for theirs
                await asyncio.wait(left)

    async def _get_updates(self) -> list[Update]:
        # with updates under way the window of 100 could hold no new one, hence no long wait then
        timeout = LONG_POLL if not self._open else 1
        try:
            found, passed = await self._found(timeout)
        except TelegramUnauthorizedError:
            return await self._rest(TOKEN, "token_refused")  # a wrong one stopped the start (bot.startup)
        except TelegramConflictError as conflict:
            if self._must_give_way():
                raise PollingStopped(
                    f"BOT_TOKEN: another process already answers for this bot; stop it first ({conflict.message})"
                ) from None
            return await self._rest(CONFLICT, "another_process_asks")
        except (TelegramNetworkError, ClientDecodeError):
            return await self._rest(POLL, "telegram_unreachable")
        except TelegramAPIError as fault:
            return await self._rest(POLL, "polling_refused", reason=type(fault).__name__)
        if self._trouble is not None:
            log.info("telegram_answers_again", after=self._trouble)
        self._was_first, self._trouble, self._failed = True, None, 0
        self.alive_at = asyncio.get_running_loop().time()
        self._heard()
        fresh = [update for update in found if update.update_id >= self._next]
        self._next = max(self._next, passed)
        if self._open and not fresh:
            self._moved.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await self._moved.wait()
        return fresh

    async def _found(self, timeout: int) -> tuple[list[Update], int]:
        """Updates, and one past the highest that were passed. Raises ClientDecodeError for what isn't Telegram's."""
        try:
            found = await self._bot.get_updates(
                offset=self.offset, timeout=timeout, allowed_updates=KINDS, request_timeout=LONG_POLL + 15
            )
        except ClientDecodeError:  # an update that can't be read, or a page in Telegram's place
            return await self._readable()
        return found, 0

    async def _rest(self, retry: Retry, trouble: str, **more: str) -> list[Update]:
        """Before the next try, longer each time. The same trouble is said once."""
        if trouble != self._trouble:
            log.warning(trouble, **more)
            self._trouble, self._failed = trouble, 0
        self._failed += 1
        await self._sleep(retry.pause(self._failed))
        return []

    async def _readable(self) -> tuple[list[Update], int]:
        """What of the updates can be read, and one past the highest that can't: it is passed, or it would end
        the polling. Nothing of its content is logged."""
        found, passed = [], 0
        for raw in await self._bot(RawUpdates(offset=self.offset, timeout=0, allowed_updates=KINDS)):
            try:
                found.append(Update.model_validate(raw, context={"bot": self._bot}))
            except ValidationError as fault:
                passed = int(raw["update_id"]) + 1
                if passed > self._next:
                    where = [".".join(map(str, one["loc"])) for one in fault.errors()][:3]
                    log.warning("update_unreadable", update_id=raw["update_id"], where=where)
        return found, passed

    def _must_give_way(self) -> bool:
        """Count one more conflict; whether it is one too many."""
        now = asyncio.get_running_loop().time()
        self._conflicts = 1 if now - self._conflict_at > FORGOTTEN else self._conflicts + 1
        self._conflict_at = now
        return self._conflicts >= (CONFLICTS_OF_THE_FIRST if self._was_first else CONFLICTS)

    def _take(self, update: Update) -> None:
        self._next = max(self._next, update.update_id + 1)
        self._open.add(update.update_id)
        lane = lane_of(update)
        self._lanes.setdefault(lane, deque()).append(update)
        if lane not in self._workers:
            self._workers[lane] = asyncio.create_task(self._work(lane))

    async def _work(self, lane: object) -> None:
        """One chat, in order. What `handle` raises holds the offset: it will be fetched again after a restart."""
        queue = self._lanes[lane]
        try:
            while queue and not self._stopping.is_set():
                update = queue.popleft()
                await self._handle(update)
                self._open.discard(update.update_id)
                self._moved.set()
        except Exception:
            log.exception("lane_ended", lane=str(lane))
        finally:
            self._workers.pop(lane, None)
            if not queue:
                self._lanes.pop(lane, None)

    async def _drain(self) -> None:
        """Let what is under way finish, then tell Telegram which updates are done."""
        if self._workers:
            _done, late = await asyncio.wait(self._workers.values(), timeout=DRAIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._next:
            with contextlib.suppress(TelegramAPIError):
                await self._bot.get_updates(offset=self.offset, timeout=0, limit=1, request_timeout=5)


def lane_of(update: Update) -> object:
    """Updates with the same lane are handled in order: those of a chat, or of a person where there is no chat."""
    told = update.message or update.edited_message or update.my_chat_member or update.chat_member
    if told is not None:
        return told.chat.id
    press = update.callback_query
    if press is not None and press.message is not None:
        return press.message.chat.id
    posted = press or update.chosen_inline_result
    if posted is not None:  # what somebody posted inline is saved by its button or by being chosen: in order
        return posted.from_user.id
    if update.inline_query is not None:
        return ("inline", update.inline_query.from_user.id)
    if update.stopped_message_generation is not None:
        return ("stop", update.stopped_message_generation.chat.id)  # never behind what it should stop
    return "other"
