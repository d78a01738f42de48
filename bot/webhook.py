"""The webhook: Telegram brings updates to any replica, and gets its 200 once an update is finished (DESIGN §2.1)."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from secrets import token_hex
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.types import Update
from aiohttp import web
from pydantic import ValidationError

from bot.intake import Intake
from bot.polling import DRAIN, lane_of
from bot.retries import STORAGE
from bot.webhook_secrets import Secrets
from crm.errors import StorageAway
from crm.updates import LANE_LEASE, Beginning, Place, UpdateLanes

log = structlog.get_logger()
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header  # pragma: allowlist secret
ANSWER_WITHIN = 50.0  # seconds; Telegram waits a minute, and what takes longer goes on and is found finished
LANE_PATIENCE = 20.0  # seconds an update waits here for its chat; then Telegram keeps it
HEARTBEAT = LANE_LEASE.total_seconds() / 3
AGAIN_IN = "1"  # seconds; Telegram follows Retry-After, and would double its own delay up to two minutes


class ChatBusy(Exception):
    """Another replica still works on an update of the same chat."""


class Webhook:
    """Takes what is posted. An update that comes again while it is under way waits for the same end.

    `alive_at` is the loop's time of the last sign of Telegram.
    """

    def __init__(
        self,
        bot: Bot,
        intake: Intake,
        lanes: UpdateLanes,
        secrets: Secrets,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._intake = intake
        self._lanes = lanes
        self._secrets = secrets
        self._sleep = sleep
        self._holder = token_hex(8)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._here: defaultdict[str, Line] = defaultdict(Line)
        self._stopping = asyncio.Event()
        self.alive_at = 0.0

    def routes(self, url: str | None) -> list[web.RouteDef]:
        """The address's own path; nothing without an address."""
        return [] if url is None else [web.post(urlsplit(url).path or "/", self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """200 for what is finished; 503 keeps the update with Telegram, and what comes after it in its chat."""
        if self._stopping.is_set():
            raise later()
        try:
            if not await self._secrets.know(request.headers.get(SECRET, "")):
                raise web.HTTPUnauthorized
        except StorageAway:  # whether the secret is a new one can't be said now
            raise later() from None
        self.alive_at = asyncio.get_running_loop().time()
        try:
            update = self._read(await request.read())
        except (ConnectionError, web.RequestPayloadError):  # cut off, or garbled: no fault of ours
            raise web.HTTPBadRequest from None
        if update is None:
            return web.Response()
        task = self._running.get(update.update_id) or self._begin(update)
        await asyncio.wait({task}, timeout=ANSWER_WITHIN)
        if task.done() and not task.cancelled() and not task.exception():
            return web.Response()
        raise later()

    async def run(self) -> None:
        """Keep the leases of what is under way, until stop(); then wait for it, and give back what takes too long."""
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await self._stopping.wait()
            await self._stay()
        if self._running:
            _done, late = await asyncio.wait(self._running.values(), timeout=DRAIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def stop(self) -> None:
        """From now on everything new is for the other replicas."""
        self._stopping.set()

    def _read(self, body: bytes) -> Update | None:
        """None for what can't be read, which is passed: it would hold up its chat for a day. Only where is logged."""
        try:
            return Update.model_validate_json(body, context={"bot": self._bot})
        except ValidationError as fault:
            where = [".".join(map(str, one["loc"])) for one in fault.errors()][:3]
            log.warning("update_unreadable", where=where)
            return None

    def _begin(self, update: Update) -> asyncio.Task[None]:
        task = self._running[update.update_id] = asyncio.create_task(self._finish(update))
        task.add_done_callback(partial(self._ended, update.update_id))
        return task

    def _ended(self, update_id: int, task: asyncio.Task[None]) -> None:
        self._running.pop(update_id, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.info("update_left_to_telegram", update_id=update_id, reason=type(fault).__name__)

    async def _finish(self, update: Update) -> None:
        """To its end, or raises what keeps it from it: then Telegram brings it again, here or elsewhere."""
        place = Place(self._bot.id, update.update_id, str(lane_of(update)), self._holder)
        async with self._in_line(place.lane):
            try:
                begun = await self._take(update, place)
                await self._intake.carry_out(update, begun, partial(self._lanes.count_attempt, place))
            except (StorageAway, ChatBusy, asyncio.CancelledError):
                with contextlib.suppress(StorageAway):  # the heartbeat will, once PostgreSQL is back
                    await self._lanes.release(place)
                raise
            await self._intake.patiently(update, partial(self._lanes.finish, place), waits=True)

    @asynccontextmanager
    async def _in_line(self, lane: str) -> AsyncIterator[None]:
        """Behind what came to this process before for the same chat."""
        line = self._here[lane]
        line.length += 1
        try:
            async with line.turn:
                yield
        finally:
            line.length -= 1
            if not line.length:
                self._here.pop(lane, None)

    async def _take(self, update: Update, place: Place) -> Beginning:
        """Raises ChatBusy when the other replica doesn't come to an end."""
        waited, pause = 0.0, 0.02
        while waited < LANE_PATIENCE:
            begun = await self._intake.patiently(update, partial(self._lanes.take, place))
            if begun is not None:
                return begun
            await self._sleep(pause)
            waited, pause = waited + pause, min(pause * 2, STORAGE.first)
        raise ChatBusy

    async def _stay(self) -> None:
        with contextlib.suppress(StorageAway):
            await self._lanes.stay(self._bot.id, self._holder, list(self._running))


class Line:
    """Updates of one chat within this process."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()  # first come, first served
        self.length = 0


def later() -> web.HTTPServiceUnavailable:
    return web.HTTPServiceUnavailable(headers={"Retry-After": AGAIN_IN})
