"""Talk: what people write, change and read, and which of it a bot hears."""

import asyncio
import base64

from aiohttp import web

from playground.entities import entities_of
from playground.files import file_fields, keep_file
from playground.members import ANONYMOUS, has_bot, status_of
from playground.requests import message_of, place_of, speaker_of, wrong
from playground.world import Json, World

SEEN_OF_BUTTONS = (
    "text", "callback_data", "url", "switch_inline_query", "switch_inline_query_current_chat",
)  # fmt: skip
DRAFT_LIFE = 30.0  # seconds a draft stays without a new one (Bot API, sendMessageDraft)


class Talk:
    """Messages of a chat, as its people write and see them."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def say(self, request: web.Request) -> web.Response:
        given, place, user = await speaker_of(self._world, request)
        chat_id = place["chat"]["id"]
        body: Json = {}
        if given.get("text") is not None:
            body["text"] = str(given["text"])
        for kind in ("voice", "audio", "video_note", "photo", "document"):
            if given.get(kind):
                content = base64.b64decode(given[kind]["base64"])
                kept = keep_file(self._world, str(given[kind]["name"]), content)
                body |= file_fields(kind, kept | {"duration": given[kind].get("duration")})
                if given.get("caption") is not None:
                    body["caption"] = str(given["caption"])
        body |= self._come_by(given) if body else {}
        if given.get("contact"):
            body["contact"] = given["contact"]
        if not body.get("text", "x").strip() or not body:
            raise wrong("a message needs a text or a file")
        if given.get("thread_id") is not None:
            body |= {"message_thread_id": int(given["thread_id"]), "is_topic_message": True}
        if given.get("reply_to") is not None:
            original = self._world.messages.get(chat_id, {}).get(int(given["reply_to"]))
            if original is None:
                raise wrong("there is no message to reply to")
            body["reply_to_message"] = {
                key: value for key, value in original.items() if key != "reply_to_message"
            }
        if given.get("anonymous"):
            if status_of(self._world, place, user["id"]) not in ("creator", "administrator"):
                raise wrong("only admins of a group write in its name")
            body |= {"sender_chat": place["chat"], "entities": entities_of(str(body.get("text") or ""))}
            user = ANONYMOUS
        message = post(self._world, place, user, body)
        await self._world.tell()
        return web.json_response({"message_id": message["message_id"]})

    def _come_by(self, given: Json) -> Json:
        """Files of one `album` belong together; `forwarded_from` is the name of somebody who hides their account."""
        album = {"media_group_id": str(given["album"])} if given.get("album") is not None else {}
        if not given.get("forwarded_from"):
            return album
        origin = {"type": "hidden_user", "sender_user_name": str(given["forwarded_from"])}
        return album | {"forward_origin": origin | {"date": int(self._world.now())}}

    async def edit(self, request: web.Request) -> web.Response:
        given, place, user = await speaker_of(self._world, request)
        message = message_of(self._world, request, place)
        if message["from"]["id"] != user["id"]:
            raise wrong("only one's own messages can be edited")
        after = {key: value for key, value in message.items() if key != "entities"}
        after |= {"text": str(given.get("text") or ""), "edit_date": self._world.now()}
        if found := entities_of(after["text"]):
            after["entities"] = found
        self._world.keep_message(after)
        for bot_id in self._world.bots:
            if hears(self._world, bot_id, place, after):
                self._world.push(bot_id, "edited_message", after)
        await self._world.tell()
        return web.json_response({"message_id": after["message_id"]})

    async def messages(self, request: web.Request) -> web.Response:
        """`after` a message id; `wait` seconds for something newer; `edited_after` Unix seconds, edits too."""
        place = place_of(self._world, request)
        after, edited = int(request.query.get("after", 0)), request.query.get("edited_after")
        deadline = asyncio.get_running_loop().time() + min(float(request.query.get("wait", 0)), 50)
        while True:
            found = [
                seen(message)
                for message in self._world.messages.get(place["chat"]["id"], {}).values()
                if message["message_id"] > after or (edited and message.get("edit_date", 0) >= float(edited))
            ]
            left = deadline - asyncio.get_running_loop().time()
            if found or left <= 0:
                return web.json_response(sorted(found, key=lambda message: int(message["message_id"])))
            await self._world.wait(min(left, 1.0))

    async def draft(self, request: web.Request) -> web.Response:
        draft = self._world.drafts.get(place_of(self._world, request)["chat"]["id"])
        if draft is None or self._world.clock() - draft["at"] > DRAFT_LIFE:
            return web.json_response(None)
        return web.json_response(draft)

    async def stop(self, request: web.Request) -> web.Response:
        _given, place, user = await speaker_of(self._world, request)
        draft = self._world.drafts.get(place["chat"]["id"])
        if draft is None or draft["draft_id"] != int(request.match_info["draft_id"]) or not draft["can_stop"]:
            raise wrong("there is no such draft that can be stopped")
        del self._world.drafts[place["chat"]["id"]]
        body = {"chat": place["chat"], "draft_id": draft["draft_id"], "user": user}
        self._world.push(
            draft["bot_id"], "stopped_message_generation", {key: body[key] for key in ("chat", "draft_id")}
        )
        await self._world.tell()
        return web.json_response({})


def post(world: World, place: Json, user: Json, body: Json) -> Json:
    """A person's message, and the updates it makes."""
    chat_id = place["chat"]["id"]
    message = world.add_message(chat_id, user, body)
    for bot_id in world.bots:
        if place["chat"]["type"] == "private" and bot_id not in place["started"]:
            place["started"].append(bot_id)  # writing first is what lets a bot answer
            world.keep_chat(chat_id)
        if hears(world, bot_id, place, message):
            world.push(bot_id, "message", message)
    return message


def hears(world: World, bot_id: int, place: Json, message: Json) -> bool:
    """Privacy mode: in groups a bot hears commands, mentions of it, replies to it and what came through it."""
    if place["chat"]["type"] == "private" or not world.settings["privacy_mode"]:
        return place["chat"]["type"] == "private" or has_bot(place, bot_id)
    if not has_bot(place, bot_id):
        return False
    if status_of(world, place, bot_id) == "administrator":
        return True
    name = "@" + world.bots[bot_id]["username"].lower()
    text = str(message.get("text") or message.get("caption") or "").lower()
    commands = [entity for entity in message.get("entities", []) if entity["type"] == "bot_command"]
    first = text.split(maxsplit=1)[0] if text.split() else ""
    addressed = bool(commands) and ("@" not in first or first.endswith(name))
    replied = message.get("reply_to_message", {}).get("from", {}).get("id") == bot_id
    return addressed or name in text or replied or message.get("via_bot", {}).get("id") == bot_id


def seen(message: Json) -> Json:
    """A message as a person sees it."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    seen: Json = {
        "message_id": message["message_id"],
        "from": message["from"]["id"],
        "date": message["date"],
        "entities": message.get("entities", []),
        "buttons": [
            [{key: b[key] for key in SEEN_OF_BUTTONS if b.get(key) is not None} for b in row] for row in rows
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
    for kind in ("document", "voice", "audio", "video_note", "contact"):
        if kind in message:
            seen[kind] = message[kind]
    for name in ("left_chat_member", "new_chat_member"):
        if name in message:
            seen[name] = message[name]["id"]
    for name in ("migrate_to_chat_id", "migrate_from_chat_id"):
        if name in message:
            seen[name] = message[name]
    if "receiver_user" in message:
        seen["only_for"] = message["receiver_user"]["id"]
    if "via_bot" in message:
        seen["via_bot"] = message["via_bot"]["id"]
    if "photo" in message:
        seen["photo"] = message["photo"][-1]
    return seen
