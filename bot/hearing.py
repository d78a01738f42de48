"""Hearing: the part of a turn that makes text of what was spoken, before a model is asked – outside of any handler."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from aiogram import Bot

from crm.answers import Answer
from crm.attachments import SEEN, Attachment
from crm.budgets import BudgetSpent
from crm.conversations import Conversations, ModelAnswer, Turn
from crm.errors import AlreadyHandled, BadInput, CrmError
from crm.memory import Memory
from crm.people import ChatKind
from crm.quick_adds import QuickAdds
from crm.turns import OWN
from crm.updates import Arrival
from crm.usage import Usage
from handlers.answers import send_text
from handlers.memory import remembered, to_remember
from handlers.offers import source_of_recording
from handlers.quick_adds import saved_card
from handlers.texts import gettext as _
from handlers.texts import speaking
from llm.transcripts import NotHeard, Transcripts

SHOWN = 3500  # characters of a transcript that are shown
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~])")  # what Markdown would take for its own


class Hearing:
    """Hears what a turn carries, shows the words, and saves what they say without doubt (crm.quick_adds)."""

    def __init__(
        self,
        bot: Bot,
        transcripts: Transcripts,
        download: Callable[[str], Awaitable[bytes]],
        conversations: Conversations,
        quick_adds: QuickAdds,
        usage: Usage,
        reads: Callable[[Turn], Awaitable[bool]],
        memory: Memory,
        offer: Callable[[Turn], Awaitable[Answer]] | None = None,
    ) -> None:
        """`reads` says whether the turn's model is shown its pictures and files; `offer` asks what shall become of
        somebody else's words."""
        self._bot = bot
        self._transcripts = transcripts
        self._download = download
        self._conversations = conversations
        self._quick_adds = quick_adds
        self._usage = usage
        self._reads = reads
        self._memory = memory
        self._offer = offer

    def providers(self, turn: Turn) -> Sequence[str]:
        """Whose server hears the turn, none when nothing was spoken or it is our own."""
        spoken = any(one.is_spoken and one.text is None for one in turn.attachments)
        return (self._transcripts.provider,) if spoken and self._transcripts.provider is not None else ()

    async def prepare(self, turn: Turn) -> Turn | ModelAnswer:
        """The turn with its words, or the answer that ends it without a model. A turn that is taken up again after a
        crash is not heard again: its words are in its row. Raises BudgetSpent."""
        if turn.resumes_turn_id is not None or not turn.attachments:
            return turn
        with speaking(turn.actor.language):
            if any(one.kind in SEEN for one in turn.attachments) and not await self._reads(turn):
                return _ended(
                    _("No model that reads pictures and files is connected here. Write it in words, please.")
                )
            return await self._listen(turn) if any(one.is_spoken for one in turn.attachments) else turn

    async def _listen(self, turn: Turn) -> Turn | ModelAnswer:
        is_new = any(one.is_spoken and one.text is None for one in turn.attachments)
        if is_new:
            try:
                turn = await self._heard(turn)
            except NotHeard:
                return _ended(_("I could not make out the recording. Send it again, or write it, please."))
            except BudgetSpent:
                raise
            except CrmError as rule:  # Telegram no longer has it, or won't give it
                return _ended(_(rule.text).format(**rule.fields))
        if not turn.text.strip():
            return _ended(_("I heard no words in it. Send it again, or write it, please."))
        if turn.actor.chat_kind is ChatKind.PRIVATE and (done := await self._done(turn)) is not None:
            return _ended(_plain(done))
        if self._offer is not None and _is_all_of_others(turn):
            await self._say(turn, await self._offer(turn))
            return _ended("")
        if is_new:
            await self._say(turn, Answer(_shown(turn.text)))
        return turn

    async def _heard(self, turn: Turn) -> Turn:
        meter = self._usage.meter(turn.actor, agent_id=turn.agent_id, turn_id=turn.id)
        heard: list[Attachment] = []
        for one in turn.attachments:
            if one.is_spoken and one.text is None:
                content = await self._download(one.file_id)
                words = await self._transcripts.hear(content, one.name or "voice.ogg", one.seconds, meter)
                heard.append(replace(one, text=words))
            else:
                heard.append(one)
        said = [turn.text, *(one.text or "" for one in heard if one.is_spoken)]
        words = "\n".join(part for part in said if part)
        turn = replace(
            turn, text=words, sayings=(), attachments=tuple(heard)
        )  # it joins no other (migration 0022)
        await self._conversations.keep_heard(turn)
        return turn

    async def _done(self, turn: Turn) -> str | None:
        """What is said where the words were enough, and no model is asked."""
        if (said := await self._remembered(turn)) is not None:
            return f"{_shown(turn.text)}\n\n{said}"
        return _shown(turn.text) if await self._saved(turn) else None

    async def _remembered(self, turn: Turn) -> str | None:
        """«Запомни, что …» in one's own voice is kept as the typed one is; what is said of it. None for all else."""
        words = to_remember(turn.text)
        if words is None or any(one.is_material for one in turn.attachments):
            return None
        words = words.removesuffix(".")  # which people don't say, and a model for speech writes
        try:
            done = await self._memory.remember(
                turn.actor, self._arrival(turn), words, remembered, finishes=False
            )
        except BadInput as rule:  # too long, or enough is remembered
            return _(rule.text).format(**rule.fields)
        return done.text

    async def _saved(self, turn: Turn) -> bool:
        """What the words say without doubt is saved, by the rules of a typed line; its card comes with the buttons."""
        try:
            card = await self._quick_adds.save(
                turn.actor,
                self._arrival(turn),
                turn.text,
                lambda saved: saved_card(saved, turn.actor, turn.message_id, turn.asked_at),
                finishes=False,
                source=source_of_recording(turn),
            )
        except AlreadyHandled:  # saved by the process that died before it could say so
            return True
        if card is None:
            return False
        await self._say(turn, card)
        return True

    def _arrival(self, turn: Turn) -> Arrival:
        """Of what was said; its update was finished when it became a turn."""
        chat_id = turn.actor.telegram_chat_id
        return Arrival(self._bot.id, 0, chat_id, turn.asked_at, turn.thread_id, turn.message_id)

    async def _say(self, turn: Turn, answer: Answer) -> None:
        reply_to = turn.message_id if turn.actor.chat_kind is not ChatKind.PRIVATE else None
        await send_text(self._bot, turn.actor.telegram_chat_id, turn.thread_id, answer, reply_to=reply_to)


def _is_all_of_others(turn: Turn) -> bool:
    """A forwarded recording with no word of the person's own: nobody has said what it is wanted for."""
    spoken = [one for one in turn.attachments if one.is_spoken]
    return (
        turn.actor.chat_kind is ChatKind.PRIVATE
        and all(one.of_others for one in spoken)
        and turn.text.strip() == "\n".join(one.text or "" for one in spoken).strip()
    )


def _shown(words: str) -> str:
    words = words.strip()
    return f"🎤 «{words if len(words) <= SHOWN else words[:SHOWN] + '…'}»"


def _plain(text: str) -> str:
    """As a model would write it to have it read as it stands."""
    return _MARKS.sub(r"\\\1", text)


def _ended(text: str) -> ModelAnswer:
    return ModelAnswer(text, [], OWN)
