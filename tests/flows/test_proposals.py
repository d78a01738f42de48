"""Cards of assistants from end to end: a model asks, the person presses, a kill comes in between."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.databases import Database
from tests.flows.stage import Person, Stage, staged
from tests.model_server import ModelServer, Reply, ToolCall, model_server


@pytest_asyncio.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as one:
        yield one


@pytest_asyncio.fixture(scope="module")
async def talking(
    rows: Database, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    told = {"MODEL": "openai:stub", "MODEL_BASE_URL": model.url}
    async with staged(tmp_path_factory.mktemp("proposals"), rows.owner_url, **told) as one:
        yield one


@pytest.fixture(autouse=True)
def forgetful(model: ModelServer) -> None:
    model.forget()


def proposes(model: ModelServer, line: str, key: str) -> None:
    """The model asks for a task, and says a word once it hears what became of it."""
    model.replies.append(Reply("Let me note that.", [ToolCall("create_task", {"line": line}, key)]))
    model.reply = Reply("It is noted. ")


async def titles(rows: Database) -> list[str]:
    return [row[0] for row in await rows.fetch("SELECT title FROM crm_tasks ORDER BY id")]


async def test_a_task_waits_for_its_card_and_the_model_hears_the_outcome(
    talking: Stage, model: ModelServer, rows: Database
) -> None:
    anna: Person = await talking.person("Anna")
    proposes(model, "water the ferns tomorrow 15:00", "ferns")
    await anna.say("what about the ferns, please?")
    await anna.hears("Let me note that")
    card = await anna.hears("Check and save")
    assert "water the ferns" in card["text"]
    assert await titles(rows) == []
    await anna.press(card, "Confirm")
    await anna.hears("It is noted")
    assert await titles(rows) == ["water the ferns"]
    told = [one for one in model.asked[-1]["messages"] if one["role"] == "tool"]
    assert "The person pressed Confirm. It is task #" in str(told[-1]["content"])
    page = await anna.asks("/history", "History")
    assert "assistant Assistant for Anna" in page["text"]
    await anna.asks("/undo", "Taken back")


async def test_a_card_outlives_a_kill_and_is_pressed_then(
    talking: Stage, model: ModelServer, rows: Database
) -> None:
    boris: Person = await talking.person("Boris")
    proposes(model, "water the moss tomorrow", "moss")
    await boris.say("what about the moss, please?")
    card = await boris.hears("Check and save")
    talking.kill()
    await talking.start()
    await boris.press(card, "Confirm")
    await boris.hears(
        "It is noted", patience=60
    )  # the turn that was killed before it was marked waits for its lease
    found: Any = await rows.fetch("SELECT count(*) FROM crm_tasks WHERE title = 'water the moss'")
    assert found[0][0] == 1
    cards: Any = await rows.fetch("SELECT count(*) FROM proposals WHERE call_key = 'moss'")
    assert cards[0][0] == 1


async def test_a_model_that_is_gone_is_not_needed_to_save_a_card(
    talking: Stage, model: ModelServer, rows: Database
) -> None:
    clara: Person = await talking.person("Clara")
    proposes(model, "water the ivy tomorrow", "ivy")
    await clara.say("what about the ivy, please?")
    card = await clara.hears("Check and save")
    model.reply = Reply(status=500)
    await clara.press(card, "Confirm")
    found: Any = await rows.fetch("SELECT count(*) FROM crm_tasks WHERE title = 'water the ivy'")
    assert found[0][0] == 1
    await clara.hears("could not answer")


async def test_in_a_group_somebody_else_reads_a_sentence_and_nobody_a_phone(
    talking: Stage, model: ModelServer, rows: Database
) -> None:
    dora, emil = await talking.person("Dora"), await talking.person("Emil")
    group = await talking.group("Sales", [dora, emil])
    proposes(model, "call +7 999 123-45-67 tomorrow", "phone")
    await dora.say("@switchboard_bot what about that number, please?", chat_id=group)
    card = await dora.hears("Check and save", chat_id=group)
    assert "999" not in card["text"]
    said = await emil.press(card, "Confirm", chat_id=group)
    assert said is not None
    assert "waits for whoever asked" in said
    found: Any = await rows.fetch(
        "SELECT count(*) FROM proposals WHERE state <> 'open' AND call_key = 'phone'"
    )
    assert found[0][0] == 0
