"""A house with an assistant of two models and its ledger."""

from collections.abc import Callable
from typing import Any

from crm.agents import Agent
from crm.budgets import MICROS
from crm.turns import ModelAnswer, Progress, Turn
from crm.usage import Usage
from llm.assistants import Assistants
from llm.fallbacks import Patience
from llm.models import ModelConfig
from tests.fakes import MONDAY, FakeClock, FakeDirectory, FakeStorage, an_actor, an_agent
from tests.llm.desks import a_desk
from tests.model_server import ModelServer


class House:
    """An assistant with two models of the same server, and the ledger."""

    def __init__(
        self,
        server: ModelServer,
        *,
        fallbacks: tuple[str, ...] = ("openai:second",),
        patience: float = 5.0,
        **agent: Any,
    ) -> None:
        self.storage, self.server, self.slept = FakeStorage(), server, list[float]()
        self.agent: Agent = an_agent("assistant", tools=("my_tasks", "create_task"), **agent)
        self.storage.state.agents.append(self.agent)
        clock = FakeClock()
        self.usage = Usage(self.storage, clock, bot_micros=5 * MICROS)
        config = ModelConfig(model="openai:first", fallbacks=fallbacks, base_url=server.url)
        self.assistants = Assistants(
            FakeDirectory(self.storage), a_desk(self.storage), config, clock, self.usage,
            Patience(first_token=patience, between_tokens=patience, whole=patience, sleep=self._sleep),
        )  # fmt: skip
        self.shown: list[str] = []

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def ask(self, text: str = "how are you", *, streams: bool = True) -> ModelAnswer:
        turn = Turn(1, 1, "lease", 1, self.agent.id, an_actor(), None, 5, text, MONDAY)
        self.wants_text = streams
        return await self.assistants.answer(turn, [], self)

    # crm.turns.Listener
    is_stopped = False

    def follow(self, said: Callable[[], str]) -> None:
        self._said = said

    def heard(self) -> None:
        self.shown.append(self._said())

    async def step_done(self, progress: Progress) -> None:
        """Nothing is kept here."""

    @property
    def asked(self) -> list[str]:
        return [one["model"] for one in self.server.asked]

    @property
    def ledger(self) -> list[tuple[str, int, int, int]]:
        used = [row.used for row in self.storage.state.spends.values()]
        return [(one.model, one.input_tokens, one.output_tokens, one.micros) for one in used if one]
