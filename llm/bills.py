"""Bills: room in the budgets before a call to a model, and what the call used, however it ended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from pydantic_ai.exceptions import ModelConnectionError, ModelHTTPError
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPartDelta,
    ThinkingPartDelta,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from crm.errors import StorageAway
from crm.usage import Meter, Used, counted
from llm.estimates import output_limit, tokens_of, tokens_of_text
from llm.prices import price


@dataclass(slots=True)
class Bill:
    """What one call to one model has used so far."""

    usage: RequestUsage | None = None
    heard: int = 0  # characters of an answer that broke off
    is_free: bool = False  # refused before it said anything


@asynccontextmanager
async def paid_for(
    meter: Meter | None,
    model: Model,
    messages: list[ModelMessage],
    settings: ModelSettings | None,
    parameters: ModelRequestParameters,
) -> AsyncGenerator[Bill]:
    """Room in the budgets before the call, and the ledger told after it, however it ended. Raises BudgetSpent."""
    bill = Bill()
    if meter is None:
        yield bill
        return
    asked, most = tokens_of(messages, parameters), output_limit(settings, model)
    estimate = counted(model.model_name, asked, most, price(model.model_name, asked, most))
    held = await meter.reserve(model.model_name, asked + most, estimate.micros)
    try:
        yield bill
    except BaseException as fault:
        bill.is_free = bill.is_free or (not bill.heard and said_nothing(fault))
        raise
    finally:
        used = _used(model.model_name, bill, asked)
        # a stop in the middle of an answer must not leave the ledger at the estimate
        settling = asyncio.ensure_future(meter.settle(held, used))
        try:
            with suppress(StorageAway):  # it counts as its estimate then
                await asyncio.shield(settling)
        except asyncio.CancelledError:
            with suppress(StorageAway):
                await settling
            raise


def said_nothing(fault: BaseException) -> bool:
    """A refusal with a status, or a provider that could not be reached: nothing was used."""
    return isinstance(fault, ModelHTTPError | ModelConnectionError)


def heard_in(event: ModelResponseStreamEvent) -> int:
    """Characters of the answer that an event brings."""
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta | ThinkingPartDelta):
        return len(event.delta.content_delta or "")
    return len(str(getattr(event.part, "content", ""))) if isinstance(event, PartStartEvent) else 0


def _used(model: str, bill: Bill, asked: int) -> Used:
    """By the provider's count where it came; of what broke off, what was asked and heard until then."""
    if bill.usage is not None and (bill.usage.input_tokens or bill.usage.output_tokens):
        into, out = bill.usage.input_tokens, bill.usage.output_tokens
        return counted(model, into, out, price(model, into, out, bill.usage.cache_read_tokens))
    if bill.is_free:
        return counted(model, 0, 0, 0.0)
    out = tokens_of_text(bill.heard)
    return counted(model, asked, out, price(model, asked, out))
