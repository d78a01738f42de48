"""Assistants: an agent's row becomes a pydantic-ai agent that answers a turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic_ai import Agent as ModelAgent
from pydantic_ai import AgentRunResult, AgentRunResultEvent, DeferredToolRequests, UsageLimits
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models import Model

from crm.agents import Agent, AgentDirectory, in_language
from crm.conversations import ModelAnswer, Turn
from crm.people import Actor, ChatKind
from llm.asking import GO_ON, GROUND, closed, decisions, proposals_of, words_of
from llm.masking import Mask, hidden_messages, restored_messages
from llm.models import ModelConfig, build_model, close_model
from llm.offline import offline_model
from llm.tools import TOOLS, Desk, Work

TIME_LIMIT = 90.0  # seconds for one turn
RETRIES = 3  # times a model may mend what it gave a tool
LIMITS = UsageLimits(request_limit=8, output_tokens_limit=4000)
OnText = Callable[[str], Awaitable[None]]
Output = str | DeferredToolRequests


class Assistants:
    """Answers turns; built agents are kept by id, version and language."""

    def __init__(
        self,
        directory: AgentDirectory,
        desk: Desk,
        config: ModelConfig,
        clock: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._desk = desk
        self._config = config
        self._clock = clock
        self._built: dict[tuple[int, int, str], ModelAgent[Work, Output]] = {}
        self._models: dict[str | None, Model] = {}

    async def answer(
        self, turn: Turn, history: Sequence[Sequence[Any]], on_text: OnText | None
    ) -> ModelAnswer:
        """Run the turn's agent. Raises TimeoutError after TIME_LIMIT, the provider's errors otherwise."""
        roster = await self._directory.roster(turn.actor)
        agent = next((one for one in roster if one.id == turn.agent_id), roster[0])
        mask = Mask()
        outcomes = await self._desk.proposals.outcomes(turn.actor, turn.conversation_id)
        work = Work(turn, self._desk, self._clock, mask, outcomes)
        past: list[ModelMessage] = []
        for messages in history:
            past += ModelMessagesTypeAdapter.validate_python(hidden_messages(list(messages), mask))
        decided = decisions(past, outcomes) if turn.resumes_turn_id is not None else None
        question = None if decided is not None else mask.hide(self._spoken(turn))
        past = past if decided is not None else closed(past, outcomes)
        model = self._model(agent, turn.actor)
        built = self._build(agent, turn.actor)
        async with asyncio.timeout(TIME_LIMIT):
            if on_text is None:
                result = await built.run(
                    question,
                    deps=work,
                    model=model,
                    message_history=past,
                    deferred_tool_results=decided,
                    usage_limits=LIMITS,
                )
            else:
                async with built.run_stream_events(
                    question,
                    deps=work,
                    model=model,
                    message_history=past,
                    deferred_tool_results=decided,
                    usage_limits=LIMITS,
                ) as events:
                    result = await _streamed(events, lambda said: on_text(mask.restore_partial(said)))
        output, new, usage = result.output, result.new_messages(), result.usage
        kept = ModelMessagesTypeAdapter.dump_python(new, mode="json")
        return ModelAnswer(
            text=mask.restore(words_of(output, new)),
            messages=restored_messages(kept, mask),
            model=model.model_name,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            proposals=proposals_of(output),
        )

    def prepare(self) -> None:
        """Build the bot's own model before anybody asks. Raises ModelConfigError."""
        if not self._config.is_offline:
            self._models[None] = build_model(self._config)

    def _spoken(self, turn: Turn) -> str:
        """In a group a model must know who speaks; the offline one reads the bare line, as commands do."""
        if turn.resumes_turn_id is not None:
            return GO_ON
        if turn.actor.chat_kind is ChatKind.PRIVATE or self._config.is_offline:
            return turn.text
        return f"{turn.actor.display_name}: {turn.text}"

    async def close(self) -> None:
        """Close the providers' connections."""
        for model in self._models.values():
            await close_model(model)

    def _model(self, agent: Agent, actor: Actor) -> Model:
        if self._config.is_offline:
            return offline_model(actor.language, actor.timezone)
        if agent.model not in self._models:
            self._models[agent.model] = build_model(self._config, agent.model)
        return self._models[agent.model]

    def _build(self, agent: Agent, actor: Actor) -> ModelAgent[Work, Output]:
        key = (agent.id, agent.version, actor.language)
        if key not in self._built:
            built = ModelAgent(
                deps_type=Work,
                output_type=[str, DeferredToolRequests],
                retries=RETRIES,
                tools=[TOOLS[name] for name in agent.tools if name in TOOLS],
                defer_model_check=True,
            )
            own = in_language(agent.instructions, actor.language)
            built.instructions(lambda context: f"{context.deps.mask.hide(own)}\n\n{GROUND}")
            built.instructions(self._circumstances)
            self._built[key] = built
        return self._built[key]

    def _circumstances(self, context: Any) -> str:
        actor: Actor = context.deps.actor
        now = self._clock().astimezone(actor.zone)
        return f"Answer in the language with code {actor.language}. It is {now:%A %Y-%m-%d %H:%M} ({actor.timezone})."


async def _streamed(events: AsyncIterator[Any], on_text: OnText) -> AgentRunResult[Output]:
    """Show each response as it grows, to the run's end: words before a tool call are not yet the answer."""
    said: dict[int, str] = {}
    async for event in events:
        if isinstance(event, AgentRunResultEvent):
            return event.result
        if isinstance(event, PartStartEvent):
            if event.index == 0:
                said.clear()  # another response
            if not isinstance(event.part, TextPart):
                continue
            said[event.index] = event.part.content
        elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
            said[event.index] = said.get(event.index, "") + event.delta.content_delta
        else:
            continue
        if text := "".join(said.values()):
            await on_text(text)
    raise RuntimeError("the run ended without a result")
