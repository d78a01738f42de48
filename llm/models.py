"""Models: MODEL and its companions, as pydantic-ai takes them."""

from dataclasses import dataclass

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


class ModelConfigError(Exception):
    """MODEL can't be used; one line for the operator."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Settings as plain strings. `model` None or 'offline' means the offline model."""

    model: str | None = None
    fallbacks: tuple[str, ...] = ()
    base_url: str | None = None
    api_key: str | None = None
    openai_api_key: str | None = None
    proxy: str | None = None

    @property
    def is_offline(self) -> bool:
        return self.model in (None, "offline")


def build_model(config: ModelConfig, name: str | None = None) -> Model:
    """The configured model with its fallbacks; `name` is an agent's own. Raises ModelConfigError."""
    wanted = name or config.model or "offline"
    models = [_one(config, one) for one in (wanted, *config.fallbacks)]
    return FallbackModel(*models) if len(models) > 1 else models[0]


async def close_model(model: Model) -> None:
    """Close the connections of what build_model made."""
    for one in model.models if isinstance(model, FallbackModel) else (model,):
        if isinstance(one, OpenAIChatModel):
            await one.client.close()


def _one(config: ModelConfig, name: str) -> Model:
    provider, _, model = name.partition(":")
    if provider == "openai":
        key = config.api_key or config.openai_api_key or ("unused" if config.base_url else None)
        if key is None:
            raise ModelConfigError(
                "OPENAI_API_KEY: is needed for MODEL=openai:…. Example: OPENAI_API_KEY=sk-…"
            )
        client = AsyncOpenAI(
            api_key=key,
            base_url=config.base_url,
            max_retries=0,  # FallbackModel decides, and retries under it would double the wait
            http_client=httpx2.AsyncClient(proxy=config.proxy, timeout=90) if config.proxy else None,
        )
        return OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client))
    try:
        return infer_model(name)
    except Exception as fault:
        raise ModelConfigError(f"MODEL: {name} can't be used: {type(fault).__name__}") from None
