"""Downloads: a document that somebody sent, fetched from Telegram again whenever it is needed."""

from io import BytesIO

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest

from crm.errors import N_, BadInput
from crm.imports import BYTES


async def download(bot: Bot, file_id: str) -> bytes:
    """The file's bytes. Raises BadInput for one that is too large or that Telegram no longer has."""
    try:
        file = await bot.get_file(file_id)
    except TelegramBadRequest as refused:
        if "too big" in refused.message:
            raise too_large() from None
        raise BadInput(N_("Telegram no longer has this file. Send it again.")) from None
    if (file.file_size or 0) > BYTES or file.file_path is None:
        raise too_large()
    held = BytesIO()
    await bot.download_file(file.file_path, held, timeout=120)
    return held.getvalue()


def too_large() -> BadInput:
    return BadInput(
        N_("The file is larger than {limit} MB, which is all a bot may fetch. Split it and send its parts."),
        limit=BYTES // 1_000_000,
    )
