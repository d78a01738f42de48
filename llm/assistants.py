"""Assistants: an agent's row becomes a pydantic-ai agent that answers a turn."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic_ai import Agent as ModelAgent
from pydantic_ai import AgentRunResult, AgentRunResultEvent, UsageLimits
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
from crm.calls import Calls
from crm.conversations import ModelAnswer, Turn
from crm.people import Actor, ChatKind
from crm.tasks import Tasks
from llm.masking import Mask
from llm.models import ModelConfig, build_model, close_model
from llm.offline import offline_model
from llm.tools import TOOLS, Work

BUILT = 256  # agents kept built, by id, version and language; the one not asked for longest goes first
TIME_LIMIT = 90.0  # seconds for one turn
LIMITS = UsageLimits(request_limit=8, output_tokens_limit=4000)
OnText = Callable[[str], Awaitable[None]]


class Assistants:
    """Answers turns; built agents are kept by id, version and language."""

    def __init__(
        self,
        directory: AgentDirectory,
        tasks: Tasks,
        calls: Calls,
        config: ModelConfig,
        clock: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._tasks = tasks
        self._calls = calls
        self._config = config
        self._clock = clock
        self._built: OrderedDict[tuple[int, int, str], ModelAgent[Work, str]] = OrderedDict()
        self._models: dict[str | None, Model] = {}

    async def answer(
        self, turn: Turn, history: Sequence[Sequence[Any]], on_text: OnText | None
    ) -> ModelAnswer:
        """Run the turn's agent. Raises TimeoutError after TIME_LIMIT, the provider's errors otherwise."""
        roster = await self._directory.roster(turn.actor)
        agent = next((one for one in roster if one.id == turn.agent_id), roster[0])
        mask = Mask()
        work = Work(turn.actor, self._tasks, self._calls, self._clock, mask)
        past: list[ModelMessage] = []
        for messages in history:
            past += ModelMessagesTypeAdapter.validate_python(_masked(list(messages), mask))
        question, model = mask.hide(self._spoken(turn)), self._model(agent, turn.actor)
        built = self._build(agent, turn.actor)
        async with asyncio.timeout(TIME_LIMIT):
            if on_text is None:
                result = await built.run(
                    question, deps=work, model=model, message_history=past, usage_limits=LIMITS
                )
                text, new, usage = result.output, result.new_messages(), result.usage
            else:
                async with built.run_stream_events(
                    question, deps=work, model=model, message_history=past, usage_limits=LIMITS
                ) as events:
                    result = await _streamed(events, lambda said: on_text(mask.restore_partial(said)))
                text, new, usage = result.output, result.new_messages(), result.usage
        kept = ModelMessagesTypeAdapter.dump_python(new, mode="json")
        return ModelAnswer(
            text=mask.restore(text),
            messages=_restored(kept, mask),
            model=model.model_name,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
        )

    def prepare(self) -> None:
        """Build the bot's own model before anybody asks. Raises ModelConfigError."""
        if not self._config.is_offline:
            self._models[None] = build_model(self._config)

    def _spoken(self, turn: Turn) -> str:
        """In a group a model must know who speaks; the offline one reads the bare line, as commands do."""
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

    def _build(self, agent: Agent, actor: Actor) -> ModelAgent[Work, str]:
        key = (agent.id, agent.version, actor.language)
        if key not in self._built:
            built = ModelAgent(
                deps_type=Work,
                output_type=str,
                instructions=in_language(agent.instructions, actor.language),
                tools=[TOOLS[name] for name in agent.tools if name in TOOLS],
                defer_model_check=True,
            )
            built.instructions(self._circumstances)
            self._built[key] = built
            if len(self._built) > BUILT:
                self._built.popitem(last=False)
        self._built.move_to_end(key)
        return self._built[key]

    def _circumstances(self, context: Any) -> str:
        actor: Actor = context.deps.actor
        now = self._clock().astimezone(actor.zone)
        return f"Answer in the language with code {actor.language}. It is {now:%A %Y-%m-%d %H:%M} ({actor.timezone})."


async def _streamed(events: AsyncIterator[Any], on_text: OnText) -> AgentRunResult[str]:
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


def _masked(value: Any, mask: Mask) -> Any:
    """Stored messages with their texts masked again, each turn by its own placeholders."""
    return _each_text(value, mask.hide)


def _restored(value: Any, mask: Mask) -> Any:
    return _each_text(value, mask.restore)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """Only what was said: other strings (ids, kinds, times) stay."""
    if isinstance(value, list):
        return [_each_text(one, change) for one in value]
    if isinstance(value, dict):
        return {
            key: change(one) if key == "content" and isinstance(one, str) else _each_text(one, change)
            for key, one in value.items()
        }
    return value
