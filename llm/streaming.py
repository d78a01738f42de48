"""Streaming: a model is asked step by step, watched while it speaks, and stopped at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx2
from pydantic_ai import Agent as ModelAgent
from pydantic_ai import DeferredToolResults, UsageLimits
from pydantic_ai.exceptions import ModelAPIError, ModelHTTPError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage

from crm.proposals import NewProposal
from crm.turns import Listener, ModelAway
from llm.asking import Output, proposals_of, words_of
from llm.pacing import Pacer
from llm.tools import Work

PASSING = (408, 409, 425, 429)  # and all from 500 on: asking again may help
LETTERS = 3  # of a text to one token, about, where a provider was stopped before it counted
BETWEEN = "\n\n"  # what is said before a tool runs, and after it


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an agent: `past` is the history, `begun` what an earlier process got done of this turn, then
    `text` is in it already.
    With `decided`, the history ends with calls that a person has decided about, and `text` is not said."""

    text: str | Sequence[UserContent]
    past: Sequence[ModelMessage]
    begun: Sequence[ModelMessage] = ()
    decided: DeferredToolResults | None = None

    @property
    def request(self) -> ModelMessage:
        return self.begun[0] if self.begun else ModelRequest(parts=[UserPromptPart(self.text)])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: `messages` are this turn's, from the question on."""

    text: str
    messages: Sequence[ModelMessage]
    input_tokens: int
    output_tokens: int
    is_partial: bool = False
    proposals: Sequence[NewProposal] = ()


class Said:
    """The words so far, one response after the other; putting them together is left to whoever looks."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._owes_break = False
        self._before = ""

    def begin(self) -> None:
        """Another response."""
        self._before = self.text()
        self._owes_break = bool(self._words)

    def start_over(self) -> None:
        """The response broke off, and another model gives it from its beginning."""
        self._words = [self._before] if self._before else []
        self._owes_break = bool(self._words)

    def add(self, words: str) -> None:
        if self._owes_break and words:
            self._words.append(BETWEEN)
            self._owes_break = False
        self._words.append(words)

    def text(self) -> str:
        if len(self._words) > 1:
            self._words = ["".join(self._words)]
        return self._words[0] if self._words else ""


Keep = Callable[[Sequence[ModelMessage], RunUsage], Awaitable[None]]


async def ask(
    agent: ModelAgent[Work, Output],
    question: Question,
    *,
    deps: Work,
    model: Model,
    limits: UsageLimits,
    listener: Listener,
    said: Said,
    keep: Keep,
    pacer: Pacer,
) -> Outcome:
    """Run the agent to its end; `keep` is given each step. When the task is canceled because somebody asked to stop,
    what was said until then is the outcome. Raises ModelAway for what may pass, other faults as they are."""
    usage = RunUsage()
    try:
        async with agent.iter(
            None if question.begun or question.decided else question.text,
            deps=deps,
            model=Heard(model, said, listener, pacer),
            message_history=[*question.past, *question.begun],
            deferred_tool_results=None if question.begun else question.decided,
            usage_limits=limits,
            usage=usage,
        ) as run:
            is_first = True
            async for node in run:
                done = [*question.begun, *run.new_messages()]
                if ModelAgent.is_call_tools_node(node) and node.model_response.tool_calls:
                    await keep(done, usage)
                elif ModelAgent.is_model_request_node(node):
                    if not is_first:
                        await keep([*done, node.request], usage)
                    is_first = False
            messages = [*question.begun, *run.new_messages()]
            output = run.result.output if run.result is not None else ""
            return Outcome(
                words_of(output, messages),
                messages,
                usage.input_tokens,
                usage.output_tokens,
                proposals=proposals_of(output),
            )
    except asyncio.CancelledError:
        if not listener.is_stopped:
            raise
        return _partial(question, said.text(), usage)
    except Exception as fault:
        if may_pass(fault):
            raise ModelAway(type(fault).__name__) from fault
        raise


class Heard(WrapperModel):
    """A model whose answers are heard while they grow. The run itself is given them whole: to take it through each word
    costs half as much again as to read the words."""

    def __init__(self, wrapped: Model, said: Said, listener: Listener, pacer: Pacer) -> None:
        super().__init__(wrapped)
        self._said = said
        self._listener = listener
        self._pacer = pacer

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        await self._pacer.turn(self._listener)  # what makes a request ready takes a while too
        if not self._listener.wants_text:
            return await self.wrapped.request(messages, model_settings, model_request_parameters)
        self._said.begin()
        async with self.wrapped.request_stream(messages, model_settings, model_request_parameters) as stream:
            await self._hear(stream)
            return stream.get()

    async def _hear(self, stream: StreamedResponse) -> None:
        """One response as it grows."""
        has_begun = False
        async for event in stream:
            await self._pacer.turn(self._listener)
            if isinstance(event, PartDeltaEvent):
                if isinstance(event.delta, TextPartDelta):
                    self._said.add(event.delta.content_delta)
                    self._listener.heard()
            elif isinstance(event, PartStartEvent):
                if event.index == 0 and has_begun:  # llm.fallbacks.Chain
                    self._said.start_over()
                has_begun = True
                if isinstance(event.part, TextPart):
                    self._said.add(event.part.content)
                    self._listener.heard()
                    await asyncio.sleep(0)  # the first words are shown before more are read


def may_pass(fault: BaseException) -> bool:
    """Whether asking again may help: the provider is busy, away or broke off."""
    if isinstance(fault, BaseExceptionGroup):
        return all(may_pass(one) for one in fault.exceptions)
    if isinstance(fault, ModelHTTPError):
        return fault.status_code in PASSING or fault.status_code >= 500
    return isinstance(fault, ModelAPIError | httpx2.TransportError | ConnectionError | ModelAway)


def _partial(question: Question, text: str, usage: RunUsage) -> Outcome:
    """As far as it came. The response that was cut off is nowhere counted, so it is estimated."""
    read = sum(_letters(message) for message in (*question.past, *question.begun)) + _letters(
        question.request
    )
    return Outcome(
        text,
        [question.request, ModelResponse(parts=[TextPart(text)])],
        usage.input_tokens + read // LETTERS,
        usage.output_tokens + len(text) // LETTERS,
        is_partial=True,
    )


def _letters(message: ModelMessage) -> int:
    contents = (getattr(part, "content", "") for part in message.parts)
    return sum(len(content) for content in contents if isinstance(content, str))
