"""The simulation side: what people do, and what they see."""

import asyncio
import base64
import json
import secrets
from typing import Any

from aiohttp import web

from playground.methods import METHODS, file_fields, keep_file
from playground.world import Json, Query, World

PRESS_PATIENCE = 10.0  # seconds a pressed button waits for the bot
DRAFT_LIFE = 30.0  # seconds a draft stays without a new one (Bot API, sendMessageDraft)


class Simulation:
    """Routes under /sim. JSON in, JSON out; a wrong request is 400 with a sentence."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        chat = "/sim/chats/{chat_id:-?\\d+}"
        return [
            web.post("/sim/users", self.add_user),
            web.post("/sim/chats", self.add_chat),
            web.get("/sim/state", self.state),
            web.post(chat + "/messages", self.say),
            web.patch(chat + "/messages/{message_id}", self.edit),
            web.post(chat + "/messages/{message_id}/press", self.press),
            web.get(chat + "/messages", self.messages),
            web.get(chat + "/draft", self.draft),
            web.post(chat + "/drafts/{draft_id}/stop", self.stop),
            web.post("/sim/inline", self.inline),
            web.get("/sim/calls", self.calls),
            web.post("/sim/faults", self.fault),
            web.post("/sim/settings", self.settings),
            web.post("/sim/sample", self.sample),
            web.post("/sim/reset", self.reset),
        ]

    async def add_user(self, request: web.Request) -> web.Response:
        given = await _json(request)
        name = str(given.get("first_name") or "").strip()
        if not name:
            raise _wrong("first_name is needed")
        user = self._world.add_user(name, given.get("username"), given.get("language_code"))
        return web.json_response({"id": user["id"]})

    async def add_chat(self, request: web.Request) -> web.Response:
        given = await _json(request)
        kind, user_ids = given.get("type"), list(given.get("user_ids") or [])
        if kind not in ("private", "group", "supergroup") or not user_ids:
            raise _wrong("type is private, group or supergroup, and user_ids names at least one user")
        if any(user_id not in self._world.users for user_id in user_ids):
            raise _wrong("there is no such user")
        chat = self._world.add_chat(kind, given.get("title"), user_ids, is_forum=bool(given.get("is_forum")))
        return web.json_response({"id": chat["id"]})

    async def state(self, request: web.Request) -> web.Response:
        world = self._world
        chats = [
            place["chat"] | {"members": place["members"], "keyboard": place.get("keyboard")}
            for place in world.chats.values()
        ]
        bots = [{key: bot[key] for key in ("id", "username", "first_name")} for bot in world.bots.values()]
        return web.json_response(
            {"users": list(world.users.values()), "chats": chats, "bots": bots, "settings": world.settings}
        )

    async def say(self, request: web.Request) -> web.Response:
        given, place, user = await self._who(request)
        chat_id = place["chat"]["id"]
        body: Json = {}
        if given.get("text") is not None:
            body["text"] = str(given["text"])
        for kind in ("voice", "photo", "document"):
            if given.get(kind):
                content = base64.b64decode(given[kind]["base64"])
                body |= file_fields(kind, keep_file(self._world, str(given[kind]["name"]), content))
        if given.get("contact"):
            body["contact"] = given["contact"]
        if not body.get("text", "x").strip() or not body:
            raise _wrong("a message needs a text or a file")
        if given.get("thread_id") is not None:
            body |= {"message_thread_id": int(given["thread_id"]), "is_topic_message": True}
        if given.get("reply_to") is not None:
            original = self._world.messages.get(chat_id, {}).get(int(given["reply_to"]))
            if original is None:
                raise _wrong("there is no message to reply to")
            body["reply_to_message"] = {
                key: value for key, value in original.items() if key != "reply_to_message"
            }
        message = self._post(place, user, body)
        await self._world.tell()
        return web.json_response({"message_id": message["message_id"]})

    def _post(self, place: Json, user: Json, body: Json) -> Json:
        """A person's message, and the updates it makes."""
        chat_id = place["chat"]["id"]
        message = self._world.add_message(chat_id, user, body)
        for bot_id in self._world.bots:
            if place["chat"]["type"] == "private" and bot_id not in place["started"]:
                place["started"].append(bot_id)  # writing first is what lets a bot answer
                self._world.keep_chat(chat_id)
            if self._hears(bot_id, place, message):
                self._world.push(bot_id, "message", message)
        return message

    def _hears(self, bot_id: int, place: Json, message: Json) -> bool:
        """Privacy mode: in groups a bot hears commands, mentions of it, replies to it and what came through it."""
        if place["chat"]["type"] == "private" or not self._world.settings["privacy_mode"]:
            return bot_id not in place.get("left", [])
        if bot_id in place.get("left", []):
            return False
        name = "@" + self._world.bots[bot_id]["username"].lower()
        text = str(message.get("text") or "").lower()
        commands = [entity for entity in message.get("entities", []) if entity["type"] == "bot_command"]
        first = text.split(maxsplit=1)[0] if text.split() else ""
        addressed = bool(commands) and ("@" not in first or first.endswith(name))
        replied = message.get("reply_to_message", {}).get("from", {}).get("id") == bot_id
        return addressed or name in text or replied or message.get("via_bot", {}).get("id") == bot_id

    async def edit(self, request: web.Request) -> web.Response:
        given, place, user = await self._who(request)
        message = self._message(request, place)
        if message["from"]["id"] != user["id"]:
            raise _wrong("only one's own messages can be edited")
        after = {key: value for key, value in message.items() if key != "entities"}
        after |= {"text": str(given.get("text") or ""), "edit_date": self._world.now()}
        from playground.entities import entities_of

        if found := entities_of(after["text"]):
            after["entities"] = found
        self._world.keep_message(after)
        for bot_id in self._world.bots:
            if self._hears(bot_id, place, after):
                self._world.push(bot_id, "edited_message", after)
        await self._world.tell()
        return web.json_response({"message_id": after["message_id"]})

    async def press(self, request: web.Request) -> web.Response:
        given, place, user = await self._who(request)
        message = self._message(request, place)
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        wanted = given.get("button")
        button = next((b for row in rows for b in row if wanted in (b["text"], b.get("callback_data"))), None)
        if button is None or "callback_data" not in button:
            raise _wrong("there is no such button under that message")
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

    async def inline(self, request: web.Request) -> web.Response:
        given = await _json(request)
        user = self._world.users.get(given.get("user_id") or 0)
        if user is None or not self._world.bots:
            raise _wrong("there is no such user, or no bot")
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
            self._post(self._world.chats[int(given["chat_id"])], user, posted)
            if self._world.settings["inline_feedback"]:
                told = {"result_id": chosen["id"], "from": user, "query": body["query"]}
                self._world.push(bot["id"], "chosen_inline_result", told)
            await self._world.tell()
        return web.json_response({"results": results})

    async def messages(self, request: web.Request) -> web.Response:
        """`after` a message id; `wait` seconds for something newer; `edited_after` Unix seconds, edits too."""
        place = self._place(request)
        after, edited = int(request.query.get("after", 0)), request.query.get("edited_after")
        deadline = asyncio.get_running_loop().time() + min(float(request.query.get("wait", 0)), 50)
        while True:
            found = [
                _seen(message)
                for message in self._world.messages.get(place["chat"]["id"], {}).values()
                if message["message_id"] > after or (edited and message.get("edit_date", 0) >= float(edited))
            ]
            left = deadline - asyncio.get_running_loop().time()
            if found or left <= 0:
                return web.json_response(sorted(found, key=lambda message: int(message["message_id"])))
            await self._world.wait(min(left, 1.0))

    async def draft(self, request: web.Request) -> web.Response:
        draft = self._world.drafts.get(self._place(request)["chat"]["id"])
        if draft is None or self._world.clock() - draft["at"] > DRAFT_LIFE:
            return web.json_response(None)
        return web.json_response(draft)

    async def stop(self, request: web.Request) -> web.Response:
        _given, place, user = await self._who(request)
        draft = self._world.drafts.get(place["chat"]["id"])
        if draft is None or draft["draft_id"] != int(request.match_info["draft_id"]) or not draft["can_stop"]:
            raise _wrong("there is no such draft that can be stopped")
        del self._world.drafts[place["chat"]["id"]]
        body = {"chat": place["chat"], "draft_id": draft["draft_id"], "user": user}
        self._world.push(
            draft["bot_id"], "stopped_message_generation", {key: body[key] for key in ("chat", "draft_id")}
        )
        await self._world.tell()
        return web.json_response({})

    async def calls(self, request: web.Request) -> web.Response:
        wanted, after = request.query.get("method"), int(request.query.get("after", 0))
        return web.json_response(
            [call for call in self._world.calls if call["id"] > after and wanted in (None, call["method"])]
        )

    async def fault(self, request: web.Request) -> web.Response:
        given = await _json(request)
        if not given.get("method"):
            raise _wrong("method is needed, or * for all")
        self._world.faults.append({"count": 1} | given)
        return web.json_response({})

    async def settings(self, request: web.Request) -> web.Response:
        for name, value in (await _json(request)).items():
            if name not in self._world.settings:
                raise _wrong(f"there is no setting {name}")
            self._world.settings[name] = bool(value)
            self._world.keep("setting", name, bool(value))
        return web.json_response(self._world.settings)

    async def sample(self, request: web.Request) -> web.Response:
        """A small team: three people, their private chats, a group, and a few lines they typed."""
        world = self._world
        team = [
            world.add_user(name, None, code)
            for name, code in (("Анна", "ru"), ("Борис", "ru"), ("Clara", "en"))
        ]
        for user in team:
            world.add_chat("private", None, [user["id"]])
        group = world.add_chat("group", "Отдел продаж", [user["id"] for user in team])
        lines = (
            (team[0], team[0]["id"], "/start"),
            (team[0], team[0]["id"], "/task завтра 10:00 отправить счёт"),
            (team[0], team[0]["id"], "/call Ромашка +7 999 123-45-67 5 минут: ждут новую цену"),
            (team[2], team[2]["id"], "/start"),
            (team[2], team[2]["id"], "/task in 1 minute call the printer"),
            (team[0], group["id"], "/task через 2 часа собрать предложения"),
        )
        for user, chat_id, text in lines:
            self._post(world.chats[chat_id], user, {"text": text})
        await world.tell()
        return web.json_response({"users": [user["id"] for user in team], "group": group["id"]})

    async def reset(self, request: web.Request) -> web.Response:
        self._world.reset()
        await self._world.tell()
        return web.json_response({})

    async def _who(self, request: web.Request) -> tuple[Json, Json, Json]:
        given, place = await _json(request), self._place(request)
        user = self._world.users.get(given.get("user_id") or 0)
        if user is None or user["id"] not in place["members"]:
            raise _wrong("that user is not in this chat")
        return given, place, user

    def _place(self, request: web.Request) -> Json:
        place = self._world.chats.get(int(request.match_info["chat_id"]))
        if place is None:
            raise _wrong("there is no such chat")
        return place

    def _message(self, request: web.Request, place: Json) -> Json:
        message = self._world.messages.get(place["chat"]["id"], {}).get(int(request.match_info["message_id"]))
        if message is None:
            raise _wrong("there is no such message")
        return message


def _seen(message: Json) -> Json:
    """A message as a person sees it."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    seen: Json = {
        "message_id": message["message_id"],
        "from": message["from"]["id"],
        "date": message["date"],
        "entities": message.get("entities", []),
        "buttons": [
            [{key: b[key] for key in ("text", "callback_data", "url") if b.get(key)} for b in row]
            for row in rows
        ],
    }
    for name, key in (
        ("text", "text"),
        ("caption", "caption"),
        ("edit_date", "edited_at"),
        ("message_thread_id", "thread_id"),
    ):
        if name in message:
            seen[key] = message[name]
    if "reply_to_message" in message:
        seen["reply_to"] = message["reply_to_message"]["message_id"]
    for kind in ("document", "voice", "contact"):
        if kind in message:
            seen[kind] = message[kind]
    if "photo" in message:
        seen["photo"] = message["photo"][-1]
    return seen


def _wrong(sentence: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": sentence}), content_type="application/json")


async def _json(request: web.Request) -> Json:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON only")
    try:
        given: Any = await request.json()
    except ValueError:
        raise _wrong("that is no JSON") from None
    if not isinstance(given, dict):
        raise _wrong("a JSON object is needed")
    return given
