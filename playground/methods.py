"""The Bot API's methods that send, edit and answer."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from playground.asides import as_told, checked_aside, checked_receiver
from playground.checks import (
    CAPTION_LIMIT,
    bad,
    checked_chat,
    checked_markup,
    checked_reply,
    checked_text,
)
from playground.entities import units
from playground.files import file_fields, keep_file
from playground.world import Json, World

START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Bot API, InlineQueryResultsButton
Method = Callable[[World, int, Json], Awaitable[Any]]
METHODS: dict[str, Method] = {}


def method(function: Method) -> Method:
    """Offer the function under its camel-case name."""
    first, *rest = function.__name__.split("_")
    METHODS[first.lower() + "".join(word.capitalize() for word in rest)] = function
    return function


@method
async def get_me(world: World, bot_id: int, given: Json) -> Any:
    bot = world.bot(bot_id)
    return {key: bot[key] for key in ("id", "is_bot", "first_name", "username")} | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.settings["privacy_mode"],
        "supports_inline_queries": True,
    }


@method
async def send_message(world: World, bot_id: int, given: Json) -> Any:
    place = checked_chat(world, bot_id, given.get("chat_id"))
    chat_id = place["chat"]["id"]
    to_one = checked_receiver(world, bot_id, place, given)
    body = checked_text(given) | checked_reply(world, chat_id, given) | _thread(place, given) | to_one
    return as_told(_post(world, bot_id, chat_id, body, given))


@method
async def send_photo(world: World, bot_id: int, given: Json) -> Any:
    return _send_file(world, bot_id, given, "photo")


@method
async def send_document(world: World, bot_id: int, given: Json) -> Any:
    return _send_file(world, bot_id, given, "document")


@method
async def send_voice(world: World, bot_id: int, given: Json) -> Any:
    return _send_file(world, bot_id, given, "voice")


@method
async def send_message_draft(world: World, bot_id: int, given: Json) -> Any:
    place = checked_chat(world, bot_id, given.get("chat_id"))
    if place["chat"]["type"] != "private":
        raise bad("message drafts can be sent only to private chats")
    draft_id = int(given.get("draft_id") or 0)
    if draft_id == 0:
        raise bad("draft identifier must be non-zero")
    text = str(given.get("text") or "")
    if units(text) > 4096:
        raise bad("message is too long")
    chat_id = place["chat"]["id"]
    draft = world.drafts.get(chat_id)
    if draft is None or draft["draft_id"] != draft_id:
        draft = world.drafts[chat_id] = {"draft_id": draft_id, "history": [], "bot_id": bot_id}
    draft |= {"text": text, "at": world.clock(), "can_stop": bool(given.get("can_stop"))}
    draft["history"].append(text)
    return True


@method
async def send_chat_action(world: World, bot_id: int, given: Json) -> Any:
    checked_chat(world, bot_id, given.get("chat_id"))
    return True


@method
async def edit_message_text(world: World, bot_id: int, given: Json) -> Any:
    message = _editable(world, bot_id, given)
    new = checked_text(given)
    return _edit(world, message, {"text": new["text"], "entities": new.get("entities")}, given)


@method
async def edit_ephemeral_message_text(world: World, bot_id: int, given: Json) -> Any:
    message, new = checked_aside(world, bot_id, given)
    _edit(world, message, {"text": new["text"], "entities": new.get("entities")}, given)
    return True


@method
async def edit_message_reply_markup(world: World, bot_id: int, given: Json) -> Any:
    return _edit(world, _editable(world, bot_id, given), {}, given)


@method
async def delete_message(world: World, bot_id: int, given: Json) -> Any:
    place = checked_chat(world, bot_id, given.get("chat_id"), sending=False)
    chat_id, message_id = place["chat"]["id"], int(given.get("message_id") or 0)
    if world.messages.get(chat_id, {}).pop(message_id, None) is None:
        raise bad("message to delete not found")
    world.forget("message", f"{chat_id}:{message_id}")
    return True


@method
async def answer_callback_query(world: World, bot_id: int, given: Json) -> Any:
    if units(str(given.get("text") or "")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    _answer(world, bot_id, str(given.get("callback_query_id")), {"text": given.get("text")})
    return True


@method
async def answer_inline_query(world: World, bot_id: int, given: Json) -> Any:
    results = given.get("results") or []
    if len(results) > 50:
        raise bad("RESULTS_TOO_MUCH")
    if len({result.get("id") for result in results}) != len(results):
        raise bad("RESULT_ID_DUPLICATE")
    for result in results:
        if not 1 <= len(str(result.get("id") or "").encode()) <= 64:
            raise bad("RESULT_ID_INVALID")
        checked_markup(result.get("reply_markup"))
        content = result.get("input_message_content") or {}
        if result.get("type") == "article":
            checked_text({"text": content.get("message_text"), "entities": content.get("entities")})
    button, following = given.get("button"), str(given.get("next_offset") or "")
    if len(following.encode()) > 64:
        raise bad("NEXT_OFFSET_INVALID")
    if button is not None and not START_PARAMETER.fullmatch(str(button.get("start_parameter"))):
        raise bad("START_PARAM_INVALID")
    answer = {"results": results, "next_offset": following, "button": button}
    _answer(world, bot_id, str(given.get("inline_query_id")), answer)
    return True


@method
async def get_file(world: World, bot_id: int, given: Json) -> Any:
    file = world.files.get(str(given.get("file_id")))
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    return {key: file[key] for key in ("file_id", "file_unique_id", "file_size", "file_path")}


@method
async def set_my_commands(world: World, bot_id: int, given: Json) -> Any:
    bot = world.bot(bot_id)
    for command in given.get("commands") or []:
        name = str(command.get("command"))
        if not (
            name.isascii() and name.replace("_", "").isalnum() and name == name.lower() and len(name) <= 32
        ):
            raise bad("BOT_COMMAND_INVALID")
    bot["commands"][_scope(given)] = given.get("commands") or []
    world.keep("bot", bot_id, bot)
    return True


@method
async def get_my_commands(world: World, bot_id: int, given: Json) -> Any:
    return world.bot(bot_id)["commands"].get(_scope(given), [])


@method
async def delete_my_commands(world: World, bot_id: int, given: Json) -> Any:
    world.bot(bot_id)["commands"].pop(_scope(given), None)
    return True


def _scope(given: Json) -> str:
    return f"{(given.get('scope') or {}).get('type', 'default')}:{given.get('language_code') or ''}"


def _thread(place: Json, given: Json) -> Json:
    thread_id = given.get("message_thread_id")
    if thread_id is None:
        return {}
    if not place["chat"].get("is_forum"):
        raise bad("message thread not found")
    return {"message_thread_id": int(thread_id), "is_topic_message": True}


def _post(world: World, bot_id: int, chat_id: int, body: Json, given: Json) -> Json:
    markup = checked_markup(given.get("reply_markup"))
    if markup and "inline_keyboard" in markup:
        body |= {"reply_markup": markup}
    elif markup and chat_id in world.chats:
        world.chats[chat_id]["keyboard"] = markup.get("keyboard")
        world.keep_chat(chat_id)
    world.drafts.pop(chat_id, None)
    message = world.add_message(chat_id, world.bot(bot_id), body)
    return message | (
        {"link_preview_options": given["link_preview_options"]} if given.get("link_preview_options") else {}
    )


def _send_file(world: World, bot_id: int, given: Json, kind: str) -> Json:
    place = checked_chat(world, bot_id, given.get("chat_id"))
    chat_id = place["chat"]["id"]
    upload = given.get(kind)
    if not isinstance(upload, dict) or "content" not in upload:
        known = world.files.get(str(upload))
        if known is None:
            raise bad("wrong file identifier/HTTP URL specified")
        upload = {
            "name": known["name"],
            "content": (world.folder / "files" / known["file_unique_id"]).read_bytes(),
        }
    file = keep_file(world, upload["name"], upload["content"])
    body = file_fields(kind, file) | checked_reply(world, chat_id, given) | _thread(place, given)
    if given.get("caption"):
        body |= checked_text(given, "caption", CAPTION_LIMIT)
    return _post(world, bot_id, chat_id, body, given)


def _editable(world: World, bot_id: int, given: Json) -> Json:
    if given.get("inline_message_id"):
        where = str(given["inline_message_id"]).split(":")
        message = world.messages.get(int(where[0]), {}).get(int(where[1])) if len(where) == 2 else None
        if message is None:
            raise bad("MESSAGE_ID_INVALID")
        return message
    place = checked_chat(world, bot_id, given.get("chat_id"), sending=False)
    message = world.messages.get(place["chat"]["id"], {}).get(int(given.get("message_id") or 0))
    if message is None:
        raise bad("message to edit not found")
    if message["from"]["id"] != bot_id or "receiver_user" in message:
        raise bad("message can't be edited")
    return message


def _edit(world: World, message: Json, new: Json, given: Json) -> Any:
    markup = checked_markup(given.get("reply_markup"))
    after = {
        key: value for key, value in {**message, **new, "reply_markup": markup}.items() if value is not None
    }
    if {**after, "edit_date": 0} == {**message, "edit_date": 0}:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a"
            " current content and reply markup of the message"
        )
    after["edit_date"] = world.now()
    world.keep_message(after)
    return True if given.get("inline_message_id") else after


def _answer(world: World, bot_id: int, query_id: str, answer: Json) -> None:
    query = world.queries.get(query_id)
    if query is None or query.bot_id != bot_id or query.answer.done():
        raise bad("query is too old and response timeout expired or query ID is invalid")
    query.answer.set_result(answer)
