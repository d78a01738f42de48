"""Tools that write: each waits for a person, and the model hears what became of it."""

import json
from typing import Any

import pytest
from pydantic_ai import models
from pydantic_ai.messages import (
    TextPart,
    ToolReturnPart,
)

from crm.proposals import Kind
from crm.proposals.use_cases import CANCELED, OPEN
from crm.turns import Progress
from llm.tools.writes import AT_ONCE
from tests.llm.tools import DONE, House, call

models.ALLOW_MODEL_REQUESTS = False


@pytest.fixture
def house() -> House:
    return House()


WRITES = [
    ("create_task", {"line": "send the invoice tomorrow 15:00"}, Kind.TASK),
    ("create_reminder", {"line": "in 20 minutes tea"}, Kind.REMINDER),
    ("log_call", {"line": "Petrov busy"}, Kind.CALL),
    ("add_contact", {"line": "Anna Petrova"}, Kind.CONTACT),
    ("change_task", {"number": 1, "when": "tomorrow", "priority": "high"}, Kind.CHANGE),
    ("finish_task", {"number": 1}, Kind.DONE),
]


@pytest.mark.parametrize(("name", "arguments", "kind"), WRITES)
async def test_each_write_waits_and_writes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, arguments: dict[str, Any], kind: Kind
) -> None:
    await house.save("call Anna")
    before = house.storage.state
    house.plays(monkeypatch, [TextPart("Look."), call(name, **arguments)])
    answer = await house.asked("do it")
    (proposal,) = answer.proposals
    assert (answer.text, proposal.kind, proposal.key, proposal.ordinal) == ("Look.", kind, "call-0", 0)
    assert house.storage.state == before


@pytest.mark.parametrize(
    ("name", "arguments", "mend"),
    [
        ("create_task", {"line": "tomorrow"}, "What is to be done?"),
        ("create_reminder", {"line": "tea"}, "When shall I remind you?"),
        ("create_task", {"line": "tea @nobody"}, "no @nobody"),
        ("finish_task", {"number": 77}, "no task 77"),
        ("change_task", {"number": 1}, "Say what is to change"),
        ("change_task", {"number": 1, "when": "blue"}, "can't read a date"),
        ("change_task", {"number": 1, "priority": "huge"}, "low"),
        ("create_task", {"lines": []}, "line"),
    ],
)
async def test_bad_arguments_come_back_with_what_to_mend(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, arguments: dict[str, Any], mend: str
) -> None:
    await house.save("call Anna")
    house.plays(monkeypatch, [call(name, **arguments)], DONE)
    answer = await house.asked("do it")
    assert mend in house.returned()
    assert answer.proposals == []


async def test_several_writes_beside_a_read_keep_their_order(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.plays(
        monkeypatch,
        [
            call("create_task", "a", line="tea tomorrow"),
            call("time_now", "b"),
            call("create_task", "c", line="coffee tomorrow"),
        ],
    )
    answer = await house.asked("plan")
    assert [(one.ordinal, one.key) for one in answer.proposals] == [(0, "a"), (1, "c")]
    house.plays(monkeypatch, DONE)
    await house.asked("and?", answer.messages)
    told = {
        part.tool_call_id: str(part.content)
        for message in house.heard[-1]
        for part in message.parts
        if isinstance(part, ToolReturnPart)
    }
    assert told["a"] == told["c"] == OPEN  # a provider takes no call without its answer
    assert "Monday" in told["b"]


async def test_a_model_that_floods_is_stopped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [call("create_task", f"call-{n}", line=f"tea {n} tomorrow") for n in range(AT_ONCE + 5)]
    house.plays(monkeypatch, many, DONE)
    answer = await house.asked("plan")
    assert len(answer.proposals) <= AT_ONCE


async def test_a_model_goes_on_after_the_decision(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.plays(
        monkeypatch,
        [call("create_task", "a", line="tea tomorrow"), call("create_task", "b", line="coffee tomorrow")],
    )
    first = await house.asked("plan")

    async def outcomes(_actor: Any, _conversation: int) -> dict[str, str]:
        return {"a": "It is task #1.", "b": CANCELED}

    monkeypatch.setattr(house.assistants._desk.proposals, "outcomes", outcomes)
    house.plays(monkeypatch, [TextPart("Tea is saved.")])
    answer = await house.asked("", first.messages, resumes_turn_id=6)
    assert answer.text == "Tea is saved."
    told = {
        part.tool_call_id: str(part.content)
        for message in house.heard[-1]
        for part in message.parts
        if isinstance(part, ToolReturnPart)
    }
    assert told == {"a": "It is task #1.", "b": CANCELED}
    house.plays(monkeypatch, DONE)
    await house.asked("thanks", first.messages, answer.messages)
    assert json.dumps(str(house.heard[-1])).count("It is task #1.") == 1


async def test_a_turn_that_another_process_takes_up_asks_for_the_same_cards(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.plays(
        monkeypatch, [call("create_task", "a", line="tea tomorrow"), call("create_task", "b", line="coffee")]
    )
    first = await house.asked("plan")
    house.plays(monkeypatch)  # the model is not asked again
    again = await house.asked("plan", progress=Progress(first.messages))
    assert [(one.ordinal, one.key, one.said) for one in again.proposals] == [
        (one.ordinal, one.key, one.said) for one in first.proposals
    ]
    assert len(first.proposals) == 2
