"""Trials: an assistant that is being made answers once, beside all else, and nothing of it is kept."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import randbits

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from telegramify_markdown import convert

from bot.disclosing import Disclosing
from crm.agents import Agent
from crm.answers import Answer, Button, Entity
from crm.errors import N_, BadInput, CrmError, NotAllowed, StorageAway
from crm.people import Actor
from crm.privacy import OFF, Privacy
from crm.storage import Storage
from crm.turns import ModelAnswer, Turn, Unwatched
from crm.updates import Arrival, Notice, Postponed, UpdateJournal
from handlers.agents.marks import mark
from handlers.answers import send_text
from handlers.texts import gettext as _
from handlers.texts import speaking
from llm.assistants import Assistants

log = structlog.get_logger()
AT_ONCE = 4  # trials of one process
WAITING = 60.0  # seconds that a trial waits for its turn
LEASE = timedelta(minutes=3)  # longer than the wait, a model's answer (llm.assistants) and its sending
INTERRUPTED = N_("The trial was interrupted. Ask again, please.")
BUSY = N_("That is more questions than I can answer at once. Ask again in a minute.")


class ModelTrials:
    """See crm.agents.trials.Trials. One that is under way when the process ends is not taken up again. It says so: at
    once where the process may still speak, else from a row that was owed since the trial began."""

    def __init__(
        self,
        bot: Bot,
        assistants: Assistants,
        privacy: Privacy,
        disclosing: Disclosing,
        clock: Callable[[], datetime],
        new_reference: Callable[[], str],
        report: Callable[[BaseException, str], None],
        journal: UpdateJournal,
        storage: Storage,
    ) -> None:
        self._bot = bot
        self._assistants = assistants
        self._privacy = privacy
        self._disclosing = disclosing
        self._clock = clock
        self._new_reference = new_reference
        self._report = report
        self._journal = journal
        self._storage = storage
        self._places = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, actor: Actor, arrival: Arrival, agent: Agent, question: str) -> None:
        owed = await self._owe(actor, arrival, agent)
        task = asyncio.create_task(self._tell(actor, arrival, agent, question, owed))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """End those under way."""
        ending = list(self._running)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _owe(self, actor: Actor, arrival: Arrival, agent: Agent) -> int | None:
        """The row from which a trial that a kill ended is said to have been interrupted; None while PostgreSQL is away.
        It answers no update: its number is below zero, where Telegram has none."""
        number = -1 - randbits(62)
        topic = {} if arrival.thread_id is None else {"message_thread_id": arrival.thread_id}
        message = {
            "message_id": 0,
            "date": int(self._clock().timestamp()),
            "chat": {"id": actor.telegram_chat_id, "type": actor.chat_kind.value},
            **topic,
        }
        with speaking(actor.language):
            answer = _answer(agent, actor, _(INTERRUPTED))
        owed = Postponed(number, {"update_id": number, "message": message}, answer)
        notice = Notice(self._bot.id, owed, self._clock() + LEASE)
        try:
            async with self._storage.transaction(actor) as unit:
                await unit.updates.owe([notice])
        except StorageAway:
            return None
        return number

    async def _tell(
        self, actor: Actor, arrival: Arrival, agent: Agent, question: str, owed: int | None
    ) -> None:
        try:
            await self._run(actor, arrival, agent, question)
        finally:
            if owed is not None:
                with contextlib.suppress(StorageAway):
                    await self._journal.answered(self._bot.id, owed)

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
            answer = await self._ask(turn, agent)
            text, entities = convert(answer.text)
            kept = tuple(
                Entity(str(one.type), one.offset, one.length, one.url, one.language) for one in entities
            )
            await self._send(actor, arrival, agent, text, kept)
        except asyncio.CancelledError:
            with speaking(actor.language):
                await self._send(actor, arrival, agent, _(INTERRUPTED))
            raise
        except CrmError as refused:
            with speaking(actor.language):
                await self._send(actor, arrival, agent, _(refused.text).format(**refused.fields))
        except Exception as fault:
            await self._apologise(actor, arrival, agent, fault)

    async def _ask(self, turn: Turn, agent: Agent) -> ModelAnswer:
        """A trial goes where a question goes: not from a team without assistants, and its provider is told of."""
        if await self._privacy.is_off(turn.actor):
            raise NotAllowed(OFF)
        providers = await self._assistants.providers(turn, agent)
        await self._disclosing.tell(turn, providers, await self._privacy.told(turn.actor))
        try:
            async with asyncio.timeout(WAITING):
                await self._places.acquire()
        except TimeoutError:
            raise BadInput(BUSY) from None
        try:
            return await self._assistants.answer(turn, (), Unwatched(), agent)
        finally:
            self._places.release()

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
        with speaking(actor.language):
            answer = _answer(agent, actor, text, entities)
        try:
            await send_text(self._bot, actor.telegram_chat_id, arrival.thread_id, answer)
        except TelegramAPIError as fault:
            log.info("trial_not_sent", reason=type(fault).__name__)


def _answer(agent: Agent, actor: Actor, text: str, entities: tuple[Entity, ...] = ()) -> Answer:
    """Below the words, so that their entities stay in place: that it was a trial."""
    said = _("A trial of “{name}”: nothing of it is saved.").format(name=agent.name(actor.language))
    again = Button(_("Try again"), data=mark(agent, "try"))
    back = Button(_("‹ Back"), data=mark(agent, "card"))
    return Answer(f"{text}\n\n— {said}", entities, buttons=((again, back),))
