"""What a provider is given of a history: each call with its answer, each answer with its call."""

from pydantic_ai import ToolApproved
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from crm.proposals.use_cases import OPEN
from llm.asking import closed, decisions

CONFIRMED = {"a": "The person pressed Confirm."}


def asks(*keys: str) -> ModelResponse:
    return ModelResponse(parts=[ToolCallPart("create_task", {}, key) for key in keys])


def hears(*keys: str) -> ModelRequest:
    return ModelRequest(parts=[ToolReturnPart("create_task", "done", key) for key in keys])


def says(text: str) -> ModelRequest:
    return ModelRequest(parts=[UserPromptPart(text)])


def answers(messages: list[ModelMessage]) -> list[tuple[str, str]]:
    return [
        (part.tool_call_id, str(part.content))
        for message in messages
        for part in message.parts
        if isinstance(part, ToolReturnPart)
    ]


def test_what_waits_for_a_person_is_told_of_before_what_was_said_next() -> None:
    told = closed([says("x"), asks("a", "b"), says("and now?")], CONFIRMED)
    assert answers(told) == [("a", CONFIRMED["a"]), ("b", OPEN)]
    assert [type(part) for part in told[2].parts] == [ToolReturnPart, ToolReturnPart, UserPromptPart]
    assert answers(closed([says("x"), asks("a")], {})) == [("a", OPEN)]


def test_an_answer_whose_call_is_gone_goes_too() -> None:
    told = closed([hears("a"), ModelResponse(parts=[TextPart("Noted.")]), says("thanks")], CONFIRMED)
    assert answers(told) == []
    assert len(told) == 2


def test_answers_in_two_messages_are_one_each() -> None:
    told = closed([says("x"), asks("a", "b"), hears("a"), hears("b"), says("y")], {})
    assert answers(told) == [("a", "done"), ("b", "done")]


def test_a_demand_to_mend_arguments_is_the_answer_to_its_call() -> None:
    mend = ToolReturnPart("create_task", "no such task", "a", outcome="retried")
    told = closed([says("x"), asks("a"), ModelRequest(parts=[mend]), asks("b"), hears("b")], {})
    assert [key for key, _said in answers(told)] == ["a", "b"]


def test_what_is_decided_now_stays_open_and_what_was_left_before_does_not() -> None:
    past: list[ModelMessage] = [says("x"), asks("old"), says("y"), asks("r", "a"), hears("r")]
    decided = decisions(past, CONFIRMED)
    assert decided is not None
    assert set(decided.approvals) == {"a"}
    assert isinstance(decided.approvals["a"], ToolApproved)
    told = closed(past, CONFIRMED, but_the_last=True)
    assert answers(told) == [("old", OPEN), ("r", "done")]
