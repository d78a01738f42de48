"""The playground's asides: told to one person of a group, where Telegram would let the bot do it."""

import asyncio
from typing import Any

from tests.playground.test_playground import BOT, Visitor, place

__all__ = ["place"]


async def a_group(place: Visitor) -> tuple[int, int, int]:
    anna = await place.somebody()
    boris = (await place.sim("/users", first_name="Boris"))["id"]
    group = (await place.sim("/chats", type="group", title="G", user_ids=[anna, boris]))["id"]
    return anna, boris, group


async def aside(place: Visitor, group: int, to: int, **more: Any) -> dict[str, Any]:
    return await place.api(
        "sendMessage",
        chat_id=group,
        text="psst",
        ephemeral_message_parameters={"receiver_user_id": to, **more},
    )


async def test_an_admin_may_tell_one_member_at_any_time(place: Visitor) -> None:
    anna, boris, group = await a_group(place)
    assert "MESSAGE_NOT_COMMAND" in (await aside(place, group, anna))["description"]
    await place.sim(f"/chats/{group}/members", user_id=BOT, action="promote")
    told = (await aside(place, group, anna))["result"]
    assert told["message_id"] == 0
    assert told["ephemeral_message_id"] > 0
    assert (await place.see(f"/chats/{group}/messages"))[-1]["only_for"] == anna
    assert not (await aside(place, group, 5))["ok"]
    assert not (await aside(place, anna, anna))["ok"]
    assert boris != anna


async def test_a_press_is_answered_aside_without_being_an_admin_and_edited_in_its_own_way(
    place: Visitor,
) -> None:
    anna, boris, group = await a_group(place)
    keys = {"inline_keyboard": [[{"text": "More", "callback_data": "more"}]]}
    sent = (await place.api("sendMessage", chat_id=group, text="list", reply_markup=keys))["result"]
    path = f"/chats/{group}/messages/{sent['message_id']}/press"
    pressing = asyncio.create_task(place.sim(path, user_id=anna, button="More"))
    await asyncio.sleep(0.05)
    query = (await place.api("getUpdates"))["result"][-1]["callback_query"]
    assert not (await aside(place, group, boris, callback_query_id=query["id"]))["ok"]
    told = (await aside(place, group, anna, callback_query_id=query["id"]))["result"]
    await place.api("answerCallbackQuery", callback_query_id=query["id"])
    await pressing
    number = told["ephemeral_message_id"]
    assert not (await place.api("editMessageText", chat_id=group, message_id=number, text="x"))["ok"]
    edit = {"chat_id": group, "ephemeral_message_id": number, "text": "psst again"}
    assert not (await place.api("editEphemeralMessageText", receiver_user_id=boris, **edit))["ok"]
    assert (await place.api("editEphemeralMessageText", receiver_user_id=anna, **edit))["ok"]
    assert (await place.see(f"/chats/{group}/messages"))[-1]["text"] == "psst again"


async def test_a_file_is_had_back_as_it_was_sent(place: Visitor) -> None:
    user = await place.somebody()
    document = {"name": "счёт 1.txt", "base64": "cGFpZA=="}
    await place.sim(f"/chats/{user}/messages", user_id=user, document=document)
    file = (await place.see(f"/chats/{user}/messages"))[-1]["document"]
    url = f"{place.playground.url}/sim/files/{file['file_unique_id']}"
    async with place.client.get(url) as response:
        assert await response.read() == b"paid"
        assert "attachment" in response.headers["Content-Disposition"]
    async with place.client.get(url[:-1] + ("0" if url[-1] != "0" else "1")) as response:
        assert response.status == 404
