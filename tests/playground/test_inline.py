"""The playground's inline side: results in pages, a button above them, and the bot told what was posted."""

import asyncio
from typing import Any

from tests.playground.test_playground import Visitor, place

__all__ = ["place"]
ARTICLE = {
    "type": "article", "id": "one", "title": "One", "input_message_content": {"message_text": "posted"},
    "reply_markup": {"inline_keyboard": [[{"text": "Save", "callback_data": "save"}]]},
}  # fmt: skip


async def asked(place: Visitor, user: int, answer: dict[str, Any], **more: Any) -> tuple[Any, dict[str, Any]]:
    """What /sim/inline says, and what Telegram said to the bot's answer."""
    asking = asyncio.create_task(place.sim("/inline", user_id=user, query="task", **more))
    query: dict[str, Any] | None = None
    while query is None:
        updates = (await place.api("getUpdates", timeout=5))["result"]
        query = next((one["inline_query"] for one in updates if "inline_query" in one), None)
    told = await place.api("answerInlineQuery", inline_query_id=query["id"], **answer)
    if not told["ok"]:
        asking.cancel()
        return query, told
    await place.api("getUpdates", offset=updates[-1]["update_id"] + 1)
    return await asking, told


async def test_results_come_with_a_button_and_where_the_next_page_begins(place: Visitor) -> None:
    user = await place.somebody()
    button = {"text": "Open", "start_parameter": "help"}
    said, _told = await asked(
        place, user, {"results": [ARTICLE], "next_offset": "20", "button": button}, offset="0"
    )
    assert said == {"results": [ARTICLE], "next_offset": "20", "button": button}


async def test_a_choice_is_posted_and_told_only_with_feedback_on(place: Visitor) -> None:
    user = await place.somebody()
    for feedback in (False, True):
        await place.sim("/settings", inline_feedback=feedback)
        said, _told = await asked(place, user, {"results": [ARTICLE]}, chat_id=user, choose=0)
        posted = (await place.see(f"/chats/{user}/messages"))[-1]
        assert (posted["message_id"], posted["text"], posted["from"]) == (said["message_id"], "posted", user)
        updates = (await place.api("getUpdates"))["result"]
        chosen = [one["chosen_inline_result"] for one in updates if "chosen_inline_result" in one]
        assert bool(chosen) is feedback
    edit = {"inline_message_id": chosen[0]["inline_message_id"], "text": "saved"}
    assert (await place.api("editMessageText", **edit))["ok"]
    assert (await place.see(f"/chats/{user}/messages"))[-1]["text"] == "saved"


async def test_it_refuses_what_telegram_refuses(place: Visitor) -> None:
    user = await place.somebody()
    for wrong, description in (
        ({"results": [], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"results": [], "button": {"text": "a", "start_parameter": "not this"}}, "START_PARAM_INVALID"),
        ({"results": [ARTICLE, ARTICLE]}, "RESULT_ID_DUPLICATE"),
    ):
        _query, told = await asked(place, user, wrong)
        assert description in told["description"]
        await place.api("getUpdates", offset=2**40)


async def test_a_chooser_must_be_in_the_chat(place: Visitor) -> None:
    user = await place.somebody()
    other = (await place.sim("/users", first_name="Boris"))["id"]
    await place.sim("/chats", type="private", user_ids=[other])
    said, _told = await asked(place, user, {"results": [ARTICLE]}, chat_id=other, choose=0)
    assert "not in this chat" in said["error"]
