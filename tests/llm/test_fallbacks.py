"""Fallbacks over HTTP: 429, 500, silence and streams that break, always one answer."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic_ai.exceptions import ModelHTTPError

from crm.turns import Turn
from llm.fallbacks import GaveUp
from tests.fakes import MONDAY, FakeListener, an_actor
from tests.llm.houses import House
from tests.model_server import ModelServer, Reply, ToolCall


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize(
    "fault",
    [Reply(status=500), Reply(status=429), Reply(status=404), Reply(hang_after=0), Reply(cut_after=0)],
)
async def test_a_fault_before_the_first_word_goes_to_the_next_model_at_once(
    model: ModelServer, make: Callable[..., House], fault: Reply, streams: bool
) -> None:
    house = make(patience=5.0 if fault.hang_after is None else 0.5)
    model.replies += [fault, Reply("All is well.")]
    answer = await house.ask(streams=streams)
    assert (answer.text, house.asked, house.slept) == ("All is well.", ["first", "second"], [])


@pytest.mark.parametrize(
    "fault", [Reply("One two three.", cut_after=2), Reply("One two three.", hang_after=2)]
)
async def test_a_stream_that_breaks_in_the_middle_is_one_answer_of_the_next_model(
    model: ModelServer, make: Callable[..., House], fault: Reply
) -> None:
    house = make(patience=5.0 if fault.hang_after is None else 0.5)
    model.replies += [fault, Reply("All is well.")]
    answer = await house.ask()
    assert answer.text == "All is well."
    assert "One two " in house.shown  # what was streamed until then
    assert house.shown[-1] == "All is well."
    assert not any("One" in text and "All" in text for text in house.shown)
    assert "One" not in str(answer.messages)


async def test_tools_that_ran_before_a_break_do_not_run_again(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make()
    model.replies += [
        Reply("", [ToolCall("my_tasks")]),
        Reply("One two three.", cut_after=2),
        Reply("Nothing."),
    ]
    assert (await house.ask()).text == "Nothing."
    assert house.asked == ["first", "first", "second"]
    assert sum(message["role"] == "tool" for message in model.asked[2]["messages"]) == 1


async def test_after_the_last_model_all_are_asked_again_after_a_pause(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make()
    model.replies += [Reply(status=500), Reply(status=503), Reply(status=500), Reply("All is well.")]
    assert (await house.ask()).text == "All is well."
    assert (house.asked, house.slept) == (["first", "second"] * 2, [0.5])


async def test_a_pause_that_a_provider_demands_is_kept(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make(fallbacks=())
    model.replies += [Reply(status=429, retry_after=7), Reply("All is well.")]
    assert (await house.ask()).text == "All is well."
    assert house.slept == [7.0]


async def test_a_pause_longer_than_anybody_waits_ends_it(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make(fallbacks=())
    model.reply = Reply(status=429, retry_after=3600)
    with pytest.raises(GaveUp):
        await house.ask()
    assert (house.asked, house.slept) == (["first"], [])


async def test_it_ends_after_three_rounds_and_the_client_repeats_nothing_by_itself(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make(fallbacks=())
    model.reply = Reply(status=500)
    with pytest.raises(GaveUp):
        await house.ask()
    assert (house.asked, house.slept) == (["first"] * 3, [0.5, 1.0])
    assert [micros for *_rest, micros in house.ledger] == [0, 0, 0]


async def test_a_key_that_is_refused_is_not_tried_again(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make(fallbacks=())
    model.reply = Reply(status=401)
    with pytest.raises(ModelHTTPError):
        await house.ask()
    assert house.asked == ["first"]


async def test_an_agents_own_models_are_asked_before_the_bots_fallbacks(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make(model="openai:own", fallback_models=("openai:spare", "nobody:knows"))
    model.replies += [Reply(status=500), Reply(status=500), Reply("All is well.")]
    assert (await house.ask()).text == "All is well."
    assert house.asked == ["own", "spare", "second"]


async def test_an_agents_settings_reach_the_model(model: ModelServer, make: Callable[..., House]) -> None:
    house = make(settings={"temperature": 0.1, "max_tokens": 77, "vision": True})
    await house.ask()
    assert model.asked[0]["temperature"] == 0.1
    assert 77 in (model.asked[0].get("max_tokens"), model.asked[0].get("max_completion_tokens"))


@pytest.mark.parametrize("streams", [True, False])
async def test_a_run_that_ends_in_a_card_comes_from_the_next_model_too_and_is_settled(
    model: ModelServer, make: Callable[..., House], streams: bool
) -> None:
    house = make()
    card = Reply("Let me note it.", [ToolCall("create_task", {"line": "water the ferns tomorrow"}, "ferns")])
    model.replies += [Reply(status=500), card]
    answer = await house.ask(streams=streams)
    assert [(one.key, one.said) for one in answer.proposals] == [
        ("ferns", {"line": "water the ferns tomorrow"})
    ]
    assert (answer.text, house.asked) == ("Let me note it.", ["first", "second"])
    assert house.ledger == [("first", 0, 0, 0), ("second", 11, 7, 18)]
    assert len(house.storage.state.spends) == len(house.ledger)  # none is left at its estimate


async def test_a_response_is_kept_before_its_tools_run_and_they_before_the_next(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house, listener = make(), FakeListener()
    model.replies += [Reply("One moment.", [ToolCall("my_tasks")]), Reply("Nothing.")]
    turn = Turn(1, 1, "lease", 1, house.agent.id, an_actor(), None, 5, "how are you", MONDAY)
    await house.assistants.answer(turn, [], listener)
    assert [[one["kind"] for one in step.messages] for step in listener.steps] == [
        ["request", "response"],
        ["request", "response", "request"],
    ]
    for step in listener.steps:  # killed after it
        model.forget()
        taken_over = replace(turn, progress=step)
        answer = await house.assistants.answer(taken_over, [], FakeListener())
        assert answer.text.startswith("Let me see.")
        assert [asked["messages"][-1]["role"] for asked in model.asked] == [
            "tool"
        ]  # the first is not asked again
