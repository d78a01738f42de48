"""The playground, over HTTP: strict where Telegram is, remembering what it was told, closed to other sites."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from playground.server import PLAYGROUND_TOKEN, Playground, start_playground

BOT = int(PLAYGROUND_TOKEN.split(":", maxsplit=1)[0])


class Visitor:
    """Both sides of one playground."""

    def __init__(self, playground: Playground, client: aiohttp.ClientSession) -> None:
        self.playground, self.client = playground, client

    async def api(self, method: str, **given: Any) -> dict[str, Any]:
        url = f"{self.playground.url}/bot{PLAYGROUND_TOKEN}/{method}"
        async with self.client.post(url, json=given) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def sim(self, path: str, **given: Any) -> Any:
        async with self.client.post(f"{self.playground.url}/sim{path}", json=given) as response:
            return await response.json()

    async def see(self, path: str) -> Any:
        async with self.client.get(f"{self.playground.url}/sim{path}") as response:
            return await response.json()

    async def somebody(self) -> int:
        """A user who has written to the bot."""
        await self.api("getMe")
        user: int = (await self.sim("/users", first_name="Anna"))["id"]
        await self.sim("/chats", type="private", user_ids=[user])
        await self.sim(f"/chats/{user}/messages", user_id=user, text="/start")
        return user


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Visitor]:
    playground = await start_playground(tmp_path, 0)
    async with aiohttp.ClientSession() as client:
        visitor = Visitor(playground, client)
        yield visitor
    await visitor.playground.close()


async def test_a_message_reaches_the_bot_once_it_polls_and_until_it_confirms(place: Visitor) -> None:
    user = await place.somebody()
    (update,) = (await place.api("getUpdates"))["result"]
    assert update["message"]["chat"] == {"id": user, "type": "private", "first_name": "Anna"}
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert len((await place.api("getUpdates"))["result"]) == 1
    assert (await place.api("getUpdates", offset=update["update_id"] + 1))["result"] == []


async def test_a_long_poll_ends_when_something_happens(place: Visitor) -> None:
    user = await place.somebody()
    await place.api("getUpdates", offset=2**40)
    polling = asyncio.create_task(place.api("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await place.sim(f"/chats/{user}/messages", user_id=user, text="hello")
    assert (await polling)["result"][0]["message"]["text"] == "hello"


async def test_a_second_poller_ends_the_first(place: Visitor) -> None:
    await place.api("getMe")
    first = asyncio.create_task(place.api("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await place.api("getUpdates", timeout=0)
    assert (await first)["error_code"] == 409


@pytest.mark.parametrize(
    ("given", "description"),
    [
        ({"text": "  "}, "Bad Request: message text is empty"),
        ({"text": "👋" * 2049}, "Bad Request: message is too long"),
        ({"text": "x", "chat_id": 5}, "Bad Request: chat not found"),
        (
            {"text": "x", "reply_parameters": {"message_id": 99}},
            "Bad Request: message to be replied not found",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "я" * 33}]]}},
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            {"text": "abc", "entities": [{"type": "bold", "offset": 1, "length": 9}]},
            "Bad Request: entity beginning at offset 1 has wrong length",
        ),
    ],
)
async def test_it_is_strict_in_telegrams_words(
    place: Visitor, given: dict[str, Any], description: str
) -> None:
    user = await place.somebody()
    assert (await place.api("sendMessage", **({"chat_id": user} | given)))["description"] == description


async def test_an_edit_that_changes_nothing_is_refused(place: Visitor) -> None:
    user = await place.somebody()
    sent = (await place.api("sendMessage", chat_id=user, text="one"))["result"]
    edit = {"chat_id": user, "message_id": sent["message_id"]}
    assert (
        "message is not modified" in (await place.api("editMessageText", text="one", **edit))["description"]
    )
    assert (await place.api("editMessageText", text="two", **edit))["result"]["text"] == "two"
    assert (await place.see(f"/chats/{user}/messages"))[-1]["edited_at"] > 0


async def test_a_button_is_answered_once(place: Visitor) -> None:
    user = await place.somebody()
    keys = {"inline_keyboard": [[{"text": "Done", "callback_data": "done:1"}]]}
    sent = (await place.api("sendMessage", chat_id=user, text="job", reply_markup=keys))["result"]
    path = f"/chats/{user}/messages/{sent['message_id']}/press"
    pressing = asyncio.create_task(place.sim(path, user_id=user, button="Done"))
    await asyncio.sleep(0.05)
    query = (await place.api("getUpdates"))["result"][-1]["callback_query"]
    assert (await place.api("answerCallbackQuery", callback_query_id=query["id"], text="well"))["ok"]
    assert await pressing == {"answer": "well"}
    again = await place.api("answerCallbackQuery", callback_query_id=query["id"])
    assert "query is too old" in again["description"]


async def test_drafts_are_for_private_chats_and_end_with_a_message(place: Visitor) -> None:
    user = await place.somebody()
    group = (await place.sim("/chats", type="group", title="G", user_ids=[user]))["id"]
    assert not (await place.api("sendMessageDraft", chat_id=group, draft_id=1, text="x"))["ok"]
    assert not (await place.api("sendMessageDraft", chat_id=user, draft_id=0, text="x"))["ok"]
    for text in ("a", "a b"):
        await place.api("sendMessageDraft", chat_id=user, draft_id=7, text=text, can_stop=True)
    assert (await place.see(f"/chats/{user}/draft"))["history"] == ["a", "a b"]
    await place.api("sendMessage", chat_id=user, text="a b c")
    assert await place.see(f"/chats/{user}/draft") is None


async def test_privacy_mode_hides_plain_talk_in_groups(place: Visitor) -> None:
    user = await place.somebody()
    group = (await place.sim("/chats", type="group", title="G", user_ids=[user]))["id"]
    for text in ("plain talk", "/tasks", "/tasks@other_bot", "hey @switchboard_bot"):
        await place.sim(f"/chats/{group}/messages", user_id=user, text=text)
    updates = (await place.api("getUpdates"))["result"]
    heard = [update["message"]["text"] for update in updates if "message" in update][1:]
    assert heard == ["/tasks", "hey @switchboard_bot"]


async def test_who_has_not_started_can_not_be_written_to(place: Visitor) -> None:
    await place.api("getMe")
    user = (await place.sim("/users", first_name="Boris"))["id"]
    await place.sim("/chats", type="private", user_ids=[user])
    assert (await place.api("sendMessage", chat_id=user, text="x"))["error_code"] == 403


async def test_an_unknown_method_and_an_ill_formed_token_are_refused(place: Visitor) -> None:
    assert (await place.api("getPizza"))["error_code"] == 404
    async with place.client.get(f"{place.playground.url}/bot12:short/getMe") as response:
        assert response.status == 401


async def test_a_fault_that_was_asked_for_comes_once(place: Visitor) -> None:
    user = await place.somebody()
    await place.sim(
        "/faults", method="sendMessage", error_code=429, description="Too Many Requests", retry_after=3
    )
    assert [fault["method"] for fault in await place.see("/faults")] == ["sendMessage"]
    refused = await place.api("sendMessage", chat_id=user, text="x")
    assert refused["parameters"] == {"retry_after": 3}
    assert await place.see("/faults") == []
    assert (await place.api("sendMessage", chat_id=user, text="x"))["ok"]


async def test_an_answer_may_be_lost_after_the_deed(place: Visitor) -> None:
    user = await place.somebody()
    await place.sim("/faults", method="sendMessage", drop_connection="after")
    with pytest.raises(aiohttp.ClientError):
        await place.api("sendMessage", chat_id=user, text="lost")
    assert (await place.see(f"/chats/{user}/messages"))[-1]["text"] == "lost"


async def test_everything_is_kept_over_a_restart_and_ids_never_repeat(place: Visitor, tmp_path: Path) -> None:
    user = await place.somebody()
    await place.playground.close()
    place.playground = await start_playground(tmp_path, 0)
    assert [m["text"] for m in await place.see(f"/chats/{user}/messages")] == ["/start"]
    (before,) = (await place.api("getUpdates"))["result"]
    await place.sim("/reset")
    another = await place.somebody()
    (after,) = (await place.api("getUpdates"))["result"]
    assert another > user
    assert after["update_id"] > before["update_id"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_other_sites_are_refused(place: Visitor, headers: dict[str, str]) -> None:
    async with place.client.get(f"{place.playground.url}/sim/state", headers=headers) as response:
        assert response.status == 403


async def test_the_simulation_takes_json_only(place: Visitor) -> None:
    async with place.client.post(f"{place.playground.url}/sim/users", data={"first_name": "x"}) as response:
        assert response.status == 415


async def test_the_page_is_served(place: Visitor) -> None:
    async with place.client.get(place.playground.url) as response:
        assert "playground" in await response.text()


def test_a_guess_at_its_options_starts_nothing_and_says_what_sets_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "playground", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "PLAYGROUND_PORT and DATA_DIR" in ended.stderr
