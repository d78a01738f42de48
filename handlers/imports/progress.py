"""Progress: how far a long import is, told on its card every few seconds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer
from handlers.answers import edit_text
from handlers.texts import gettext as _

EVERY = 3.0  # seconds between two words about the progress


@asynccontextmanager
async def progress(
    bot: Bot, query: CallbackQuery, every: float = EVERY
) -> AsyncIterator[Callable[[int], None]]:
    """While the work goes on, the card says how far it is: beside the transaction, never within it, and a word that
    doesn't get through is only missed."""
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done = count

    async def tell() -> None:
        told = 0
        while isinstance(query.message, Message):
            await asyncio.sleep(every)
            if done > told:
                told = done
                said = Answer(_("Taking in: {count} rows so far…").format(count=done))
                with suppress(TelegramAPIError):
                    await edit_text(bot, query.message.chat.id, query.message.message_id, said)

    telling = asyncio.create_task(tell())
    try:
        yield step
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
