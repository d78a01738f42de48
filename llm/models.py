"""Models: MODEL and its companions, as pydantic-ai takes them, and which of them an assistant asks in which order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog
from openai import AsyncOpenAI, DefaultAioHttpClient
from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers import Provider, infer_provider_class
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings

from crm.agents import Agent
from llm.bundling import Bundling
from llm.estimates import OUTPUT

log = structlog.get_logger()
COMPATIBLE = ("openai", "openai-chat")  # what MODEL_BASE_URL and MODEL_API_KEY are for
# What an agent's settings may say of a model's work; the rest of them is this project's own
PASSED_ON = (
    "temperature",
    "top_p",
    "max_tokens",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "thinking",
)
BUNDLING = Bundling()  # all models of a process share the loop
LOCAL = ("localhost", "host.docker.internal")
READ_FROM_FILE = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")  # settings; other keys only their library reads


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
    anthropic_api_key: str | None = None
    proxy: str | None = None
    reads: tuple[str, ...] = ()  # what models are shown as it is (MODEL_READS)

    @property
    def is_offline(self) -> bool:
        return self.model in (None, "offline")


class Models:
    """Models by name, each built once, when it is first asked."""

    def __init__(self, config: ModelConfig) -> None:
        self._config = config
        self._built: dict[str, Model] = {}

    def prepare(self) -> None:
        """Build the bot's own before anybody asks. Raises ModelConfigError."""
        if not self._config.is_offline:
            self._one(str(self._config.model))
            for name in self._config.fallbacks:
                self._one(name, variable="MODEL_FALLBACKS")

    def of(self, agent: Agent) -> list[Model]:
        """The agent's model or the bot's, the agent's fallbacks, the bot's fallbacks; each once. One that can't be
        had (its key is missing) is passed, with a line in the log; the bot's own model is asked when none is left."""
        found: list[Model] = []
        for name in names_of(self._config, agent):
            try:
                found.append(self._one(name))
            except ModelConfigError as fault:
                log.warning("model_passed", agent=agent.slug, model=name, reason=str(fault).split(":")[0])
        return found or [self._one(str(self._config.model))]

    def _one(self, name: str, *, variable: str = "MODEL") -> Model:
        if name not in self._built:
            self._built[name] = build_model(self._config, name, variable=variable)
        return self._built[name]

    async def close(self) -> None:
        """Close the connections of those made here."""
        for model in self._built.values():
            await close_model(model)


async def close_model(model: Model) -> None:
    """Close the connections of what build_model made."""
    client: Any = getattr(model, "client", None)
    if isinstance(model, OpenAIChatModel) or model.system == "anthropic":
        await client.close()


def names_of(config: ModelConfig, agent: Agent) -> tuple[str, ...]:
    """Names of the models that an agent asks, in order."""
    wanted = (agent.model or config.model or "offline", *agent.fallback_models, *config.fallbacks)
    return tuple(dict.fromkeys(wanted))


def providers_of(config: ModelConfig, agent: Agent) -> tuple[str, ...]:
    """Where an agent's questions may go, as people know it: a provider's name, or the host of MODEL_BASE_URL. What
    stays on this machine or in its own network is nobody's to be told of."""
    found = (_provider(config, name) for name in names_of(config, agent))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def settings_of(agent: Agent) -> ModelSettings:
    """What is asked of a model with each question. The provider's own client repeats nothing: a chain does."""
    passed: Mapping[str, object] = {
        name: value for name, value in agent.settings.items() if name in PASSED_ON
    }
    settings = ModelSettings(max_retries=0, max_tokens=OUTPUT)
    settings.update(passed)  # type: ignore[typeddict-item]  # an agent's own words, checked by the provider
    return settings


def build_model(config: ModelConfig, name: str | None = None, *, variable: str = "MODEL") -> Model:
    """The model of that name, MODEL without one; `variable` is where it was named. Raises ModelConfigError."""
    name = name or config.model or "offline"
    provider, _, model = name.partition(":")
    if provider in COMPATIBLE:
        key = config.api_key or config.openai_api_key or ("unused" if config.base_url else None)
        if key is None:
            raise ModelConfigError(
                f"OPENAI_API_KEY: is needed with {variable}=openai:…. Example: OPENAI_API_KEY=sk-…"
            )
        client = AsyncOpenAI(
            api_key=key,
            base_url=config.base_url,
            max_retries=0,  # a chain decides, and retries under it would double the wait
            http_client=_connections(config.proxy),
        )
        return OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client))
    try:
        if provider == "anthropic" and config.anthropic_api_key is not None:
            return _anthropic(model, config.anthropic_api_key, config.proxy)
        if config.proxy:
            return infer_model(name, partial(_behind, config.proxy))
        return infer_model(name)  # its provider looks for its key in the environment
    except ModelConfigError:
        raise
    except ImportError:
        raise ModelConfigError(
            f"{variable}: {name} needs a library that is not installed. Example:"
            f' .venv/bin/uv pip install "pydantic-ai-slim[{provider}]"'
        ) from None
    except Exception as fault:
        raise ModelConfigError(_refused(variable, name, str(fault))) from None


def _refused(variable: str, name: str, fault: str) -> str:
    """What to do about it. The library's sentence goes no further: of it only the name of a missing key is taken."""
    if key := re.search(r"`([A-Z][A-Z0-9_]*)` environment variable", fault):
        where = "" if key[1] in READ_FROM_FILE else " in the environment, not in .env,"
        value = (
            "http://127.0.0.1:11434/v1"
            if "URL" in key[1] or "ENDPOINT" in key[1]
            else "the-word-they-gave-you"
        )
        return f"{key[1]}: is needed{where} with {variable}={name}. Example: {key[1]}={value}"
    if fault.startswith("Unknown"):
        return f"{variable}: {name} is of no provider that is known. Example: {variable}=openai:gpt-5-mini"
    return f"{variable}: {name} can't be used. Example: {variable}=openai:gpt-5-mini"


def _connections(proxy: str | None) -> httpx2.AsyncClient:
    """By aiohttp, which takes all that has come of a stream at one read and costs a fifth less than httpx2's own; it
    knows fewer kinds of proxies, so that before one it is left to the latter."""
    hooks = {"response": [BUNDLING.hook]}
    if proxy:
        return httpx2.AsyncClient(proxy=proxy, timeout=90, event_hooks=hooks)
    return DefaultAioHttpClient(timeout=90, event_hooks=hooks)


def _behind(proxy: str, name: str) -> Provider[Any]:
    """A provider reached through a proxy. Raises ModelConfigError for one whose client takes none."""
    provider = infer_provider_class(name)
    if "http_client" not in signature(provider.__init__).parameters:
        raise ModelConfigError(
            f"MODEL_PROXY: {name} can't be reached through a proxy. Unset it, or use another model"
        )
    reached: Any = provider
    made: Provider[Any] = reached(http_client=httpx2.AsyncClient(proxy=proxy, timeout=90))
    return made


def _anthropic(model: str, key: str, proxy: str | None) -> Model:
    """Its library is an extra, and takes seconds to read."""
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = httpx2.AsyncClient(proxy=proxy, timeout=90) if proxy else None
    return AnthropicModel(model, provider=AnthropicProvider(api_key=key, http_client=client))


def host_of(url: str) -> str | None:
    """The host of an address that is somebody else's; None for one of this machine or of a private network."""
    host = (urlsplit(url).hostname or "").lower()
    private = (
        "127.",
        "10.",
        "192.168.",
        *(f"172.{number}." for number in range(16, 32)),
        "::1",
        "fd",
        "fe80",
    )
    is_address = host.replace(".", "").isdigit() or ":" in host
    inside = (
        (is_address and host.startswith(private))
        or host in LOCAL
        or ("." not in host.strip("[]") and ":" not in host)
    )
    return None if inside or host.endswith((".local", ".internal", ".lan")) else host


def _provider(config: ModelConfig, name: str) -> str | None:
    provider = name.partition(":")[0]
    if provider in ("offline", "test", "ollama"):
        return None
    if provider in COMPATIBLE and config.base_url:
        return host_of(config.base_url)
    return _NAMES.get(provider.partition("-")[0], provider)


_NAMES = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google",
    "groq": "Groq",
    "mistral": "Mistral",
    "cohere": "Cohere",
    "bedrock": "Amazon Bedrock",
    "azure": "Microsoft Azure",
    "deepseek": "DeepSeek",
    "openrouter": "OpenRouter",
    "xai": "xAI",
    "huggingface": "Hugging Face",
}
