"""Checks: where Telegram is strict, the playground is, in Telegram's own words."""

from typing import Any

from playground.entities import units
from playground.members import has_bot
from playground.world import Json, World

TEXT_LIMIT = 4096  # UTF-16 units after entities parsing (Bot API, sendMessage)
CAPTION_LIMIT = 1024
DATA_LIMIT = 64  # bytes (Bot API, InlineKeyboardButton)


class Refusal(Exception):
    """An answer with ok = false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


def checked_text(given: Json, name: str = "text", limit: int = TEXT_LIMIT) -> Json:
    """Text with its entities, as a message will carry them; white space at the ends is dropped."""
    raw = str(given.get(name) or "")
    text = raw.strip()
    if not text:
        raise bad("message text is empty")
    if units(text) > limit:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    if given.get("parse_mode"):
        raise bad("unsupported parse_mode: this playground takes entities")
    entities = given.get("entities" if name == "text" else "caption_entities") or []
    lead = units(raw[: len(raw) - len(raw.lstrip())])
    kept = []
    for entity in entities:
        start, length = int(entity["offset"]) - lead, int(entity["length"])
        if start < 0 or length <= 0 or start + length > units(raw.rstrip()) - lead:
            if start >= units(text) or length <= 0:
                continue
            raise bad(f"entity beginning at offset {entity['offset']} has wrong length")
        kept.append({**{key: value for key, value in entity.items() if value is not None}, "offset": start})
    return {name: text} | ({("entities" if name == "text" else "caption_entities"): kept} if kept else {})


def checked_markup(markup: Json | None) -> Json | None:
    """Inline and reply keyboards. A button has a text and exactly one thing that it does."""
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if not button.get("text"):
                raise bad(
                    "can't parse inline keyboard button: Text buttons are not allowed in the inline keyboard"
                )
            does = [
                key
                for key in button
                if key not in ("text", "style", "icon_custom_emoji_id") and button[key] is not None
            ]
            if len(does) != 1:
                raise bad(
                    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
                )
            data = button.get("callback_data")
            if data is not None and not 1 <= len(str(data).encode()) <= DATA_LIMIT:
                raise bad("BUTTON_DATA_INVALID")
    return markup


def checked_chat(world: World, bot_id: int, chat_id: Any, *, sending: bool = True) -> Json:
    """The chat's record, where this bot may write."""
    try:
        place = world.chats[int(chat_id)]
    except (KeyError, TypeError, ValueError):
        raise bad("chat not found") from None
    if sending and place["chat"]["type"] == "private":
        if bot_id in place["blocked"]:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if bot_id not in place["started"]:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
    if place.get("migrated_to"):
        raise Refusal(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=place["migrated_to"],
        )
    if place["chat"]["type"] != "private" and not has_bot(place, bot_id):
        kind = place["chat"]["type"]
        if bot_id in place.get("kicked", []):
            raise Refusal(403, f"Forbidden: bot was kicked from the {kind} chat")
        raise Refusal(403, f"Forbidden: bot is not a member of the {kind} chat")
    return place


def checked_reply(world: World, chat_id: int, given: Json) -> Json:
    """reply_parameters as fields of the message."""
    wanted = (given.get("reply_parameters") or {}).get("message_id") or given.get("reply_to_message_id")
    if wanted is None:  # nobody, or a message that one person sees: bots are not told what it was
        return {}
    original = world.messages.get(chat_id, {}).get(int(wanted))
    if original is None:
        if (given.get("reply_parameters") or {}).get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": {key: value for key, value in original.items() if key != "reply_to_message"}}
