"""The webhook's secret: what Telegram must say with each update, known to all replicas, stored nowhere but hashed."""

import hmac
import time
from collections.abc import Callable
from hashlib import sha256

from db.webhooks import KeptWebhook, SqlWebhooks

# seconds between looks at what another replica may have changed, however often a wrong one is said
LOOK = 1.0


class Secrets:
    """WEBHOOK_SECRET, or one made from the bot's token, so that replicas agree without a word.

    What the database remembers counts too, the secret in use and the one before: while replicas are restarted with
    a new one, each takes what Telegram says. `clock` counts seconds, monotonic.
    """

    def __init__(
        self,
        webhooks: SqlWebhooks,
        token: str,
        given: str | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._webhooks = webhooks
        self._token = token
        self._given = given
        self._clock = clock
        self._known: set[bytes] = set()
        self._look_at = 0.0

    async def know(self, said: str) -> bool:
        """Whether Telegram said it, in a time that tells nothing. Raises StorageAway when that can't be known."""
        if self._is_known(said):
            return True
        if self._clock() < self._look_at:
            return False
        self._look_at = self._clock() + LOOK
        self.remember(await self._webhooks.kept())
        return self._is_known(said)

    def remember(self, kept: KeptWebhook) -> str:
        """What counts from now on; ours, for setWebhook."""
        own = self._given or made_from(self._token, kept.secret_number)
        self._known = {one for one in (hash_of(own), kept.hash, kept.previous_hash) if one is not None}
        return own

    def _is_known(self, said: str) -> bool:
        hashed = hash_of(said)
        return sum(hmac.compare_digest(hashed, one) for one in self._known) > 0  # all are looked at


def made_from(token: str, number: int) -> str:
    """Another number, another secret; none leads to the token or to each other."""
    return hmac.new(token.encode(), f"switchboard webhook {number}".encode(), sha256).hexdigest()


def hash_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
