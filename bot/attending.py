"""Attending: what goes before and after a model's answer – the team's switch, the notice, memory, the budget."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import structlog

from bot.disclosing import Disclosing
from bot.gate import Priority, sending
from bot.hearing import Hearing
from crm.budgets import BudgetSpent
from crm.conversations import ModelAnswer, Turn
from crm.errors import CrmError, StorageAway
from crm.memory import Context, Memory, extract, transcript
from crm.preparing import Prepared, Preparing
from crm.privacy import OFF
from crm.turns import OWN, Listener
from handlers.notices import Notices
from handlers.texts import gettext as _
from handlers.texts import speaking
from llm.context import history_of

log = structlog.get_logger()


class Assistants(Protocol):
    """What asks the models; llm.assistants.Assistants is the one."""

    async def answer(
        self, turn: Turn, history: Sequence[Sequence[Any]], listener: Listener
    ) -> ModelAnswer: ...

    async def providers(self, turn: Turn) -> Sequence[str]:
        """Names of those that this turn's question may leave for, none when it stays here."""

    async def summary(self, turn: Turn, text: str) -> str | None:
        """The text in short, None when there is no model to make it."""


class Attending:
    """Stands where the turns' worker expects an assistant (bot.turns.Assistant)."""

    def __init__(
        self,
        assistants: Assistants,
        preparing: Preparing,
        memory: Memory,
        disclosing: Disclosing,
        notices: Notices,
        hearing: Hearing | None = None,
    ) -> None:
        self._assistants = assistants
        self._preparing = preparing
        self._memory = memory
        self._disclosing = disclosing
        self._notices = notices
        self._hearing = hearing
        self._summing: dict[int, asyncio.Task[None]] = {}  # by conversation

    async def answer(self, turn: Turn, listener: Listener) -> ModelAnswer:
        """The model's answer, or the sentence that says why no model was asked."""
        prepared = await self._preparing.of(turn)
        if prepared.is_off:
            return _said(turn, OFF)
        turn, context = replace(turn, prepared=prepared), prepared.context
        await self._tell(turn, prepared)
        try:
            if self._hearing is not None:
                heard = await self._hearing.prepare(turn)
                if isinstance(heard, ModelAnswer):
                    return heard
                turn = heard
            if turn.resumes_turn_id is not None and not context.has(turn.resumes_turn_id):
                return ModelAnswer("", [], OWN)  # what it goes on from was erased: nothing is left to say
            answer = await self._assistants.answer(turn, history_of(context), listener)
        except BudgetSpent as spent:
            await self._warn(spent)
            return _said(turn, spent.text)
        if context.left_out:
            self._sum_up(turn, context)
        return answer

    async def close(self) -> None:
        """Summaries that are under way are made again when they are needed."""
        tasks = list(self._summing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Until all summaries under way are made."""
        while self._summing:
            await asyncio.wait(set(self._summing.values()))

    async def _tell(self, turn: Turn, prepared: Prepared) -> None:
        heard_by = self._hearing.providers(turn) if self._hearing is not None else ()
        providers = (*await self._assistants.providers(turn), *heard_by)
        await self._disclosing.tell(turn, providers, prepared.told)

    async def _warn(self, spent: BudgetSpent) -> None:
        """The operators, once a day for each budget."""
        for notice in spent.notices:
            with sending(Priority.REMINDER):
                await self._notices.send(notice)

    def _sum_up(self, turn: Turn, context: Context) -> None:
        """What found no room goes into the summary, beside the answer that is on its way."""
        if turn.conversation_id in self._summing:
            return
        task = asyncio.create_task(self._summarize(turn, context))
        self._summing[turn.conversation_id] = task
        task.add_done_callback(lambda _task: self._summing.pop(turn.conversation_id, None))

    async def _summarize(self, turn: Turn, context: Context) -> None:
        text = "\n".join([*([context.summary] if context.summary else []), transcript(context.left_out)])
        try:
            made = await self._assistants.summary(turn, text)
        except StorageAway:
            return
        except Exception as fault:  # no room in a budget, a provider away: an extract will do
            log.info("summary_not_made", reason=type(fault).__name__)
            made = None
        try:
            await self._memory.summarize(
                turn, context.left_out[-1].turn_id, made or extract(context.summary, context.left_out)
            )
        except (StorageAway, CrmError):
            log.info("summary_not_kept")


def _said(turn: Turn, sentence: str) -> ModelAnswer:
    """One of our own sentences for an answer; it costs nothing and is no part of what goes along later."""
    with speaking(turn.actor.language):
        return ModelAnswer(_(sentence), [], OWN)
