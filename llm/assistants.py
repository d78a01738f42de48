"""Assistants: an agent's row becomes a pydantic-ai agent that answers a turn."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic_ai import Agent as ModelAgent
from pydantic_ai import DeferredToolRequests, UsageLimits
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, UserContent
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from crm.agents import Agent, AgentDirectory, answering, default_of, in_language
from crm.attachments import SEEN
from crm.errors import N_, NotFound
from crm.people import Actor, ChatKind
from crm.turns import Listener, ModelAnswer, Progress, Saying, Turn
from crm.usage import Usage
from llm.asking import GO_ON, GROUND, Output, closed, decisions
from llm.context import ASK_SUMMARY, BRIEF
from llm.fallbacks import Chain, Patience
from llm.files import reads, shown, with_files, with_material, without_files
from llm.masking import Mask, hidden_messages, restored_messages
from llm.models import ModelConfig, Models, providers_of, settings_of
from llm.offline import offline_model
from llm.pacing import Pacer
from llm.prices import price
from llm.streaming import Outcome, Question, Said, ask
from llm.tools import TOOLS, Desk, Work

BUILT = 256  # agents kept built, by id, version and language; the one not asked for longest goes first
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
        usage: Usage | None = None,
        patience: Patience | None = None,
        download: Callable[[str], Awaitable[bytes]] | None = None,
    ) -> None:
        self._directory = directory
        self._desk = desk
        self._config = config
        self._clock = clock
        self._built: OrderedDict[tuple[int, int, str], ModelAgent[Work, Output]] = OrderedDict()
        self._models = Models(config)
        self._usage = usage
        self._patience = patience or Patience()
        self._download = download
        self._pacer = Pacer()

    async def answer(
        self,
        turn: Turn,
        history: Sequence[Sequence[Any]],
        listener: Listener,
        trial: Agent | None = None,
    ) -> ModelAnswer:
        """Run the turn's agent, or in its place the one on `trial`, from where an earlier process left off.

        Raises TimeoutError after TIME_LIMIT, BudgetSpent, ModelAway for what may pass, the provider's other errors as
        they are.
        """
        await self._pacer.turn(listener)
        agent, mask = trial or await self._agent(turn), Mask()
        outcomes = await self._outcomes(turn)
        work = Work(turn, self._desk, self._clock, mask, outcomes)
        model, said, spent = self._model(agent, turn), Said(), turn.progress
        listener.follow(lambda: mask.restore_partial(said.text()))

        async def keep(messages: Sequence[ModelMessage], usage: RunUsage) -> None:
            used = (spent.input_tokens + usage.input_tokens, spent.output_tokens + usage.output_tokens)
            await listener.step_done(Progress(_stored(messages, mask), *used))

        past = [one for messages in history for one in _read(messages, mask)]
        begun = _read(spent.messages, mask)
        if self._download is not None and any(one.kind in SEEN for one in turn.attachments):
            begun = await with_files(begun, turn.attachments, self._download)
            past = await with_files(past, turn.attachments, self._download) if turn.resumes_turn_id else past
        decided = decisions(past, outcomes) if turn.resumes_turn_id is not None else None
        question = Question(
            await self._question(turn, mask.hide(self._spoken(turn))),
            closed(past, outcomes, but_the_last=decided is not None),
            begun,
            decided,
        )
        async with asyncio.timeout(TIME_LIMIT):
            outcome = await ask(
                self._build(agent, turn.actor), question, deps=work, model=model, limits=LIMITS,
                listener=listener, said=said, keep=keep, pacer=self._pacer,
            )  # fmt: skip
        return _answer(outcome, model.model_name, spent, mask)

    async def _outcomes(self, turn: Turn) -> Mapping[str, str]:
        """What became of what was asked to be written in this conversation."""
        if turn.prepared is not None:
            return turn.prepared.outcomes
        return await self._desk.proposals.outcomes(turn.actor, turn.conversation_id)

    def prepare(self) -> None:
        """Build the bot's own model before anybody asks. Raises ModelConfigError."""
        self._models.prepare()

    def _spoken(self, turn: Turn) -> str:
        """In a group a model must know who speaks; the offline one reads the bare line, as commands do."""
        if turn.resumes_turn_id is not None:
            return GO_ON
        if self._config.is_offline:
            return turn.text
        text = with_material(turn.text, turn.attachments)
        if turn.actor.chat_kind is ChatKind.PRIVATE:
            return text
        sayings = turn.sayings
        if turn.attachments or not sayings:  # what carries a file is nobody else's too (migration 0022)
            sayings = (Saying(turn.actor.display_name, text, turn.actor.member_id),)
        return "\n".join(f"{one.name}: {one.text}" for one in sayings)

    async def providers(self, turn: Turn, trial: Agent | None = None) -> Sequence[str]:
        """Names of those that this turn's question may leave for; none when it stays here."""
        if self._config.is_offline:
            return ()
        return providers_of(self._config, trial or await self._agent(turn))

    async def summary(self, turn: Turn, text: str) -> str | None:
        """The text in short, by the turn's own models; None offline. Raises BudgetSpent and the provider's errors."""
        if self._config.is_offline:
            return None
        mask = Mask()
        model = self._model(await self._agent(turn), turn)
        async with asyncio.timeout(TIME_LIMIT):
            result = await ModelAgent(model, instructions=ASK_SUMMARY, model_settings=BRIEF).run(
                mask.hide(text)
            )
        return mask.restore(result.output)

    async def reads(self, turn: Turn) -> bool:
        """Whether the turn's model is shown the pictures and files that came with it."""
        agent = await self._agent(turn)
        return not self._config.is_offline and all(
            reads(agent, self._config.reads, one) for one in turn.attachments if one.kind in SEEN
        )

    async def _question(self, turn: Turn, words: str) -> str | list[UserContent]:
        goes_on = (
            turn.resumes_turn_id is not None or turn.progress.messages
        )  # the files are in what was said before
        if self._download is None or goes_on or not any(one.kind in SEEN for one in turn.attachments):
            return words
        return [*([words] if words else []), *await shown(turn.attachments, self._download)]

    async def _agent(self, turn: Turn) -> Agent:
        """The default stands in for one that was deleted or switched off meanwhile. Raises NotFound for nobody."""
        agents = await self._directory.roster(turn.actor)
        agent = answering(agents, turn.agent_id) or default_of(agents)
        if agent is None:
            raise NotFound(N_("There are no assistants yet. The bot's operator can add them."))
        return agent

    async def close(self) -> None:
        """Close the providers' connections."""
        await self._models.close()

    def _model(self, agent: Agent, turn: Turn) -> Model:
        if self._config.is_offline:
            return offline_model(turn.actor.language, turn.actor.timezone)
        models = self._models.of(agent)
        if self._usage is None:
            return Chain(models, None, _patience(agent, self._patience))
        meter = self._usage.meter(turn.actor, agent_id=agent.id, turn_id=turn.id or None)
        return Chain(models, meter, _patience(agent, self._patience))

    def _build(self, agent: Agent, actor: Actor) -> ModelAgent[Work, Output]:
        key = (agent.id, agent.version, actor.language)
        if key not in self._built:
            built = ModelAgent(
                deps_type=Work,
                output_type=[str, DeferredToolRequests],
                retries=RETRIES,
                tools=[
                    tool for name, tool in TOOLS.items() if name in agent.tools or self._config.is_offline
                ],
                model_settings=settings_of(agent),
                defer_model_check=True,
            )
            own = in_language(agent.instructions, actor.language)
            built.instructions(lambda context: f"{context.deps.mask.hide(own)}\n\n{GROUND}")
            built.instructions(self._circumstances)
            self._built[key] = built
            if len(self._built) > BUILT:
                self._built.popitem(last=False)
        self._built.move_to_end(key)
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


def _patience(agent: Agent, usual: Patience) -> Patience:
    """How long an agent's provider may say nothing; its own `timeout` in seconds where it has one."""
    own = agent.settings.get("timeout")
    if not isinstance(own, int | float):
        return usual
    return replace(usual, first_token=float(own), between_tokens=float(own))


def _stored(messages: Sequence[ModelMessage], mask: Mask) -> Sequence[Any]:
    dumped = without_files(ModelMessagesTypeAdapter.dump_python(list(messages), mode="json"))
    stored: Sequence[Any] = restored_messages(dumped, mask)
    return stored


def _read(stored: Sequence[Any], mask: Mask) -> list[ModelMessage]:
    return ModelMessagesTypeAdapter.validate_python(hidden_messages(list(stored), mask))
