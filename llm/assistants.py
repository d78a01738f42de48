"""Assistants: an agent's row becomes a pydantic-ai agent that answers a turn."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic_ai import Agent as ModelAgent
from pydantic_ai import DeferredToolRequests, UsageLimits
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from crm.agents import Agent, AgentDirectory, in_language
from crm.people import Actor, ChatKind
from crm.turns import Listener, ModelAnswer, Progress, Saying, Turn
from llm.asking import GO_ON, GROUND, Output, closed, decisions
from llm.masking import Mask, hidden_messages, restored_messages
from llm.models import ModelConfig, build_model, close_model
from llm.offline import offline_model
from llm.pacing import Pacer
from llm.prices import price
from llm.streaming import SILENCE, Outcome, Question, Said, ask
from llm.tools import TOOLS, Desk, Work

TIME_LIMIT = 90.0  # seconds for one turn
RETRIES = 3  # times a model may mend what it gave a tool
LIMITS = UsageLimits(request_limit=8, output_tokens_limit=4000)


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
        self._pacer = Pacer()

    async def answer(self, turn: Turn, history: Sequence[Sequence[Any]], listener: Listener) -> ModelAnswer:
        """Run the turn's agent, from where an earlier process left off. Raises TimeoutError after TIME_LIMIT,
        ModelAway for what may pass, the provider's other errors as they are."""
        roster = await self._directory.roster(turn.actor)
        agent = next((one for one in roster if one.id == turn.agent_id), roster[0])
        mask = Mask()
        outcomes = await self._desk.proposals.outcomes(turn.actor, turn.conversation_id)
        work = Work(turn, self._desk, self._clock, mask, outcomes)
        model, said, spent = self._model(agent, turn.actor), Said(), turn.progress
        listener.follow(lambda: mask.restore_partial(said.text()))

        async def keep(messages: Sequence[ModelMessage], usage: RunUsage) -> None:
            used = (spent.input_tokens + usage.input_tokens, spent.output_tokens + usage.output_tokens)
            await listener.step_done(Progress(_stored(messages, mask), *used))

        past = [one for messages in history for one in _read(messages, mask)]
        decided = decisions(past, outcomes) if turn.resumes_turn_id is not None else None
        question = Question(
            mask.hide(self._spoken(turn)),
            past if decided is not None else closed(past, outcomes),
            _read(spent.messages, mask),
            decided,
            _silence(agent),
        )
        async with asyncio.timeout(TIME_LIMIT):
            outcome = await ask(
                self._build(agent, turn.actor), question, deps=work, model=model, limits=LIMITS,
                listener=listener, said=said, keep=keep, pacer=self._pacer,
            )  # fmt: skip
        return _answer(outcome, model.model_name, spent, mask)

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
        sayings = turn.sayings or (Saying(turn.actor.display_name, turn.text, turn.actor.member_id),)
        return "\n".join(f"{one.name}: {one.text}" for one in sayings)

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
        told = f"Answer in the language with code {actor.language}. It is {now:%A %Y-%m-%d %H:%M} ({actor.timezone})."
        if actor.chat_kind is ChatKind.PRIVATE:
            return told
        return f"{told} This is a group: each line begins with its speaker's name. Tools act for {actor.display_name}."


def _answer(outcome: Outcome, model: str, spent: Progress, mask: Mask) -> ModelAnswer:
    used = (spent.input_tokens + outcome.input_tokens, spent.output_tokens + outcome.output_tokens)
    cost = price(model, *used)
    return ModelAnswer(
        mask.restore(outcome.text),
        _stored(outcome.messages, mask),
        model,
        *used,
        cost_micros=None if cost is None else round(cost * 1_000_000),
        is_partial=outcome.is_partial,
        proposals=outcome.proposals,
    )


def _silence(agent: Agent) -> float:
    """Seconds an agent's provider may say nothing; its own `timeout` where it has one."""
    own = agent.settings.get("timeout")
    return float(own) if isinstance(own, int | float) else SILENCE


def _stored(messages: Sequence[ModelMessage], mask: Mask) -> Sequence[Any]:
    dumped = ModelMessagesTypeAdapter.dump_python(list(messages), mode="json")
    stored: Sequence[Any] = restored_messages(dumped, mask)
    return stored


def _read(stored: Sequence[Any], mask: Mask) -> list[ModelMessage]:
    return ModelMessagesTypeAdapter.validate_python(hidden_messages(list(stored), mask))
