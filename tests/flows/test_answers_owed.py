"""Answers owed: whatever the update was, kill -9 between its commit and its answer leaves one effect and one answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.databases import Database
from tests.flows.stage import Person, Stage, staged

OWED = (
    "handled_updates WHERE handled_at IS NOT NULL AND answered_at IS NULL AND jsonb_typeof(answer) = 'object'"
)


@pytest_asyncio.fixture(scope="module")
async def owing(rows: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("owed"), rows.owner_url) as one:
        yield one


class Cut:
    """Telegram holds back the answer of `method`, the effect is committed, and the process is killed."""

    def __init__(self, stage: Stage, rows: Database) -> None:
        self.stage = stage
        self.rows = rows

    async def hold(self, method: str) -> None:
        await self.stage.until(lambda: self.rows.count(OWED), 0)  # what came before is written down as sent
        fault = {"method": method, "delay": 30, "error_code": 500, "count": 1}
        await self.stage.post("/sim/faults", fault)

    async def kill_and_start(self) -> None:
        await self.stage.until(lambda: self.rows.count(OWED), 1)
        await self.stage.held()
        self.stage.kill()
        await self.stage.start()
        await self.stage.until(lambda: self.rows.count(OWED), 0)


@pytest.fixture
def cut(owing: Stage, rows: Database) -> Cut:
    return Cut(owing, rows)


async def test_a_message(owing: Stage, rows: Database, cut: Cut) -> None:
    anna = await owing.person("Anna")
    await anna.asks("/start", "language")
    await cut.hold("sendMessage")
    await anna.say("/task outlive the message")
    await cut.kill_and_start()
    await anna.hears("outlive the message")
    assert await rows.count("crm_tasks WHERE title = 'outlive the message'") == 1
    assert await said(owing, anna.id, "outlive the message") == 1


async def test_a_pressed_button(owing: Stage, rows: Database, cut: Cut) -> None:
    anna = await owing.person("Anna")
    card = await anna.asks("/task outlive the button", "outlive the button")
    await cut.hold("answerCallbackQuery")
    pressing = asyncio.create_task(anna.press(card, "Done"))
    await cut.kill_and_start()
    await pressing  # the person's client may have given up waiting for the line over the button
    assert await rows.count("crm_tasks WHERE title = 'outlive the button' AND status = 'completed'") == 1
    [after] = [one for one in await owing.messages(anna.id) if one["message_id"] == card["message_id"]]
    assert after["text"].startswith("✓")
    done = "activity_logs WHERE action = 'completed' AND entity = 'task'"
    assert await rows.count(done) == 1


async def test_an_edited_message(owing: Stage, rows: Database, cut: Cut) -> None:
    anna = await owing.person("Anna")
    said_id = await anna.say("tomorrow at 10 outlive the edit")
    await anna.hears("outlive the edit")
    before = await rows.count("activity_logs")
    await cut.hold("sendMessage")
    path = f"{owing.url}/sim/chats/{anna.id}/messages/{said_id}"
    edit = {"user_id": anna.id, "text": "tomorrow at 11 outlive this edit"}
    async with owing.client.patch(path, json=edit) as response:
        assert response.status == 200
    await cut.kill_and_start()
    await anna.hears("outlive this edit")
    assert await rows.count("crm_tasks WHERE title = 'outlive this edit'") == 1
    assert await rows.count("activity_logs") == before + 1


async def test_an_inline_task(owing: Stage, rows: Database, cut: Cut) -> None:
    anna = await owing.person("Anna")
    await anna.asks("/start", "language")
    query: dict[str, Any] = {
        "user_id": anna.id, "query": "task tomorrow outlive the inline", "chat_id": anna.id, "choose": 0,
    }  # fmt: skip
    await owing.post("/sim/inline", query)
    offered = [one for one in await owing.messages(anna.id) if "outlive the inline" in str(one.get("text"))][
        -1
    ]
    await cut.hold("answerCallbackQuery")
    pressing = asyncio.create_task(anna.press(offered, offered["buttons"][0][0]["text"]))
    await cut.kill_and_start()
    await pressing
    assert await rows.count("crm_tasks WHERE title = 'outlive the inline'") == 1


async def test_an_inline_query_that_was_not_answered_is_answered_after_the_restart(owing: Stage) -> None:
    anna = await owing.person("Anna")
    await anna.asks("/start", "language")
    fault = {"method": "answerInlineQuery", "delay": 30, "error_code": 500, "count": 1}
    await owing.post("/sim/faults", fault)
    asking = asyncio.create_task(
        owing.post("/sim/inline", {"user_id": anna.id, "query": "task tomorrow outlive the query"})
    )
    await owing.held()
    owing.kill()
    await owing.start()

    async def answered() -> int:
        """Answers that were not held back; on a busy machine the person's client may have given up by then."""
        calls = await owing.calls("answerInlineQuery")
        mine = [call for call in calls if "outlive the query" in str(call["parameters"])]
        return sum(call["answer"].get("error_code") != 500 for call in mine)

    await owing.until(answered, 1)
    await asking


async def test_being_added_to_a_group(owing: Stage, rows: Database, cut: Cut) -> None:
    anna = await owing.person("Anna")
    await anna.asks("/start", "language")
    await cut.hold("sendMessage")
    group = await owing.group("Outlive", [anna])
    await cut.kill_and_start()
    greeter = Person(owing, anna.id)
    await greeter.hears(".", chat_id=group)
    assert await rows.count(f"chat_links WHERE telegram_chat_id = {group}") == 1
    greetings = [one for one in await owing.messages(group) if one["from"] == owing.bot_id]
    assert len(greetings) == 1


async def said(stage: Stage, chat_id: int, words: str) -> int:
    """How many messages of the bot have these words."""
    return sum(
        words in str(one.get("text")) for one in await stage.messages(chat_id) if one["from"] == stage.bot_id
    )
