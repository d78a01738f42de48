"""Webhooks: what is remembered of the one we set, through its two doors."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.transactions import plain_transaction


@dataclass(frozen=True, slots=True)
class KeptWebhook:
    """`hash` and `previous_hash` are SHA-256 of secrets; `secret_number` says which of those we make is in use."""

    url: str | None = None
    hash: bytes | None = None
    previous_hash: bytes | None = None
    secret_number: int = 1


class SqlWebhooks:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def kept(self) -> KeptWebhook:
        async with plain_transaction(self._engine) as link:
            row = (await link.execute(text("SELECT * FROM kept_webhook()"))).one_or_none()
        return KeptWebhook(*row) if row is not None else KeptWebhook()

    async def next_secret(self) -> int:
        """The number of a new secret; those before it stay as they are until it is kept."""
        async with plain_transaction(self._engine) as link:
            return int(await link.scalar(text("SELECT next_webhook_secret()")) or 1)

    async def keep(self, url: str, secret_hash: bytes) -> None:
        """Before it is set: from now on Telegram may use it. The one before stays good too."""
        async with plain_transaction(self._engine) as link:
            await link.execute(text("SELECT keep_webhook(:url, :hash)"), {"url": url, "hash": secret_hash})
