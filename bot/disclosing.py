"""Disclosing: before anything leaves for a provider, whoever asked is told what does, once for each of them."""

from collections.abc import Sequence

from aiogram import Bot

from crm.people import ChatKind
from crm.privacy import Privacy
from crm.turns import Turn
from handlers.answers import send_text
from handlers.privacy import provider_notice
from handlers.texts import speaking


class Disclosing:
    """`tell` is called before each question. In a group it is said to the one who asked."""

    def __init__(self, bot: Bot, privacy: Privacy) -> None:
        self._bot = bot
        self._privacy = privacy

    async def tell(self, turn: Turn, providers: Sequence[str], told: Sequence[str]) -> None:
        """Name those of `providers` that the person was not `told` of yet. Raises aiogram's errors: then nothing was
        told, and nothing may leave."""
        untold = [one for one in dict.fromkeys(providers) if one not in told]
        if not untold:
            return
        with speaking(turn.actor.language):
            notice = provider_notice(untold)
        reply_to = turn.message_id if turn.actor.chat_kind is not ChatKind.PRIVATE else None
        await send_text(self._bot, turn.actor.telegram_chat_id, turn.thread_id, notice, reply_to=reply_to)
        await self._privacy.tell(turn.actor, untold)
