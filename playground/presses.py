"""Presses and inline queries: what a person asks of a bot and waits for."""

import asyncio
import secrets

from aiohttp import web

from playground.methods import METHODS
from playground.requests import json_of, message_of, speaker_of, wrong
from playground.talk import post
from playground.world import Json, Query, World

PRESS_PATIENCE = 10.0  # seconds a pressed button waits for the bot


class Presses:
    """Buttons and inline results."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def press(self, request: web.Request) -> web.Response:
        given, place, user = await speaker_of(self._world, request)
        message = message_of(self._world, request, place)
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        wanted = given.get("button")
        button = next((b for row in rows for b in row if wanted in (b["text"], b.get("callback_data"))), None)
        if button is None or "callback_data" not in button:
            raise wrong("there is no such button under that message")
        bot = message.get("via_bot") or message["from"]
        query_id, query = secrets.token_hex(8), Query(bot["id"], user["id"])
        self._world.queries[query_id] = query
        body: Json = {
            "id": query_id,
            "from": user,
            "chat_instance": str(place["chat"]["id"]),
            "data": button["callback_data"],
        }
        if "via_bot" in message:
            body["inline_message_id"] = f"{place['chat']['id']}:{message['message_id']}"
        else:
            body["message"] = message
        self._world.push(bot["id"], "callback_query", body)
        await self._world.tell()
        return web.json_response({"answer": (await self._answer(query_id, query) or {}).get("text")})

    async def inline(self, request: web.Request) -> web.Response:
        given = await json_of(request)
        user = self._world.users.get(given.get("user_id") or 0)
        if user is None or not self._world.bots:
            raise wrong("there is no such user, or no bot")
        bot = next(iter(self._world.bots.values()))
        query_id, query = secrets.token_hex(8), Query(bot["id"], user["id"])
        self._world.queries[query_id] = query
        body = {"id": query_id, "from": user, "query": str(given.get("query") or ""), "offset": ""}
        self._world.push(bot["id"], "inline_query", body)
        await self._world.tell()
        results = (await self._answer(query_id, query) or {}).get("results") or []
        if given.get("choose") is not None and given.get("chat_id") is not None:
            chosen = results[int(given["choose"])]
            content = chosen.get("input_message_content") or {}
            posted: Json = {"text": content.get("message_text"), "entities": content.get("entities") or []}
            posted["via_bot"] = await METHODS["getMe"](self._world, bot["id"], {})
            if chosen.get("reply_markup"):
                posted["reply_markup"] = chosen["reply_markup"]
            post(self._world, self._world.chats[int(given["chat_id"])], user, posted)
            if self._world.settings["inline_feedback"]:
                told = {"result_id": chosen["id"], "from": user, "query": body["query"]}
                self._world.push(bot["id"], "chosen_inline_result", told)
            await self._world.tell()
        return web.json_response({"results": results})

    async def _answer(self, query_id: str, query: Query) -> Json | None:
        try:
            async with asyncio.timeout(PRESS_PATIENCE):
                return await asyncio.shield(query.answer)
        except TimeoutError:
            return None
        finally:
            if query.answer.done():
                pass  # kept, so that a second answer is refused as too old
            else:
                self._world.queries.pop(query_id, None)
