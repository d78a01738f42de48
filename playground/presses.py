"""Presses and inline queries: what a person asks of a bot and waits for."""

import asyncio
import secrets

from aiohttp import web

from playground.asides import as_told, is_shown_to
from playground.methods import METHODS
from playground.requests import json_of, message_of, speaker_of, wrong
from playground.talk import post
from playground.world import Json, Query, World

PRESS_PATIENCE = 10.0  # seconds a pressed button waits for the bot
QUERY_LIMIT = 256  # characters of an inline query (Bot API, InlineQuery)


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
        if not is_shown_to(message, user["id"]):
            raise wrong("that user does not see this message")
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
            body["inline_message_id"] = inline_id(message)
        else:
            body["message"] = as_told(message)
        self._world.push(bot["id"], "callback_query", body)
        await self._world.tell()
        return web.json_response({"answer": (await self._answer(query_id, query) or {}).get("text")})

    async def inline(self, request: web.Request) -> web.Response:
        """{user_id, query, offset?, chat_id?, choose?}: what the bot offers, and what it may be asked for next;
        `choose` posts the result of that number in the chat."""
        given = await json_of(request)
        user = self._world.users.get(given.get("user_id") or 0)
        if user is None or not self._world.bots:
            raise wrong("there is no such user, or no bot")
        bot = next(iter(self._world.bots.values()))
        query_id, query = secrets.token_hex(8), Query(bot["id"], user["id"])
        self._world.queries[query_id] = query
        asked = {
            "query": str(given.get("query") or "")[:QUERY_LIMIT],
            "offset": str(given.get("offset") or ""),
        }
        self._world.push(bot["id"], "inline_query", {"id": query_id, "from": user, **asked})
        await self._world.tell()
        answer = await self._answer(query_id, query) or {}
        shown: Json = {key: answer.get(key) for key in ("next_offset", "button")}
        results: list[Json] = answer.get("results") or []
        shown["results"] = results
        if given.get("choose") is not None and given.get("chat_id") is not None:
            shown["message_id"] = await self._choose(bot, user, asked["query"], results, given)
        return web.json_response(shown)

    async def _choose(self, bot: Json, user: Json, query: str, results: list[Json], given: Json) -> int:
        """Post a result as the person's own message; with inline feedback on, the bot is told which it was."""
        place, number = self._world.chats.get(int(given["chat_id"])), int(given["choose"])
        if place is None or user["id"] not in place["members"]:
            raise wrong("that user is not in this chat")
        if not 0 <= number < len(results):
            raise wrong("there is no result of that number")
        chosen = results[number]
        content = chosen.get("input_message_content") or {}
        posted: Json = {"text": content.get("message_text"), "entities": content.get("entities") or []}
        posted["via_bot"] = await METHODS["getMe"](self._world, bot["id"], {})
        if chosen.get("reply_markup"):
            posted["reply_markup"] = chosen["reply_markup"]
        message = post(self._world, place, user, posted)
        if self._world.settings["inline_feedback"]:
            told = {"result_id": chosen["id"], "from": user, "query": query}
            if chosen.get("reply_markup"):  # without a keyboard Telegram names no message
                told["inline_message_id"] = inline_id(message)
            self._world.push(bot["id"], "chosen_inline_result", told)
        await self._world.tell()
        return int(message["message_id"])

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


def inline_id(message: Json) -> str:
    """How a bot names what somebody posted through it."""
    return f"{message['chat']['id']}:{message['message_id']}"
