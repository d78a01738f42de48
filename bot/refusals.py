"""Refusals: why a start must not go on, in one line that names the variable."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import Settings


class StartError(Exception):
    """The start must not go on; one line that names the variable."""


def unheard(fault: OSError, variable: str, port: int, host: str = "127.0.0.1") -> str:
    """Why nothing can listen there: the port is another's, or not for this user, or the address is no one of ours."""
    if fault.errno == errno.EADDRINUSE:
        return f"{variable}: port {port} is taken; name another one. Example: {variable}=8090"
    if fault.errno == errno.EACCES:
        return (
            f"{variable}: this user may not listen on port {port}; name another one. Example: {variable}=8090"
        )
    return f"HTTP_HOST: {host} is no address of this machine. Example: HTTP_HOST=127.0.0.1"


@asynccontextmanager
async def met(settings: Settings) -> AsyncIterator[None]:
    """What Telegram refuses within becomes a StartError that names the variable."""
    from aiogram.exceptions import (
        TelegramAPIError,
        TelegramNetworkError,
        TelegramNotFound,
        TelegramUnauthorizedError,
    )

    try:
        yield
    except (TelegramUnauthorizedError, TelegramNotFound):
        raise StartError("BOT_TOKEN: Telegram refuses it; ask @BotFather for the current one") from None
    except TelegramNetworkError:
        raise StartError(
            f"TELEGRAM_API_URL: {settings.telegram_api_url} can't be reached; look at the network or TELEGRAM_PROXY"
        ) from None
    except TelegramAPIError as fault:
        raise StartError(f"BOT_TOKEN: Telegram refuses to start: {fault.message}") from None
