"""Setting the webhook: at the start, when it differs, and looking after it from then on."""

import asyncio

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.types import WebhookInfo

from bot.polling import KINDS
from bot.webhook import Webhook
from bot.webhook_secrets import Secrets, hash_of
from db.webhooks import KeptWebhook, SqlWebhooks

log = structlog.get_logger()
CONNECTIONS = 40  # updates Telegram brings at once, to all replicas together (Bot API: up to 100)
LOOK = 60.0  # seconds between looks at what Telegram says of the webhook


ELSEWHERE = (
    "BOT_TOKEN: a webhook is set elsewhere for this bot. If nothing of yours needs it any more:"
    " .venv/bin/python -m bot run --take-over"
)


class WebhookRefused(Exception):
    """The webhook can't be had; one line for the operator that names the variable."""


async def set_webhook(
    bot: Bot, url: str, webhooks: SqlWebhooks, secrets: Secrets, *, take_over: bool
) -> bool:
    """Have Telegram bring updates to `url`; False when it does already. Raises WebhookRefused, TelegramAPIError.

    Replicas that start together set the same, so it makes no difference whose call is the last.
    """
    kept = await webhooks.kept()
    secret = secrets.remember(kept)
    there = await bot.get_webhook_info()
    if there.url and there.url not in (url, kept.url) and not take_over:
        raise WebhookRefused(ELSEWHERE)
    if is_set(there, kept, url, secret):
        return False
    await webhooks.keep(url, hash_of(secret))
    secrets.remember(await webhooks.kept())
    try:
        await bot.set_webhook(
            url, secret_token=secret, max_connections=CONNECTIONS, allowed_updates=KINDS,
            drop_pending_updates=False,
        )  # fmt: skip
    except TelegramBadRequest as refused:
        raise WebhookRefused(f"WEBHOOK_URL: Telegram refuses it: {refused.message}") from None
    if (now := await bot.get_webhook_info()).url != url:
        raise WebhookRefused(f"WEBHOOK_URL: Telegram has {now.url or 'none'} after it was set; try again")
    return True


async def rotate_secret(bot: Bot, url: str, webhooks: SqlWebhooks, secrets: Secrets) -> None:
    """Another secret of those we make, told to Telegram. No update is lost: running replicas take the new one as soon
    as it is said to them, and the one before, which updates on their way still carry. Killed anywhere in between, the
    next start goes on from what is kept. Raises WebhookRefused, TelegramAPIError."""
    await webhooks.next_secret()
    await set_webhook(bot, url, webhooks, secrets, take_over=False)


def is_set(there: WebhookInfo, kept: KeptWebhook, url: str, secret: str) -> bool:
    """Telegram doesn't tell the secret, so what was set last is remembered by its hash."""
    return (
        there.url == url
        and kept.url == url
        and kept.hash == hash_of(secret)
        and set(there.allowed_updates or ()) == set(KINDS)
        and there.max_connections == CONNECTIONS
    )


async def look_after(bot: Bot, url: str, webhook: Webhook) -> None:
    """Until canceled: say when somebody else has set another webhook, and what Telegram complains of, once each."""
    well, complaint = True, None
    while True:
        await asyncio.sleep(LOOK)
        try:
            there = await bot.get_webhook_info()
        except TelegramAPIError as fault:
            log.warning("telegram_unreachable", reason=type(fault).__name__)
            continue
        webhook.alive_at = asyncio.get_running_loop().time()
        if well and there.url != url:
            log.error("webhook_replaced")  # by a bot that polls, or elsewhere; whoever did it knows why
        well = there.url == url
        if there.last_error_date is not None and there.last_error_date != complaint:
            log.warning(
                "webhook_complaint", said=there.last_error_message, waiting=there.pending_update_count
            )
        complaint = there.last_error_date
