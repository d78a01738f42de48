"""A model's server, and houses whose assistants ask it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic_ai import models

from tests.llm.houses import House
from tests.model_server import ModelServer, model_server


@pytest.fixture
async def model(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ModelServer]:
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
    async with model_server() as one:
        yield one


@pytest.fixture
async def make(model: ModelServer) -> AsyncIterator[Callable[..., House]]:
    made: list[House] = []

    def one(**more: Any) -> House:
        made.append(House(model, **more))
        return made[-1]

    yield one
    for house in made:
        await house.assistants.close()
