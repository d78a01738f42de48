"""Models: which of them a proxy stands before."""

import asyncio
import subprocess
import sys

import pytest
from pydantic_ai import Agent, models
from pydantic_ai.exceptions import ModelAPIError

from llm.models import ModelConfig, ModelConfigError, Models, build_model, close_model

KEY = "of-nobody"


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("openai:any", "api.openai.com"),
        ("deepseek:any", "api.deepseek.com"),
        ("anthropic:any", "api.anthropic.com"),
    ],
)
@pytest.mark.parametrize("own_key", [KEY, None], ids=["key of ours", "key in the environment"])
async def test_a_proxy_stands_before_every_provider_that_takes_one(
    monkeypatch: pytest.MonkeyPatch, name: str, host: str, own_key: str | None
) -> None:
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
    monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    asked: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        writer.close()

    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    config = ModelConfig(model=name, openai_api_key=KEY, anthropic_api_key=own_key, proxy=address)
    model = build_model(config)
    with pytest.raises(ModelAPIError):
        await Agent(model, model_settings={"max_retries": 0}).run("hello")
    assert {line.split()[1] for line in asked} == {f"{host}:443"}
    await close_model(model)
    proxy.close()


def test_a_provider_whose_library_is_missing_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    monkeypatch.delitem(sys.modules, "pydantic_ai.providers.anthropic", raising=False)
    monkeypatch.delitem(sys.modules, "pydantic_ai.models.anthropic", raising=False)
    with pytest.raises(ModelConfigError, match="anthropic:any needs a library that is not installed"):
        build_model(ModelConfig(model="anthropic:any", anthropic_api_key=KEY))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "anthropic:any",
            "ANTHROPIC_API_KEY: is needed with MODEL=anthropic:any. Example: ANTHROPIC_API_KEY=",
        ),
        (
            "deepseek:any",
            "DEEPSEEK_API_KEY: is needed in the environment, not in .env, with MODEL=deepseek:any.",
        ),
        ("ollama:any", "OLLAMA_BASE_URL: is needed in the environment, not in .env, with MODEL=ollama:any."),
        ("nobody:any", "MODEL: nobody:any is of no provider that is known. Example: MODEL=openai:"),
    ],
)
def test_what_a_model_lacks_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, line: str
) -> None:
    for variable in ("ANTHROPIC_API_KEY", "DEEPSEEK_API_KEY", "OLLAMA_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ModelConfigError) as refused:
        Models(ModelConfig(model=name)).prepare()
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def test_a_wrong_stand_in_is_named_where_it_stands() -> None:
    with pytest.raises(ModelConfigError, match=r"^MODEL_FALLBACKS: nobody:any .* Example: MODEL_FALLBACKS="):
        Models(ModelConfig(model="test", fallbacks=("nobody:any",))).prepare()


def test_libraries_of_other_providers_are_not_read_until_one_is_asked() -> None:
    code = "import sys, llm.assistants; sys.exit('anthropic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_provider_that_takes_no_proxy_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stubborn:
        def __init__(self) -> None: ...

    monkeypatch.setattr("llm.models.infer_provider_class", lambda _name: Stubborn)
    with pytest.raises(ModelConfigError, match="MODEL_PROXY"):
        build_model(ModelConfig(model="deepseek:any", proxy="http://127.0.0.1:9"))
