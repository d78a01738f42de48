"""Assistants: the shipped file, the offline model over the same tools, and what a provider gets to see."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from pydantic_ai import models
from pydantic_ai.messages import ModelMessage, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from crm.agents import AgentDirectory
from crm.agents.files import BrokenRegistry
from crm.answers import Answer
from crm.conversations import Turn
from crm.people import ChatKind
from crm.tasks import Tasks
from llm.assistants import Assistants
from llm.masking import Mask
from llm.models import ModelConfig, ModelConfigError, build_model
from llm.registry import dump, load
from tests.fakes import (
    MONDAY,
    FakeClock,
    FakeDirectory,
    FakeListener,
    FakeStorage,
    an_actor,
    an_agent,
    an_arrival,
)
from tests.llm.desks import a_desk

models.ALLOW_MODEL_REQUESTS = False
FILE = Path(__file__).parent.parent.parent / "agents.yaml"


def test_four_assistants_ship_in_both_languages_and_survive_a_round_trip() -> None:
    specs = load(FILE.read_text(encoding="utf-8"))
    assert [spec.slug for spec in specs] == ["assistant", "coach", "copywriter", "analyst"]
    for spec in specs:
        for texts in (spec.names, spec.descriptions, spec.instructions):
            assert set(texts) == {"en", "ru"}
    assert load(dump(specs)) == specs


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("agents: [", "line"),
        ("agents: []", "agents"),
        (
            "agents: [{slug: A b, names: {en: x}, descriptions: {en: x}, instructions: {en: x}}]",
            "agents.0.slug",
        ),
        (
            "agents: [{slug: ab, names: {en: x}, descriptions: {en: x}, instructions: {en: x}, tools: [fly]}]",
            "fly",
        ),
    ],
)
def test_each_fault_of_the_file_is_named(text: str, fault: str) -> None:
    with pytest.raises(BrokenRegistry, match=fault):
        load(text)


def test_a_placeholder_cut_in_half_waits() -> None:
    mask = Mask()
    hidden = mask.hide("call +79991234567")
    assert mask.restore_partial(hidden[:-1]) == "call "
    assert mask.restore_partial(hidden) == "call +79991234567"


def a_turn(text: str, language: str = "en") -> Turn:
    actor = an_actor(language=language)
    return Turn(1, 1, "lease", 1, an_agent("assistant").id, actor, None, 5, text, MONDAY)


def assistants(storage: FakeStorage, config: ModelConfig | None = None) -> Assistants:
    agent = an_agent("assistant", tools=("my_tasks", "latest_calls"))
    storage.state.agents[:] = [agent]
    directory: AgentDirectory = FakeDirectory(storage)
    return Assistants(directory, a_desk(storage), config or ModelConfig(), FakeClock())


async def test_offline_it_says_so_and_streams() -> None:
    ear = FakeListener()
    answer = await assistants(FakeStorage()).answer(a_turn("how are you"), [], ear)
    assert "offline" in answer.text
    assert ear.shown[-1] == answer.text
    assert len(ear.shown) > 3


async def test_words_before_a_tool_call_are_shown_and_are_not_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As most models speak: «let me look», a look, and only then the answer."""

    async def speak(messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        if any(isinstance(part, ToolReturnPart) for part in messages[-1].parts):
            for word in ("There is ", "nothing."):
                yield word
            return
        yield "Let me look. "
        yield {1: DeltaToolCall(name="my_tasks", json_args="{}", tool_call_id="1")}

    ear = FakeListener()
    own = assistants(FakeStorage())
    monkeypatch.setattr(own, "_model", lambda _agent, _actor: FunctionModel(stream_function=speak))
    answer = await own.answer(a_turn("my tasks"), [], ear)
    assert answer.text == "There is nothing."
    assert ear.shown == ["Let me look. ", "Let me look. \n\nThere is ", "Let me look. \n\nThere is nothing."]
    assert "Let me look." in str(answer.messages)  # the next turn knows all of it


async def test_offline_it_looks_up_tasks_with_the_same_tool_in_the_persons_language() -> None:
    storage = FakeStorage()
    await Tasks(storage).create(
        an_actor(), an_arrival(1), "отправить счёт", lambda saved: Answer(saved[0].title)
    )
    answer = await assistants(storage).answer(
        a_turn("какие у меня задачи", "ru"), [], FakeListener(wants_text=False)
    )
    assert answer.text == "Ваши открытые задачи:\n#1 отправить счёт"


async def test_offline_it_repeats_no_address_of_its_own_in_the_card_it_offers() -> None:
    turn = a_turn("@Switchboard_bot, завтра в 12 обзвонить клиентов", "ru")
    answer = await assistants(FakeStorage()).answer(turn, [], FakeListener(wants_text=False))
    assert [one.said for one in answer.proposals] == [{"line": "завтра в 12 обзвонить клиентов"}]
    assert not re.search("[a-z]", answer.text)  # no English word in a Russian answer


async def test_earlier_turns_are_remembered_in_what_is_stored() -> None:
    own = assistants(FakeStorage())
    first = await own.answer(a_turn("call +79991234567"), [], FakeListener(wants_text=False))
    assert "+79991234567" in str(first.messages)
    second = await own.answer(a_turn("and now"), [first.messages], FakeListener(wants_text=False))
    assert "offline" in second.text


@pytest.fixture
async def provider() -> AsyncIterator[tuple[str, list[str]]]:
    """An OpenAI-compatible server on this machine that fails once, then answers; and what it was sent."""
    heard: list[str] = []

    async def complete(request: web.Request) -> web.Response:
        heard.append(await request.text())
        if len(heard) == 1:
            return web.json_response({"error": {"message": "down"}}, status=500)
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Call ⟦0⟧."},
        }
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return web.json_response(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [choice],
                "usage": usage,
            }
        )

    app = web.Application()
    app.add_routes([web.post("/v1/chat/completions", complete)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1", heard
    await runner.cleanup()


async def test_a_provider_sees_no_phone_and_its_fault_goes_to_the_fallback(
    provider: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, heard = provider
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
    config = ModelConfig(model="openai:one", fallbacks=("openai:two",), base_url=url)
    own = assistants(FakeStorage(), config)
    answer = await own.answer(a_turn("whom? +7 999 123-45-67"), [], FakeListener(wants_text=False))
    await own.close()
    assert answer.text == "Call +7 999 123-45-67."
    assert len(heard) == 2
    assert "999" not in "".join(heard)


async def test_in_a_group_a_provider_is_told_who_speaks(
    provider: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, heard = provider
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
    own = assistants(FakeStorage(), ModelConfig(model="openai:one", fallbacks=("openai:two",), base_url=url))
    for kind in (ChatKind.GROUP, ChatKind.PRIVATE):
        turn = a_turn("who is next?")
        await own.answer(
            replace(turn, actor=replace(turn.actor, chat_kind=kind)), [], FakeListener(wants_text=False)
        )
    await own.close()
    assert "Anna: who is next?" in heard[1]
    assert "Anna" not in heard[2]


def test_a_model_without_its_key_is_one_line_with_the_variable() -> None:
    with pytest.raises(ModelConfigError, match=r"^OPENAI_API_KEY: "):
        build_model(ModelConfig(model="openai:gpt-5-mini"))


@pytest.mark.parametrize("name", ["nobody:knows", "openai:gpt-5-mini"])
def test_a_model_that_can_not_be_had_is_said_before_anybody_asks(name: str) -> None:
    with pytest.raises(ModelConfigError, match=r"^[A-Z_]+: "):
        assistants(FakeStorage(), ModelConfig(model=name)).prepare()
    assistants(FakeStorage()).prepare()  # offline there is nothing to build


async def test_built_agents_are_kept_by_version_and_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llm.assistants.BUILT", 3)
    own, agent, actor = assistants(FakeStorage()), an_agent("assistant"), an_actor()
    first = own._build(agent, actor)
    for version in range(2, 4):
        assert own._build(replace(agent, version=version), actor) is not first
    assert own._build(agent, actor) is first
    own._build(replace(agent, version=4), actor)
    assert [key[1] for key in own._built] == [3, 1, 4]  # the one not asked for longest is gone
