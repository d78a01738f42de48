"""Asides: messages of a bot that one person of a group sees (Bot API 10.2, ephemeral messages)."""

from typing import Any

from playground.checks import bad, checked_chat, checked_text
from playground.members import status_of
from playground.world import Json, World


def checked_receiver(world: World, bot_id: int, place: Json, given: Json) -> Json:
    """ephemeral_message_parameters as fields of the message: a member, told by an admin or in answer to a press or to
    a message of the same kind."""
    wanted = given.get("ephemeral_message_parameters")
    if not wanted:
        return {}
    if place["chat"]["type"] == "private":
        raise bad("ephemeral messages can be sent only to groups and supergroups")
    receiver = world.users.get(int(wanted.get("receiver_user_id") or 0))
    if receiver is None or receiver["id"] not in place["members"]:
        raise bad("USER_NOT_PARTICIPANT")
    query = world.queries.get(str(wanted.get("callback_query_id") or ""))
    is_press = query is not None and query.user_id == receiver["id"]
    is_reply = (given.get("reply_parameters") or {}).get("ephemeral_message_id") is not None
    if not (is_press or is_reply or status_of(world, place, bot_id) == "administrator"):
        raise bad("MESSAGE_NOT_COMMAND")
    return {"receiver_user": receiver}


def as_told(message: Json) -> Json:
    """A message as bots know it: one that a single person sees has a number of its own kind."""
    if "receiver_user" not in message:
        return message
    return message | {"message_id": 0, "ephemeral_message_id": message["message_id"]}


def is_shown_to(message: Json, user_id: int) -> bool:
    return "receiver_user" not in message or message["receiver_user"]["id"] == user_id


def checked_aside(world: World, bot_id: int, given: Json) -> tuple[Json, Json]:
    """The message an edit names, and its new text."""
    place = checked_chat(world, bot_id, given.get("chat_id"), sending=False)
    message: Any = world.messages.get(place["chat"]["id"], {}).get(
        int(given.get("ephemeral_message_id") or 0)
    )
    receiver_id = int(given.get("receiver_user_id") or 0)
    if message is None or "receiver_user" not in message or message["receiver_user"]["id"] != receiver_id:
        raise bad("message to edit not found")
    return message, checked_text(given)
