"""Turns with a model that takes its time: drafts, Stop, kill -9, an outage, and assistants changed meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from tests.databases import Database
from tests.documents import words_of
from tests.flows.stage import Person, Stage, free_port, staged
from tests.model_server import ModelServer, Reply, model_server
from tests.nursery import bot
from tests.valkeys import running_valkey, url_of


@pytest_asyncio.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as one:
        yield one


@pytest_asyncio.fixture(scope="module")
async def talking(
    rows: Database, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """A bot with a remote model and a Redis."""
    with running_valkey() as valkey:
        told = {"MODEL": "openai:stub", "MODEL_BASE_URL": model.url, "REDIS_URL": url_of(valkey)}
        async with staged(tmp_path_factory.mktemp("turns"), rows.owner_url, **told) as one:
            yield one


async def the_turn(rows: Database, text: str) -> Any:
    found = await rows.fetch(
        "SELECT t.*, a.slug FROM turns t JOIN conversations c ON c.id = t.conversation_id"
        " JOIN agents a ON a.id = c.agent_id WHERE t.user_text = $1 ORDER BY t.id DESC LIMIT 1",
        text,
    )
    return found[0]


async def the_draft(stage: Stage, person: Person, words: str = "Let me see.") -> Any:
    """What is being streamed, as soon as it begins so."""
    async with asyncio.timeout(20):
        while True:
            draft = await stage.get(f"/sim/chats/{person.id}/draft")
            if draft is not None and draft["text"].startswith(words):
                return draft
            await asyncio.sleep(0.05)


async def command(stage: Stage, *words: str) -> str:
    """`python -m bot` beside the running bot; what it printed, both outputs."""
    ended = await bot(*words, environment=stage.environment)
    assert ended.code == 0, ended.printed
    return ended.printed


async def test_the_turn_keeps_the_answer_the_model_and_the_reason(talking: Stage, rows: Database) -> None:
    anna = await talking.person("Anna")
    answer = await anna.asks("how do I handle the objection", "Point 2")
    await talking.until(lambda: rows.count("turns WHERE state = 'done'"), 1)
    turn = await the_turn(rows, "how do I handle the objection")
    assert (turn["state"], turn["slug"], turn["reason"], turn["model"]) == ("done", "coach", "rule", "stub")
    assert turn["answer"].startswith("Let me see. Point 0.")
    assert turn["telegram_message_id"] == answer["message_id"]
    assert turn["attempts"] == 1
    assert '"input_tokens": 11' in turn["usage"]
    assert "Point 2" in turn["messages"]


async def test_a_stopped_draft_is_kept_as_a_message_with_its_cost(
    talking: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await talking.person("Anna")
    model.hold()
    await anna.say("tell me a long story")
    draft = await the_draft(talking, anna)
    await talking.post(f"/sim/chats/{anna.id}/drafts/{draft['draft_id']}/stop", {"user_id": anna.id})
    kept = await anna.hears("Let me see")
    assert kept["text"].splitlines()[0] == "Let me see."
    await talking.until(lambda: rows.count("turns WHERE state = 'stopped'"), 1)
    assert model.left_at  # the provider's connection is closed, nothing more is paid for
    model.go.set()
    await anna.asks("and now a short one", "Point 2")  # the conversation goes on
    assert '"content": "Let me see. ' in str(model.asked[-1]).replace("'", '"')  # and knows what was said
    stopped = await the_turn(rows, "tell me a long story")
    assert stopped["answer"] == "Let me see. "
    assert json.loads(stopped["usage"])["output_tokens"] > 0


async def test_stop_as_a_word_ends_it_too_and_says_so(talking: Stage, model: ModelServer) -> None:
    anna = await talking.person("Anna", "ru")
    model.hold()
    await anna.say("расскажи длинную историю")
    await the_draft(talking, anna)
    await anna.say("/стоп")
    said = {(await anna.hears("."))["text"].splitlines()[0] for _ in range(2)}
    assert said == {"Остановлено.", "Let me see."}
    await anna.asks("стоп", "Останавливать нечего")
    model.go.set()


async def test_what_is_written_meanwhile_is_answered_together(
    talking: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await talking.person("Anna")
    model.hold()
    await anna.say("first of all")
    await the_draft(talking, anna)
    for text in ("and also this", "and this as well"):
        await anna.say(text)
    await talking.until(lambda: rows.count("turns WHERE state = 'queued'"), 2)
    model.go.set()
    await anna.hears("Point 2")
    await anna.hears("Point 2")
    assert "and also this\nand this as well" in str(model.asked[-1]["messages"][-1]["content"])
    assert (await the_turn(rows, "and this as well"))["state"] == "joined"
    assert await rows.count("handled_updates WHERE answered_at IS NULL AND answer IS NOT NULL") == 0


async def test_drafts_only_grow_and_are_at_most_one_a_second(talking: Stage, model: ModelServer) -> None:
    anna = await talking.person("Anna")
    model.replies.append(Reply("word " * 30, pause=0.08))
    await anna.asks("tell me a story", "word")
    calls = [
        call
        for call in await talking.calls("sendMessageDraft")
        if call["parameters"]["chat_id"] == anna.id or call["parameters"]["chat_id"] == str(anna.id)
    ]
    texts = [str(call["parameters"].get("text") or "") for call in calls]
    assert len(texts) >= 2
    assert all(after.startswith(before) for before, after in pairwise(texts))
    assert all(later["at"] - before["at"] > 0.9 for before, later in pairwise(calls))


async def test_a_command_does_not_wait_for_a_slow_model(talking: Stage, model: ModelServer) -> None:
    anna = await talking.person("Anna")
    model.hold()
    await anna.say("think about it slowly")
    await the_draft(talking, anna)
    await anna.asks("/task buy paper", "#1 buy paper")
    model.go.set()
    await anna.hears("Point 2")


async def test_phones_stay_here_and_come_back_in_the_answer(talking: Stage, model: ModelServer) -> None:
    anna = await talking.person("Anna")
    await anna.asks("write to +7 999 123-45-67 please", "Point 2")
    assert "123-45-67" not in str(model.asked[-1])
    assert "⟦0⟧" in str(model.asked[-1])


@pytest.mark.executes(
    ".venv/bin/python -m bot agents export my-agents.yaml",
    ".venv/bin/python -m bot agents import my-agents.yaml",
)
async def test_an_assistant_changed_by_the_command_line_answers_at_once(
    talking: Stage, rows: Database, tmp_path: Path
) -> None:
    anna = await talking.person("Anna")
    await anna.asks("watering the ficus", "Point 2")
    assert (await the_turn(rows, "watering the ficus"))["slug"] == "assistant"
    file = tmp_path / "my-agents.yaml"
    put_in = words_of(".venv/bin/python -m bot agents import my-agents.yaml", {file.name: str(file)})
    take_out = words_of(".venv/bin/python -m bot agents export my-agents.yaml", {file.name: str(file)})
    assert f"4 assistants: {file}" in await command(talking, *take_out)
    registry = yaml.safe_load(file.read_text())
    assert {one["slug"] for one in registry["agents"]} == {"assistant", "coach", "copywriter", "analyst"}
    assert "0 of 4 new or changed" in await command(talking, *put_in)
    registry["agents"][2]["rules"]["keywords"].append("ficus")
    file.write_text(yaml.safe_dump(registry, allow_unicode=True))
    assert "1 of 4 new or changed" in await command(talking, *put_in)
    boris = await talking.person("Boris")
    await boris.asks("watering the ficus", "Point 2")
    await anna.asks("/start", "language")
    assert (await the_turn(rows, "watering the ficus"))["slug"] == "copywriter"
    await anna.asks("what of the ficus", "Point 2")  # her team's assistants were looked up before the change
    assert (await the_turn(rows, "what of the ficus"))["slug"] == "copywriter"


async def test_kill_9_while_a_turn_runs_and_a_reminder_falls_due_loses_neither(
    talking: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await talking.person("Anna")
    await anna.asks("/remind in 3 hours call the bank", "I will remind you")
    model.hold()
    await anna.say("what should I say there")
    await the_draft(talking, anna)
    talking.kill()
    model.go.set()
    # time that passes while the bot is down, told to the rows: the lease runs out, the reminder falls due
    await rows.fetch("UPDATE turns SET lease_until = now() WHERE state = 'running'")
    await rows.fetch("UPDATE reminder_deliveries SET due_at = now() - interval '5 minutes'")
    await rows.fetch("UPDATE installation SET alive_at = now() - interval '6 minutes'")
    await talking.start()
    await talking.until(
        lambda: rows.count("turns WHERE state NOT IN ('done', 'canceled', 'stopped', 'joined')"), 0
    )
    await talking.until(lambda: rows.count("reminder_deliveries WHERE state = 'sent'"), 1)
    said = [str(one["text"]) for one in await talking.messages(anna.id) if one["from"] == talking.bot_id]
    assert sum("Point 2" in text for text in said) == 1
    [late] = [text for text in said if text.startswith("⏰")]
    assert late.splitlines() == ["⏰ call the bank", "5 minutes late: the bot was not running"]
    turn = await the_turn(rows, "what should I say there")
    assert (turn["state"], turn["attempts"]) == ("done", 2)
    [delivery] = await rows.fetch("SELECT late_seconds FROM reminder_deliveries")
    assert 300 <= delivery[0] < 420


async def test_a_second_process_on_the_token_ends_with_one_line(talking: Stage) -> None:
    anna = await talking.person("Anna")
    await anna.asks("/start", "language")
    ended = await bot("run", environment=talking.environment | {"HTTP_PORT": str(free_port())})
    assert ended.code == 1
    *logged, last = ended.complained.splitlines()
    assert last.startswith("BOT_TOKEN: another process already answers for this bot")
    assert all("another_process_asks" in line for line in logged)
    await anna.asks("/task the first goes on", "the first goes on")
