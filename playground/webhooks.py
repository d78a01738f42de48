"""Webhooks: the playground brings updates to a bot as Telegram does, until it says 200."""

import asyncio
import random
import re
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from playground.checks import Refusal
from playground.world import Json, World

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name  # pragma: allowlist secret
LOCAL = ("127.0.0.1", "localhost")
PORTS = (443, 80, 88, 8443)  # Bot API, setWebhook; any on this machine, as with a Bot API server of one's own
PATIENCE, LONGEST = 60.0, 60.0  # seconds for an answer, and between tries (up to twice that, at random)
LIFE = {"callback_query": 150.0, "inline_query": 30.0, "chosen_inline_result": 600.0}  # seconds; a day else
# how often an update is brought again when `redeliver` is on, and seconds until then
AGAIN, WITHIN = 0.2, 2.0


class Webhooks:
    """One update of a queue at a time, queues side by side, `max_connections` at most.

    Telegram's queues are: messages and their edits by chat, presses by person, inline queries by person, comings of
    the bot by chat and of others by person. Between queues it promises no order. `clock` and `sleep` count seconds.
    """

    def __init__(
        self,
        world: World,
        dice: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._world = world
        self._dice = dice or random.Random()  # noqa: S311 - delays, not secrets
        self._sleep = sleep
        self._loaded: dict[int, int] = {}  # by bot: the highest update taken into a queue
        self._queues: dict[tuple[int, object], deque[Json]] = {}
        self._connections: dict[int, asyncio.Semaphore] = {}  # by bot
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: aiohttp.ClientSession | None = None
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._clients = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=PATIENCE), connector=aiohttp.TCPConnector(limit=0)
        )
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        tasks = [*self._tasks, *([self._running] if self._running else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._clients is not None:
            await self._clients.close()

    def set(self, bot_id: int, given: Json) -> bool:
        """setWebhook; an empty url is deleteWebhook. Raises Refusal in Telegram's words."""
        bot, url = self._world.bot(bot_id), str(given.get("url") or "")
        secret = str(given.get("secret_token") or "")
        check_url(url)
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        if given.get("drop_pending_updates"):
            self._world.confirm(bot_id, 2**62)
        if url and given.get("allowed_updates") is not None:
            bot["allowed_updates"] = given["allowed_updates"]
        connections = min(max(int(given.get("max_connections") or 40), 1), 100)
        bot["webhook"] = {"url": url, "secret_token": secret, "max_connections": connections}
        self._world.keep("bot", bot_id, bot)
        self._loaded.pop(bot_id, None)
        self._connections.pop(bot_id, None)
        for key in [key for key in self._queues if key[0] == bot_id]:
            self._queues.pop(key)
        return True

    def info(self, bot_id: int) -> Json:
        """getWebhookInfo."""
        bot = self._world.bot(bot_id)
        hook = bot["webhook"]
        told: Json = {
            "url": hook["url"],
            "has_custom_certificate": False,
            "pending_update_count": len(self._world.updates.get(bot_id, [])),
        }
        if hook["url"]:
            told["max_connections"] = hook.get("max_connections", 40)
            told |= {key: hook[key] for key in ("last_error_date", "last_error_message") if key in hook}
            if bot.get("allowed_updates"):
                told["allowed_updates"] = bot["allowed_updates"]
        return told

    async def _run(self) -> None:
        while True:
            for bot_id in list(self._world.bots):
                self._load(bot_id)
            await self._world.wait(1.0)

    def _load(self, bot_id: int) -> None:
        """Take waiting updates into their queues, twice as many as there are connections; the rest waits."""
        hook = self._world.bot(bot_id)["webhook"]
        if not hook["url"]:
            return
        connections = int(hook.get("max_connections", 40))
        if bot_id not in self._connections:
            self._connections[bot_id] = asyncio.Semaphore(connections)
        room = 2 * connections - sum(
            len(queue) for (owner, _), queue in self._queues.items() if owner == bot_id
        )
        start = self._world.place_after(bot_id, self._loaded.get(bot_id, 0))
        for update in self._world.updates.get(bot_id, [])[start : start + max(room, 0)]:
            self._loaded[bot_id] = update["update_id"]
            key = (bot_id, queue_of(update))
            if key in self._queues:
                self._queues[key].append(update)
            else:
                self._queues[key] = deque([update])
                self._spawn(self._empty(key, self._queues[key], hook))

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _empty(self, key: tuple[int, object], queue: deque[Json], hook: Json) -> None:
        """One queue, until it is empty or another webhook is set: the next only after the one before."""
        while queue and self._queues.get(key) is queue:
            await self._bring(key[0], queue[0], hook, lambda: self._queues.get(key) is queue)
            queue.popleft()
            self._load(key[0])
        if self._queues.get(key) is queue:
            del self._queues[key]
            self._load(key[0])

    async def _bring(self, bot_id: int, update: Json, hook: Json, holds: Callable[[], bool]) -> None:
        """Until it is accepted or too old: at once again the first time, then twice as long each time."""
        delay, failures, born = 1.0, 0, self._world.clock()
        life = next((LIFE[kind] for kind in update if kind in LIFE), 86400.0)
        while holds() and self._world.is_waiting(bot_id, update["update_id"]):
            async with self._connections[bot_id]:
                wrong, told = await self._post(update, hook)
            if wrong is None:
                self._world.forget_update(bot_id, update["update_id"])
                if self._world.settings["redeliver"] and self._dice.random() < AGAIN:
                    self._spawn(self._bring_again(update, hook))
                return
            hook |= {"last_error_date": self._world.now(), "last_error_message": wrong}
            wait = told
            if not told and failures:
                delay = wait = min(delay * 2, LONGEST * (1 + self._dice.random()))
            failures += 1
            if self._world.clock() + wait > born + life:
                self._world.forget_update(bot_id, update["update_id"])
                return
            await self._sleep(wait)

    async def _bring_again(self, update: Json, hook: Json) -> None:
        """As when Telegram has not seen the answer; what comes of it is nothing to it any more."""
        await self._sleep(self._dice.random() * WITHIN)
        await self._post(update, hook)

    async def _post(self, update: Json, hook: Json) -> tuple[str | None, float]:
        """What was wrong with the answer, and how long it asked to wait; None when it was 2xx."""
        if urlsplit(hook["url"]).hostname not in LOCAL or self._clients is None:
            return "Connection refused", 0.0  # nothing leaves this machine
        headers = {SECRET: hook["secret_token"]} if hook.get("secret_token") else {}
        try:
            post = self._clients.post(hook["url"], json=update, headers=headers, allow_redirects=False)
            async with post as answer:
                if 200 <= answer.status <= 299:
                    return None, 0.0
                told = answer.headers.get("Retry-After", "")
                wait = min(float(told), 3600.0) if told.isdigit() else 0.0
                return f"Wrong response from the webhook: {answer.status} {answer.reason}", wait
        except TimeoutError:
            return "Connection timed out", 0.0
        except aiohttp.ClientConnectorError:
            return "Connection refused", 0.0
        except aiohttp.ClientError:
            return "Webhook connection closed", 0.0


def queue_of(update: Json) -> object:
    """Which queue of Telegram's an update is of."""
    for kind, body in update.items():
        if kind in ("message", "edited_message"):
            return "chat", body["chat"]["id"]
        if kind in ("callback_query", "inline_query", "chosen_inline_result"):
            return kind, body["from"]["id"]
        if kind in ("my_chat_member", "stopped_message_generation"):
            return kind, body["chat"]["id"]
        if kind == "chat_member":
            return kind, body["new_chat_member"]["user"]["id"]
    return "alone", update["update_id"]


def check_url(url: str) -> None:
    """Raises Refusal for an address Telegram would not post to."""
    if not url:
        return
    parts = urlsplit(url)
    if parts.hostname in LOCAL and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in PORTS:
        raise Refusal(
            400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
        )
