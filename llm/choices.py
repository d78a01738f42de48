"""Choices: which models an assistant may have here."""

import asyncio
from dataclasses import replace

from crm.agents.checks import Offer
from llm.models import ModelConfig, ModelConfigError, build_model, close_model
from llm.tools import TOOLS


def offer_of(config: ModelConfig) -> Offer:
    """The tools there are, the configured models, and whether another can be used: its provider is known and has
    what it needs. Nobody is asked whether the provider has the model."""
    alone = replace(config, model=None, fallbacks=())

    async def usable(name: str) -> bool:
        try:
            # beside the loop: a provider's library takes a second to import
            model = await asyncio.to_thread(build_model, alone, name)
        except ModelConfigError:
            return False
        await close_model(model)
        return True

    configured = dict.fromkeys(name for name in (config.model, *config.fallbacks) if name is not None)
    return Offer(tuple(TOOLS), tuple(name for name in configured if name != "offline"), usable)
