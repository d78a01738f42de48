"""Notices: a sentence to somebody else about what was just done, after it is done."""

from collections.abc import Callable

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from crm.answers import Answer
from crm.teams import Reach
from handlers.answers import send_text
from handlers.texts import speaking

log = structlog.get_logger()


async def tell(bot: Bot, reach: Reach | None, make: Callable[[], Answer]) -> bool:
    """Send it in their language. Whom the bot can't write to isn't told: False, and what was done stays done."""
    if reach is None:
        return False
    with speaking(reach.language):
        answer = make()
    try:
        await send_text(bot, reach.chat_id, None, answer)
    except TelegramAPIError as fault:
        log.warning("notice_not_sent", reason=type(fault).__name__)
        return False
    return True
