"""Requests of the simulation side: what they name, and the sentence for what they name wrongly."""

import json
from typing import Any

from aiohttp import web

from playground.world import Json, World


async def json_of(request: web.Request) -> Json:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON only")
    try:
        given: Any = await request.json()
    except ValueError:
        raise wrong("that is no JSON") from None
    if not isinstance(given, dict):
        raise wrong("a JSON object is needed")
    return given


async def speaker_of(world: World, request: web.Request) -> tuple[Json, Json, Json]:
    """The request, the chat and the user it speaks for, who must be in the chat."""
    given, place = await json_of(request), place_of(world, request)
    user = world.users.get(given.get("user_id") or 0)
    if user is None or user["id"] not in place["members"]:
        raise wrong("that user is not in this chat")
    if place.get("migrated_to"):
        raise wrong(f"this group is now the supergroup {place['migrated_to']}")
    return given, place, user


def place_of(world: World, request: web.Request) -> Json:
    place = world.chats.get(int(request.match_info["chat_id"]))
    if place is None:
        raise wrong("there is no such chat")
    return place


def message_of(world: World, request: web.Request, place: Json) -> Json:
    message = world.messages.get(place["chat"]["id"], {}).get(int(request.match_info["message_id"]))
    if message is None:
        raise wrong("there is no such message")
    return message


def wrong(sentence: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": sentence}), content_type="application/json")
