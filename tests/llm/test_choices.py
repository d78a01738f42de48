"""What an assistant can be made of here: the configured models, the tools there are, and typed models checked."""

import pytest

from llm.choices import offer_of
from llm.models import ModelConfig
from llm.tools import TOOLS


def test_what_is_configured_is_offered_once() -> None:
    offer = offer_of(ModelConfig("openai:a", ("openai:b", "openai:a")))
    assert offer.models == ("openai:a", "openai:b")
    assert offer.tools == tuple(TOOLS)
    assert offer_of(ModelConfig("offline")).models == ()


@pytest.mark.parametrize(
    ("config", "name", "usable"),
    [
        (ModelConfig(openai_api_key="sk"), "openai:any", True),  # pragma: allowlist secret
        (ModelConfig(base_url="http://127.0.0.1:1/v1"), "openai:any", True),
        (ModelConfig(), "openai:any", False),
        (ModelConfig(), "nosuch:model", False),
    ],
)
async def test_a_typed_model_needs_a_known_provider_with_its_key(
    config: ModelConfig, name: str, usable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert await offer_of(config).usable(name) is usable
