"""The Bot API side: /bot<token>/<method>, with long polling, webhooks, faults and rate limits."""

import asyncio
import json
import re
from typing import Any

from aiohttp import web

from playground.chat_methods import METHODS
from playground.checks import Refusal
from playground.rate_limits import RateLimits
from playground.webhooks import Webhooks
from playground.world import Json, World

_TOKEN = re.compile(r"(\d{6,16}):[\w-]{35,64}")
_JSON_FIELDS = re.compile(r"\s*[\[{]|true$|false$")


class BotApi:
    """One playground's Bot API."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pollers: dict[int, asyncio.Event] = {}
        self._limits = RateLimits()
        self.webhooks = Webhooks(world)
        self.closing = False

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self.call),
            web.get("/file/bot{token}/files/{name}", self.file),
        ]

    async def file(self, request: web.Request) -> web.StreamResponse:
        path = self._world.folder / "files" / request.match_info["name"]
        if not _TOKEN.fullmatch(request.match_info["token"]) or not path.is_file():
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.FileResponse(path)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call, answered in Telegram's form, and written down for GET /sim/calls."""
        token, method = _TOKEN.fullmatch(request.match_info["token"]), request.match_info["method"]
        given = await _parameters(request)
        record: Json = {
            "id": self._world.next_id("call"),
            "method": method,
            "parameters": {
                key: value
                for key, value in given.items()
                if not isinstance(value, dict) or "content" not in value
            },
            "at": self._world.clock(),
        }
        fault = self._take_fault(method)
        if fault is not None and fault.get("delay"):
            await asyncio.sleep(float(fault["delay"]))
        if fault is not None and fault.get("drop_connection") in (True, "before"):
            return _drop(request)
        try:
            bot_id = _admitted(token, fault, revoked=self._world.settings["token_revoked"])
            result = await self._run(bot_id, method, given)
            answer: Json = {"ok": True, "result": result}
        except Refusal as refusal:
            answer = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                answer["parameters"] = refusal.parameters
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            answer = {
                "ok": False,
                "error_code": 400,
                "description": f"Bad Request: can't parse parameters: {wrong!r}",
            }
        record["answer"] = answer
        if method.lower() != "getupdates":
            self._world.calls.append(record)
            await self._world.tell()
        if fault is not None and fault.get("drop_connection") == "after":
            return _drop(request)
        return web.json_response(answer, status=answer.get("error_code", 200))

    async def _run(self, bot_id: int, method: str, given: Json) -> Any:
        self._world.bot(bot_id)
        name = {known.lower(): known for known in (*METHODS, *_OWN)}.get(method.lower())
        if name is None:
            raise Refusal(404, "Not Found")
        if name in _OWN:
            return await getattr(self, _OWN[name])(bot_id, given)
        if (
            self._world.settings["rate_limits"]
            and name.startswith(("send", "edit"))
            and name != "sendChatAction"
        ):
            self._limits.count(bot_id, given.get("chat_id"), self._world.clock())
        return await METHODS[name](self._world, bot_id, given)

    async def _get_updates(self, bot_id: int, given: Json) -> list[Json]:
        world, bot = self._world, self._world.bot(bot_id)
        if bot["webhook"]["url"]:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
                " webhook first",
            )
        if given.get("allowed_updates") is not None and given["allowed_updates"] != bot.get(
            "allowed_updates"
        ):
            bot["allowed_updates"] = given["allowed_updates"]
            world.keep("bot", bot_id, bot)
        if bot_id in self._pollers:
            self._pollers[bot_id].set()
        mine = self._pollers[bot_id] = asyncio.Event()
        offset, limit = int(given.get("offset") or 0), min(int(given.get("limit") or 100), 100)
        world.confirm(bot_id, offset)
        deadline = asyncio.get_running_loop().time() + min(float(given.get("timeout") or 0), 50)
        try:
            while True:
                ready = [update for update in world.updates.get(bot_id, []) if update["update_id"] >= offset][
                    :limit
                ]
                left = deadline - asyncio.get_running_loop().time()
                if world.settings["token_revoked"]:
                    raise Refusal(401, "Unauthorized")
                if mine.is_set():
                    raise Refusal(
                        409,
                        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
                        " running",
                    )
                if bot["webhook"]["url"]:
                    raise Refusal(409, "Conflict: terminated by setWebhook request")
                if ready or left <= 0 or self.closing:
                    return ready
                await world.wait(min(left, 1.0))
        finally:
            if self._pollers.get(bot_id) is mine:
                del self._pollers[bot_id]

    async def _set_webhook(self, bot_id: int, given: Json) -> bool:
        done = self.webhooks.set(bot_id, given)
        await self._world.tell()  # a poller ends, the deliveries begin
        return done

    async def _delete_webhook(self, bot_id: int, given: Json) -> bool:
        return await self._set_webhook(bot_id, {"drop_pending_updates": given.get("drop_pending_updates")})

    async def _get_webhook_info(self, bot_id: int, given: Json) -> Json:
        return self.webhooks.info(bot_id)

    def _take_fault(self, method: str) -> Json | None:
        for fault in self._world.faults:
            if fault["method"] in ("*", method):
                fault["count"] -= 1
                if fault["count"] <= 0:
                    self._world.faults.remove(fault)
                return fault
        return None


_OWN = {
    "getUpdates": "_get_updates",
    "setWebhook": "_set_webhook",
    "deleteWebhook": "_delete_webhook",
    "getWebhookInfo": "_get_webhook_info",
}


def _admitted(token: re.Match[str] | None, fault: Json | None, *, revoked: bool) -> int:
    """The bot of a well-formed token. Raises Refusal for any other, and for a fault that was asked for."""
    if token is None or revoked:
        raise Refusal(401, "Unauthorized")
    if fault is not None and fault.get("error_code"):
        extra = {"retry_after": int(fault["retry_after"])} if fault.get("retry_after") else {}
        raise Refusal(int(fault["error_code"]), fault.get("description") or "Internal Server Error", **extra)
    return int(token[1])


async def _parameters(request: web.Request) -> Json:
    """Query, JSON, form and multipart, as the Bot API takes them; structured fields are JSON in text."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        body: Json = await request.json()
        return given | body
    if request.method == "POST":
        form = await request.post()
        uploads: Json = {}
        for name, value in form.items():
            if isinstance(value, web.FileField):
                uploads[name] = {"name": value.filename, "content": value.file.read()}
            else:
                given[name] = (
                    json.loads(str(value)) if _JSON_FIELDS.match(str(value)) and name not in _TEXTS else value
                )
        for name, value in given.items():
            if isinstance(value, str) and value.startswith("attach://"):
                given[name] = uploads.get(value.removeprefix("attach://"), value)
        given |= {name: value for name, value in uploads.items() if name in ("photo", "document", "voice")}
    return given


_TEXTS = {"text", "caption"}


def _drop(request: web.Request) -> web.StreamResponse:
    """Cut the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
