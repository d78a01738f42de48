"""Commands of one moment, beside a running bot or without one: the claim's link, the webhook's secret, assistants."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.database import Database, prepare_database
from bot.refusals import StartError
from bot.settings import Settings

if TYPE_CHECKING:
    from crm.agents import AgentSpec

CLAIM_LIFE = 3600  # seconds
PATIENCE = 5.0  # seconds for a name that is only a comfort


async def issue_claim(database: Database) -> str:
    """A fresh one-time code; only its hash is kept."""
    from db.people import SqlPeopleDoors
    from db.storage import create_engine

    engine = create_engine(await prepare_database(database, say=lambda _line: None), pool_size=1)
    code = secrets.token_urlsafe(18)
    try:
        await SqlPeopleDoors(engine).issue_claim(hashlib.sha256(code.encode()).digest(), CLAIM_LIFE)
    finally:
        await engine.dispose()
    return code


async def username(settings: Settings) -> str | None:
    """The bot's, for the link that is its address; None without a token, or when Telegram does not say it soon."""
    from aiogram.exceptions import TelegramAPIError

    from bot.app import make_bot

    if settings.bot_token is None:
        return None
    proxy = settings.telegram_proxy.get_secret_value() if settings.telegram_proxy else None
    bot, _gate = make_bot(settings.bot_token.get_secret_value(), settings.telegram_api_url, proxy)
    try:
        async with asyncio.timeout(PATIENCE):
            return (await bot.me()).username
    except (TelegramAPIError, TimeoutError):
        return None
    finally:
        await bot.session.close()


async def rotate_secret(settings: Settings, database: Database) -> None:
    """Another secret of the webhook, beside the running bot. Raises StartError."""
    from aiogram.exceptions import TelegramAPIError

    from bot.app import make_bot
    from bot.webhook_secrets import Secrets
    from bot.webhook_setting import WebhookRefused
    from bot.webhook_setting import rotate_secret as rotate
    from db.storage import create_engine
    from db.webhooks import SqlWebhooks

    assert settings.bot_token is not None  # noqa: S101 - the command has looked
    assert settings.webhook_url is not None  # noqa: S101 - the same
    token = settings.bot_token.get_secret_value()
    proxy = settings.telegram_proxy.get_secret_value() if settings.telegram_proxy else None
    engine = create_engine(await prepare_database(database, say=lambda _line: None), pool_size=1)
    bot, _gate = make_bot(token, settings.telegram_api_url, proxy)
    webhooks = SqlWebhooks(engine)
    try:
        await rotate(bot, settings.webhook_url, webhooks, Secrets(webhooks, token, None))
    except WebhookRefused as fault:
        raise StartError(str(fault)) from None
    except TelegramAPIError as fault:
        raise StartError(f"WEBHOOK_URL: Telegram can't set it now: {type(fault).__name__}") from None
    finally:
        await bot.session.close()
        await engine.dispose()


async def bring_agents(
    settings: Settings, database: Database, specs: Sequence["AgentSpec"], *, say: Callable[[str], None]
) -> int:
    """Create or update the bot's own assistants beside running bots, which are told; how many were new or changed."""
    from db.agents import SqlAgentDoors
    from db.changes import announce
    from db.storage import create_engine

    engine = create_engine(await prepare_database(database, say=say), pool_size=1)
    try:
        changed = await SqlAgentDoors(engine).import_global(specs, only_if_empty=False)
    finally:
        await engine.dispose()
    redis = settings.redis_url
    if changed and redis is not None and not await announce(redis.get_secret_value()):
        say("REDIS_URL: can't be reached, so running bots see this within ten minutes")
    return changed


async def global_agents(database: Database, *, say: Callable[[str], None]) -> Sequence["AgentSpec"]:
    """The bot's own assistants."""
    from db.agents import SqlAgentDoors
    from db.storage import create_engine

    engine = create_engine(await prepare_database(database, say=say), pool_size=1)
    try:
        return list(await SqlAgentDoors(engine).export_global())
    finally:
        await engine.dispose()
