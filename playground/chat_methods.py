"""The Bot API's methods about chats and what the bot says of itself: what they are, who is in them, leaving them."""

from typing import Any

from playground.checks import bad, checked_chat
from playground.members import member_of, post_service, set_status, status_of
from playground.methods import METHODS, method
from playground.world import Json, World

__all__ = ["METHODS"]


@method
async def get_chat(world: World, bot_id: int, given: Json) -> Any:
    return checked_chat(world, bot_id, given.get("chat_id"), sending=False)["chat"] | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }


@method
async def get_chat_member(world: World, bot_id: int, given: Json) -> Any:
    place = checked_chat(world, bot_id, given.get("chat_id"), sending=False)
    user_id = int(given.get("user_id") or 0)
    if user_id not in world.users and user_id not in world.bots:
        raise bad("PARTICIPANT_ID_INVALID")
    return member_of(world, user_id, status_of(world, place, user_id))


@method
async def get_chat_administrators(world: World, bot_id: int, given: Json) -> Any:
    """All admins but other bots."""
    place = checked_chat(world, bot_id, given.get("chat_id"), sending=False)
    if place["chat"]["type"] == "private":
        raise bad("there are no administrators in the private chat")
    inside = [*place["members"], bot_id]
    found = [(user_id, status_of(world, place, user_id)) for user_id in inside]
    return [
        member_of(world, user_id, status)
        for user_id, status in found
        if status in ("creator", "administrator")
    ]


@method
async def leave_chat(world: World, bot_id: int, given: Json) -> Any:
    place = checked_chat(world, bot_id, given.get("chat_id"))
    if place["chat"]["type"] == "private":
        raise bad("chat member status can't be changed in private chats")
    set_status(world, place, bot_id, "left", world.bot(bot_id))
    post_service(
        world, place, world.bot(bot_id), {"left_chat_member": member_of(world, bot_id, "left")["user"]}
    )
    return True


@method
async def set_my_description(world: World, bot_id: int, given: Json) -> Any:
    return _describe(world, bot_id, given, "description", 512)


@method
async def get_my_description(world: World, bot_id: int, given: Json) -> Any:
    return _described(world, bot_id, given, "description")


@method
async def set_my_short_description(world: World, bot_id: int, given: Json) -> Any:
    return _describe(world, bot_id, given, "short_description", 120)


@method
async def get_my_short_description(world: World, bot_id: int, given: Json) -> Any:
    return _described(world, bot_id, given, "short_description")


def _describe(world: World, bot_id: int, given: Json, kind: str, limit: int) -> bool:
    text, bot = str(given.get(kind) or ""), world.bot(bot_id)
    if len(text) > limit:
        raise bad(f"{kind} is too long")
    bot.setdefault("texts", {})[f"{kind}:{given.get('language_code') or ''}"] = text
    world.keep("bot", bot_id, bot)
    return True


def _described(world: World, bot_id: int, given: Json, kind: str) -> Json:
    """One's own language's, else the one for everybody."""
    texts = world.bot(bot_id).get("texts", {})
    own = texts.get(f"{kind}:{given.get('language_code') or ''}")
    return {kind: own if own is not None else texts.get(f"{kind}:", "")}
