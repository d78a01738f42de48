"""Tools: an assistant with all of them, whose model plays what a test writes down."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel

from crm.answers import Answer
from crm.tasks import Tasks
from crm.turns import ModelAnswer, Turn
from llm.assistants import Assistants
from llm.models import ModelConfig
from llm.tools import TOOLS
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

PHONE, MAIL = "+79991234567", "anna@example.org"
Step = Callable[[list[ModelMessage]], Sequence[Any]]


def call(name: str, key: str = "call-0", **arguments: Any) -> ToolCallPart:
    return ToolCallPart(name, arguments, tool_call_id=key)


class House:
    """An assistant with every tool, whose model plays what a test writes down, one response after the other."""

    def __init__(self) -> None:
        self.storage = FakeStorage()
        self.agent = an_agent("assistant", tools=tuple(TOOLS))
        self.storage.state.agents[:] = [self.agent]
        self.actor = an_actor()
        self.storage.seat(self.actor)
        self.assistants = Assistants(
            FakeDirectory(self.storage), a_desk(self.storage), ModelConfig(), FakeClock()
        )
        self.heard: list[list[ModelMessage]] = []
        self.offered: set[str] = set()
        self.steps: list[Sequence[Any]] = []

    def plays(self, monkeypatch: pytest.MonkeyPatch, *steps: Sequence[Any]) -> None:
        self.steps = list(steps)

        def speak(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
            self.heard.append(list(messages))
            self.offered = {tool.name for tool in info.function_tools}
            return ModelResponse(parts=list(self.steps.pop(0)))

        monkeypatch.setattr(self.assistants, "_model", lambda _agent, _actor: FunctionModel(speak))

    async def asked(self, text: str, *history: Any, **more: Any) -> ModelAnswer:
        turn = Turn(7, 3, "lease", 1, self.agent.id, self.actor, None, 5, text, MONDAY)
        return await self.assistants.answer(replace(turn, **more), history, FakeListener(wants_text=False))

    def returned(self) -> str:
        """What the last tool told the model."""
        parts = [part for message in self.heard[-1] for part in message.parts]
        told = [part for part in parts if isinstance(part, ToolReturnPart)]
        return str(told[-1].content)

    async def save(self, *lines: str) -> None:
        for number, line in enumerate(lines, 1):
            await Tasks(self.storage).create(self.actor, an_arrival(number), line, lambda _saved: Answer())


DONE = [TextPart("Here it is.")]
