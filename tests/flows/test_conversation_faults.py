"""Conversations in which something breaks: whatever does, each question gets one answer, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from tests.databases import Database
from tests.flows.fleet import fleet_of
from tests.flows.stage import Person, Stage, staged
from tests.model_server import ModelServer, Reply, ToolCall, model_server

WHOLE = "Let me see. Point 0. Point 1. Point 2."
Await = Callable[[], Person]


@pytest_asyncio.fixture(scope="module")
async def provider() -> AsyncIterator[ModelServer]:
    async with model_server() as one:
        yield one


@pytest.fixture
def model(provider: ModelServer) -> ModelServer:
    provider.forget()
    return provider


@pytest_asyncio.fixture(scope="module")
async def stage(
    rows: Database, provider: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    told = {"MODEL": "openai:stub", "MODEL_BASE_URL": provider.url}
    async with staged(tmp_path_factory.mktemp("faults"), rows.owner_url, **told) as one:
        await rows.fetch("""UPDATE agents SET spec = jsonb_set(spec, '{settings}', '{"timeout": 1}')""")
        yield one


async def answers(stage: Stage, person: Person, chat_id: int | None = None) -> list[str]:
    """All that the bot has said, the first lines only."""
    said = [one for one in await stage.messages(chat_id or person.id) if one["from"] == stage.bot_id]
    return [str(one.get("text")).splitlines()[0].strip() for one in said]


async def settled(stage: Stage, rows: Database) -> None:
    await stage.until(lambda: rows.count("turns WHERE state IN ('queued', 'running', 'ready')"), 0)


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=429, retry_after=1),
        Reply(status=500),
        Reply(status=503),
        Reply(cut_after=0),
        Reply(cut_after=4),
        Reply(hang_after=4),
    ],
    ids=["too many", "error", "away", "cut at once", "cut in the middle", "silent"],
)
async def test_a_fault_that_passes_costs_nobody_an_answer(
    stage: Stage, rows: Database, model: ModelServer, fault: Reply
) -> None:
    anna = await stage.person("Anna")
    model.replies.append(fault)
    await anna.asks("tell me a story", "Point 2")
    await settled(stage, rows)
    assert await answers(stage, anna) == [WHOLE]
    assert len(model.asked) == 2


async def test_a_provider_that_stays_away_is_one_apology(
    stage: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await stage.person("Anna")
    model.reply = Reply(status=500)
    await anna.asks("tell me a story", "could not answer.*Reference [0-9A-Z]+")
    await settled(stage, rows)
    assert len(await answers(stage, anna)) == 1
    assert len(model.asked) == 3
    model.reply = Reply()
    await anna.asks("and now", "Point 2")


async def test_garbage_for_a_tool_is_told_to_the_model_which_mends_it(
    stage: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await stage.person("Anna")
    model.replies.append(Reply("One moment. ", [ToolCall("my_tasks", "{nonsense")]))
    await anna.asks("tell me a story", "Point 2")
    await settled(stage, rows)
    assert await answers(stage, anna) == [WHOLE]
    assert model.asked[-1]["messages"][-1]["role"] == "tool"


async def test_told_to_wait_while_streaming_drafts_are_dropped_and_the_answer_comes(
    stage: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await stage.person("Anna")
    model.replies.append(Reply("word " * 12, pause=0.1))
    told = {
        "method": "sendMessageDraft",
        "error_code": 429,
        "description": "Too Many Requests",
        "retry_after": 2,
    }
    await stage.post("/sim/faults", {**told, "count": 1})
    before = len(await stage.calls("sendMessageDraft"))
    await anna.asks("tell me a story", "word")
    await settled(stage, rows)
    assert len(await answers(stage, anna)) == 1
    assert len(await stage.calls("sendMessageDraft")) == before + 1  # the one that was refused


async def test_told_to_wait_for_the_answer_itself_it_waits(
    stage: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await stage.person("Anna")
    told = {"method": "sendMessage", "error_code": 429, "description": "Too Many Requests", "retry_after": 1}
    await stage.post("/sim/faults", {**told, "count": 2})
    await anna.asks("tell me a story", "Point 2")
    await settled(stage, rows)
    assert (await answers(stage, anna), len(model.asked)) == ([WHOLE], 1)


async def test_without_drafts_a_message_grows_and_becomes_the_answer(
    stage: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await stage.person("Anna")
    model.hold()
    refused = {"method": "sendMessageDraft", "error_code": 400, "description": "Bad Request: DRAFTS_OFF"}
    await stage.post("/sim/faults", {**refused, "count": 5})
    await anna.say("tell me a story")
    growing = await anna.hears("Let me see")
    assert growing["buttons"][0][0]["text"] == "Stop"
    model.go.set()
    await settled(stage, rows)
    [message] = [one for one in await stage.messages(anna.id) if one["from"] == stage.bot_id]
    assert (message["message_id"], message["buttons"]) == (growing["message_id"], [])
    assert message["text"].splitlines()[0] == WHOLE
    await stage.post("/sim/faults", {"method": "sendMessageDraft", "error_code": 400, "count": 0})


async def test_entities_that_telegram_refuses_go_without_them(
    stage: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await stage.person("Anna")
    model.replies.append(Reply("This is **bold**."))
    refused = {"method": "sendMessage", "error_code": 400, "description": "Bad Request: can't parse entities"}
    await stage.post("/sim/faults", {**refused, "count": 1})
    message = await anna.asks("tell me a story", "This is bold")
    assert message["entities"] == []


async def test_a_closed_topic_gets_nothing_and_no_other_place_does(
    stage: Stage, rows: Database, model: ModelServer
) -> None:
    anna = await stage.person("Anna")
    group = await stage.group("Forum", [anna], type="supergroup", is_forum=True)
    await anna.asks("/help", "/task tomorrow.*privacy mode", chat_id=group, thread_id=5)
    before = len(await answers(stage, anna, group))
    closed = {"method": "sendMessage", "error_code": 400, "description": "Bad Request: TOPIC_CLOSED"}
    await stage.post("/sim/faults", {**closed, "count": 1})
    await anna.say("@switchboard_bot tell me a story", chat_id=group, thread_id=5)
    await stage.until(lambda: rows.count("turns WHERE reference = 'topic gone'"), 1)
    assert len(await answers(stage, anna, group)) == before
    await anna.asks("@switchboard_bot and of this", "Point 2", chat_id=group, thread_id=6)


async def test_topics_don_t_hear_each_other_and_speakers_keep_their_names(
    stage: Stage, rows: Database, model: ModelServer
) -> None:
    anna, boris = await stage.person("Anna"), await stage.person("Boris")
    await anna.asks("@assistant my secret is blue", "Point 2")
    group = await stage.group("Forum", [anna, boris], type="supergroup", is_forum=True)
    for who, text, thread in ((anna, "the red topic", 5), (boris, "the green topic", 6), (boris, "again", 5)):
        number = await who.say(f"@switchboard_bot {text}", chat_id=group, thread_id=thread)
        message = await who.hears("Point 2", chat_id=group)
        while message.get("reply_to") != number:  # they read what others were answered too
            message = await who.hears("Point 2", chat_id=group)
        assert message["thread_id"] == thread
    heard = str(model.asked[-1]["messages"])
    assert "Anna: @switchboard_bot the red topic" in heard
    assert "Boris: @switchboard_bot again" in heard
    assert "green" not in heard
    assert "blue" not in heard


async def test_kill_9_in_the_middle_and_a_second_replica_goes_on_from_the_last_step(
    own_database: Database, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = {"MODEL": "openai:stub", "MODEL_BASE_URL": model.url}
    folder = tmp_path_factory.mktemp("kill")

    async def asked() -> int:
        return len(model.asked)

    async with fleet_of(2, folder, own_database.owner_url, at_first=1, **told) as fleet:
        dying, living = fleet.replicas
        anna = await fleet.stage.person("Anna")
        await anna.asks("/start", "language")
        model.replies.append(Reply("One moment. ", [ToolCall("my_tasks")]))
        model.reply = Reply(pause=0.2)
        await anna.say("tell me a story")
        await fleet.stage.until(
            lambda: own_database.count("turns WHERE messages::text LIKE '%tool-return%'"), 1
        )
        await fleet.stage.until(asked, 2)  # it streams the rest
        await asyncio.to_thread(dying.kill)
        model.reply = Reply()
        await own_database.fetch("UPDATE turns SET lease_until = now()")  # as if half a minute had passed
        living.spawn()
        await fleet.ready([living])
        await anna.hears("Point 2", patience=60)
        await living.until(lambda: own_database.count("turns WHERE state = 'done'"), 1)
        said = [one for one in await answers(fleet.stage, anna) if "Point 2" in one]
        assert said == [WHOLE]
        roles = [[message["role"] for message in asked["messages"]] for asked in model.asked]
        assert [one.count("tool") for one in roles] == [0, 1, 1]  # the tool ran once
