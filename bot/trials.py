"""Trials: an assistant that is being made answers once, beside all else, and nothing of it is kept."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from telegramify_markdown import convert

from crm.agents import Agent
from crm.answers import Answer, Button, Entity
from crm.errors import CrmError
from crm.people import Actor
from crm.turns import Turn, Unwatched
from crm.updates import Arrival
from handlers.agents.marks import mark
from handlers.answers import send_text
from handlers.texts import gettext as _
from handlers.texts import speaking
from llm.assistants import Assistants

log = structlog.get_logger()
AT_ONCE = 4  # trials of one process


class ModelTrials:
    """See crm.agents.trials.Trials. One that is under way when the process ends is not taken up again; it says so."""

    def __init__(
        self,
        bot: Bot,
        assistants: Assistants,
        clock: Callable[[], datetime],
        new_reference: Callable[[], str],
        report: Callable[[BaseException, str], None],
    ) -> None:
        self._bot = bot
        self._assistants = assistants
        self._clock = clock
        self._new_reference = new_reference
        self._report = report
        self._places = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    def start(self, actor: Actor, arrival: Arrival, agent: Agent, question: str) -> None:
        task = asyncio.create_task(self._run(actor, arrival, agent, question))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """End those under way."""
        ending = list(self._running)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _run(self, actor: Actor, arrival: Arrival, agent: Agent, question: str) -> None:
        turn = Turn(
            id=0,  # no row
            conversation_id=0,
            lease="",
            attempts=1,
            agent_id=agent.id,
            actor=actor,
            thread_id=arrival.thread_id,
            message_id=arrival.message_id,
            text=question,
            asked_at=arrival.sent_at,
        )
        try:
            async with self._places:
                answer = await self._assistants.answer(turn, (), Unwatched(), agent)
            text, entities = convert(answer.text)
            kept = tuple(
                Entity(str(one.type), one.offset, one.length, one.url, one.language) for one in entities
            )
            await self._send(actor, arrival, agent, text, kept)
        except asyncio.CancelledError:
            with speaking(actor.language):
                await self._send(actor, arrival, agent, _("The trial was interrupted. Ask again, please."))
            raise
        except CrmError as refused:
            with speaking(actor.language):
                await self._send(actor, arrival, agent, _(refused.text).format(**refused.fields))
        except Exception as fault:
            await self._apologise(actor, arrival, agent, fault)

    async def _apologise(self, actor: Actor, arrival: Arrival, agent: Agent, fault: Exception) -> None:
        """One form of error (DESIGN §2.7)."""
        reference = self._new_reference()
        log.error("trial_fault", reference=reference, exc_info=fault)
        self._report(fault, reference)
        at = self._clock().astimezone(actor.zone)
        with speaking(actor.language):
            sentence = _(
                "The assistant could not answer. Try again in a minute. Reference {reference}, {time}."
            ).format(reference=reference, time=f"{at:%d.%m %H:%M}")
        await self._send(actor, arrival, agent, sentence)

    async def _send(
        self, actor: Actor, arrival: Arrival, agent: Agent, text: str, entities: tuple[Entity, ...] = ()
    ) -> None:
        """Below the words, so that their entities stay in place: that it was a trial."""
        with speaking(actor.language):
            said = _("A trial of “{name}”: nothing of it is saved.").format(name=agent.name(actor.language))
            rows = (
                (
                    Button(_("Try again"), data=mark(agent, "try")),
                    Button(_("‹ Back"), data=mark(agent, "card")),
                ),
            )
        try:
            await send_text(
                self._bot,
                actor.telegram_chat_id,
                arrival.thread_id,
                Answer(f"{text}\n\n— {said}", entities, buttons=rows),
            )
        except TelegramAPIError as fault:
            log.info("trial_not_sent", reason=type(fault).__name__)
