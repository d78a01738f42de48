"""The playground's webhooks: brought as Telegram brings them, with its secret, its order and its patience."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from playground.server import PLAYGROUND_TOKEN, Playground, start_playground
from playground.webhooks import SECRET

WORD = "word"


class Hook:
    """Where updates are brought to. `answers` are statuses, one after the other, then 200; 0 cuts the connection.
    `held` texts wait."""

    def __init__(self, playground: Playground, client: aiohttp.ClientSession) -> None:
        self.playground, self.client = playground, client
        self.answers: list[int] = []
        self.retry_after: str | None = None
        self.heard: list[str] = []
        self.secrets: set[str | None] = set()
        self.held: dict[str, asyncio.Event] = {}
        self.slept: list[float] = []
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        update = await request.json()
        said = (update.get("message") or update.get("edited_message") or {}).get("text", "")
        self.heard.append(said)
        self.secrets.add(request.headers.get(SECRET))
        if said in self.held:
            await self.held[said].wait()
        status = self.answers.pop(0) if self.answers else 200
        if not status:
            assert request.transport is not None
            request.transport.abort()
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return web.Response(status=status or 200, headers=headers)

    async def no_time(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def api(self, method: str, **given: Any) -> Any:
        url = f"{self.playground.url}/bot{PLAYGROUND_TOKEN}/{method}"
        async with self.client.post(url, json=given) as response:
            answer = await response.json()
            return answer.get("result", answer)

    async def sim(self, path: str, **given: Any) -> Any:
        async with self.client.post(f"{self.playground.url}/sim{path}", json=given) as response:
            return await response.json()

    async def somebody(self) -> int:
        user = int((await self.sim("/users", first_name="Anna"))["id"])
        await self.sim("/chats", type="private", user_ids=[user])
        return user

    async def say(self, user: int, *texts: str) -> None:
        for text in texts:
            await self.sim(f"/chats/{user}/messages", user_id=user, text=text)

    async def hears(self, *texts: str) -> None:
        async with asyncio.timeout(5):
            while self.heard != list(texts):  # noqa: ASYNC110 - what is brought has no event here
                await asyncio.sleep(0.005)

    async def nothing_waits(self) -> None:
        async with asyncio.timeout(5):
            while (await self.api("getWebhookInfo"))["pending_update_count"]:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)


@pytest_asyncio.fixture
async def hook(tmp_path: Path) -> AsyncIterator[Hook]:
    playground = await start_playground(tmp_path, 0)
    async with aiohttp.ClientSession() as client:
        hook, app = Hook(playground, client), web.Application()
        playground.api.webhooks._sleep = hook.no_time
        app.router.add_post("/telegram", hook.receive)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
        await hook.api("getMe")
        yield hook
        await playground.close()
        await runner.cleanup()


async def test_updates_are_brought_with_the_secret(hook: Hook) -> None:
    assert await hook.api("setWebhook", url=hook.url, secret_token=WORD) is True
    await hook.say(await hook.somebody(), "hello")
    await hook.hears("hello")
    assert hook.secrets == {WORD}
    await hook.nothing_waits()


async def test_what_waited_before_is_brought_too_unless_it_is_dropped(hook: Hook) -> None:
    anna = await hook.somebody()
    await hook.say(anna, "old")
    await hook.api("setWebhook", url=hook.url, drop_pending_updates=True)
    await hook.say(anna, "new")
    await hook.hears("new")
    await hook.api("deleteWebhook")
    await hook.say(anna, "meanwhile")
    await hook.api("setWebhook", url=hook.url)
    await hook.hears("new", "meanwhile")


async def test_a_chat_keeps_its_order_and_holds_up_no_other(hook: Hook) -> None:
    anna, boris = await hook.somebody(), await hook.somebody()
    hook.held["one"] = asyncio.Event()
    await hook.api("setWebhook", url=hook.url)
    await hook.say(anna, "one", "two")
    await hook.hears("one")
    await hook.say(boris, "other")
    await hook.hears("one", "other")
    hook.held["one"].set()
    await hook.hears("one", "other", "two")


@pytest.mark.parametrize("status", [500, 503, 404, 302])
async def test_what_is_not_accepted_comes_again_before_what_follows(hook: Hook, status: int) -> None:
    hook.answers = [status] * 4
    await hook.api("setWebhook", url=hook.url)
    await hook.say(await hook.somebody(), "one", "two")
    await hook.hears("one", "one", "one", "one", "one", "two")
    assert hook.slept == [0.0, 2.0, 4.0, 8.0]  # at once, then twice as long each time


async def test_a_lost_answer_brings_it_again(hook: Hook) -> None:
    hook.answers = [0]
    await hook.api("setWebhook", url=hook.url)
    await hook.say(await hook.somebody(), "one")
    await hook.hears("one", "one")
    assert (await hook.api("getWebhookInfo"))["last_error_message"] == "Webhook connection closed"


async def test_retry_after_is_followed(hook: Hook) -> None:
    hook.answers, hook.retry_after = [503, 503], "7"
    await hook.api("setWebhook", url=hook.url)
    await hook.say(await hook.somebody(), "one")
    await hook.hears("one", "one", "one")
    assert hook.slept == [7.0, 7.0]


async def test_the_info_tells_all(hook: Hook) -> None:
    hook.answers = [503]
    kinds = ["message", "callback_query"]
    await hook.api("setWebhook", url=hook.url, max_connections=7, allowed_updates=kinds)
    hook.held["one"] = asyncio.Event()
    await hook.say(await hook.somebody(), "one")
    await hook.hears("one")
    info = await hook.api("getWebhookInfo")
    assert (info["url"], info["max_connections"], info["allowed_updates"]) == (hook.url, 7, kinds)
    assert info["pending_update_count"] == 1
    hook.held["one"].set()
    await hook.nothing_waits()
    info = await hook.api("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
    assert info["last_error_date"] > 0
    await hook.api("deleteWebhook")
    info = await hook.api("getWebhookInfo")
    assert info == {"url": "", "has_custom_certificate": False, "pending_update_count": 0}


async def test_no_more_at_once_than_was_asked_for(hook: Hook) -> None:
    people = [await hook.somebody() for _ in range(3)]
    hook.held = {"hello": asyncio.Event()}
    await hook.api("setWebhook", url=hook.url, max_connections=2)
    for person in people:
        await hook.say(person, "hello")
    await hook.hears("hello", "hello")
    hook.held["hello"].set()
    await hook.hears("hello", "hello", "hello")


async def test_polling_ends_where_a_webhook_begins(hook: Hook) -> None:
    polling = asyncio.create_task(hook.api("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await hook.api("setWebhook", url=hook.url)
    assert (await polling)["error_code"] == 409
    assert (await hook.api("getUpdates"))["error_code"] == 409


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "http://bot.example.org/x"}, "An HTTPS URL must be provided"),
        ({"url": "https://bot.example.org:8000/x"}, "only on ports 80, 88, 443 or 8443"),
        ({"url": "https://bot.example.org/x", "secret_token": "не то"}, "unallowed characters"),
    ],
)
async def test_it_is_refused_in_telegrams_words(hook: Hook, given: dict[str, str], words: str) -> None:
    assert words in (await hook.api("setWebhook", **given))["description"]


async def test_nothing_leaves_this_machine(hook: Hook) -> None:
    await hook.api("setWebhook", url="https://bot.example.org/telegram")
    await hook.say(await hook.somebody(), "one")
    async with asyncio.timeout(5):
        while "last_error_message" not in (info := await hook.api("getWebhookInfo")):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)
    assert info["last_error_message"] == "Connection refused"
    assert info["pending_update_count"] == 1


async def test_some_come_again_when_asked_for(hook: Hook) -> None:
    class Dice:
        def random(self) -> float:
            return 0.0

    hook.playground.api.webhooks._dice = Dice()  # type: ignore[assignment]  # always the same throw
    await hook.sim("/settings", redeliver=True)
    await hook.api("setWebhook", url=hook.url)
    await hook.say(await hook.somebody(), "one")
    await hook.hears("one", "one")


async def test_a_reset_leaves_nothing_to_bring(hook: Hook) -> None:
    hook.answers = [500]
    hook.held["one"] = asyncio.Event()
    await hook.api("setWebhook", url=hook.url)
    await hook.say(await hook.somebody(), "one")
    await hook.hears("one")
    await hook.sim("/reset")
    hook.held["one"].set()
    await hook.say(await hook.somebody(), "two")
    await hook.hears("one", "two")


def texts(updates: Sequence[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_what_no_webhook_took_is_there_for_polling(hook: Hook) -> None:
    hook.answers = [500] * 1000
    await hook.api("setWebhook", url=hook.url)
    await hook.say(await hook.somebody(), "one")
    async with asyncio.timeout(5):
        while not hook.slept:  # noqa: ASYNC110 - a refusal has no event here
            await asyncio.sleep(0.005)
    await hook.api("deleteWebhook")
    assert texts(await hook.api("getUpdates")) == ["one"]
