"""Fallbacks: one answer from several models, whatever fails before or in the middle of it, each call paid for first."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic_ai import RunContext
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
    RunCancelled,
    UsageLimitExceeded,
    UserError,
)
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    ModelResponseStreamEvent,
)
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from crm.errors import CrmError, StorageAway
from crm.usage import Meter
from llm.bills import Bill, heard_in, paid_for, said_nothing

log = structlog.get_logger()
# What no other model would make better
_FINAL = (CrmError, StorageAway, UserError, UsageLimitExceeded, RunCancelled)
# What the same model would refuse again
_LASTING = (ModelRequestRejectedError, ModelQuotaExceededError)


class GaveUp(Exception):
    """All models failed, as often as they are tried."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long models are waited for, seconds. `pause` gives how long to wait after so many rounds have failed, None
    when that was the last (bot.retries.MODEL). A pause that a provider demands is kept up to `longest`."""

    first_token: float = 20.0
    between_tokens: float = 20.0
    whole: float = 80.0
    longest: float = 20.0
    pause: Callable[[int], float | None] = lambda failed: None if failed >= 3 else 0.5 * 2.0 ** (failed - 1)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Chain(FallbackModel):
    """Models in the order they are asked: at a fault the next one at once, after the last all again after a pause.

    A stream that breaks in the middle begins anew with the next model: its first part is a new part 0, and whoever
    shows the stream starts over there. Only the step that broke is repeated; tools that ran before it are not.
    """

    def __init__(
        self,
        models: Sequence[Model],
        meter: Meter | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(models[0], *models[1:])
        self.meter = meter
        self._patience = patience or Patience()
        self.answered_by = models[0].model_name

    @property
    def model_name(self) -> str:
        """The one that answered last, the first until then."""
        return self.answered_by

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        plan = _Plan(self.models, self._patience)
        while True:
            model = plan.model
            try:
                async with paid_for(
                    self.meter, model, messages, model_settings, model_request_parameters
                ) as bill:
                    prepared = model.prepare_messages(messages, model_request_parameters)
                    async with asyncio.timeout(self._patience.whole):
                        response = await model.request(prepared, model_settings, model_request_parameters)
                    bill.usage = response.usage
            except Exception as fault:
                await plan.failed(fault)
                continue
            self.answered_by = response.model_name or model.model_name
            return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        stream = _ChainStream(
            model_request_parameters=model_request_parameters,
            chain=self,
            asked=(messages, model_settings, run_context),
        )
        try:
            yield stream
        finally:
            await stream.end_attempt()


class _Plan:
    """Which model is next, and when."""

    def __init__(self, models: Sequence[Model], patience: Patience) -> None:
        self._left = list(models)
        self._at = 0
        self._rounds = 0
        self._wanted: list[float] = []  # pauses that providers demanded in this round
        self._patience = patience

    @property
    def model(self) -> Model:
        return self._left[self._at]

    async def failed(self, fault: Exception) -> None:
        """Go on to the next model; raises the fault when there is nothing more to try."""
        if isinstance(fault, _FINAL):
            raise fault
        log.warning("model_failed", model=self.model.model_name, reason=type(fault).__name__)
        if isinstance(fault, _LASTING):
            del self._left[self._at]
        else:
            self._at += 1
            asked = fault.retry_after if isinstance(fault, ModelAPIError) else None
            self._wanted.append(asked or 0.0)
        if self._at < len(self._left):
            return
        self._at, self._rounds = 0, self._rounds + 1
        pause = self._patience.pause(self._rounds)
        wanted = min(self._wanted, default=0.0)
        self._wanted = []
        if not self._left:
            raise fault
        if pause is None or wanted > self._patience.longest:
            raise GaveUp(type(fault).__name__) from fault
        await self._patience.sleep(max(pause, wanted))


@dataclass
class _ChainStream(StreamedResponse):
    """The stream of whichever model answers."""

    chain: Chain = field(kw_only=True)
    asked: tuple[list[ModelMessage], ModelSettings | None, RunContext[Any] | None] = field(kw_only=True)
    _inner: StreamedResponse | None = field(default=None, init=False)
    _attempt: AsyncExitStack | None = field(default=None, init=False)
    _bill: Bill = field(default_factory=Bill, init=False)

    def __aiter__(self) -> AsyncIterator[ModelResponseStreamEvent]:
        """As the model's own stream gives them, its ends of parts included."""
        if self._event_iterator is None:
            self._event_iterator = self._get_event_iterator()
        return self._event_iterator

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        patience = self.chain._patience
        plan = _Plan(self.chain.models, patience)
        while True:
            try:
                async with asyncio.timeout(patience.first_token):
                    events = aiter(await self._open(plan.model))
                    event = await anext(events, None)
                while event is not None:
                    self._bill.heard += heard_in(event)
                    yield event
                    async with asyncio.timeout(patience.between_tokens):
                        event = await anext(events, None)
            except Exception as fault:
                if self.cancelled:
                    return
                self._bill.is_free = not self._bill.heard and said_nothing(fault)
                await self.end_attempt()
                await plan.failed(fault)
            else:
                if self._inner is not None:
                    self._finish(self._inner)
                return

    async def _open(self, model: Model) -> StreamedResponse:
        messages, settings, context = self.asked
        parameters = self.model_request_parameters
        self._attempt = AsyncExitStack()
        self._bill = await self._attempt.enter_async_context(
            paid_for(self.chain.meter, model, messages, settings, parameters)
        )
        prepared = model.prepare_messages(messages, parameters)
        self._inner = await self._attempt.enter_async_context(
            model.request_stream(prepared, settings, parameters, context)
        )
        return self._inner

    def _finish(self, inner: StreamedResponse) -> None:
        if not inner.cancelled:
            self._finished = True
            self._bill.usage = inner.usage
            self.chain.answered_by = inner.model_name

    async def end_attempt(self) -> None:
        """Hang up, and settle what it used."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            await attempt.aclose()

    async def close_stream(self) -> None:
        if self._inner is not None:
            await self._inner.cancel()

    def get(self) -> ModelResponse:
        if self._inner is None:
            return ModelResponse(parts=[], model_name=self.model_name, timestamp=self.timestamp)
        return self._inner.get()

    @property
    def usage(self) -> RequestUsage:
        return self._inner.usage if self._inner is not None else RequestUsage()

    @property
    def model_name(self) -> str:
        return self._inner.model_name if self._inner is not None else self.chain.model_name

    @property
    def provider_name(self) -> str | None:
        return self._inner.provider_name if self._inner is not None else None

    @property
    def provider_url(self) -> str | None:
        return self._inner.provider_url if self._inner is not None else None

    @property
    def timestamp(self) -> datetime:
        return self._inner.timestamp if self._inner is not None else datetime.now(UTC)
