"""Rate limits, as Telegram publishes them (Bot FAQ, "My bot is hitting limits"): when switched on, too much is 429."""

import math
from collections import defaultdict, deque

from playground.checks import Refusal

# To a person: "short bursts that go over this limit" of one a second are let through. Ours (crm.sends) are shorter,
# since messages that left a second apart may arrive closer together.
BURST = 10
PERSON, GROUP, ALL = 1.0, (60.0, 20), (1.0, 30)  # a message's seconds; (seconds, messages in them)


class RateLimits:
    """What each bot sent lately. `now` is Unix seconds."""

    def __init__(self) -> None:
        self._full_at: dict[object, float] = {}  # when a person's chat has all of its burst again
        self._sent: defaultdict[object, deque[float]] = defaultdict(deque)

    def count(self, bot_id: int, chat_id: object, now: float) -> None:
        """One more message. Raises Refusal 429; what was refused isn't counted."""
        chat = (bot_id, str(chat_id))
        in_group = str(chat_id).startswith("-")
        here = (
            self._window(chat, now, *GROUP) if in_group else self._full_at.get(chat, now) - now - (BURST - 1)
        )
        if (wait := max(here, self._window(bot_id, now, *ALL))) > 0:
            seconds = math.ceil(wait)
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        if in_group:
            self._sent[chat].append(now)
        else:
            self._full_at[chat] = max(self._full_at.get(chat, now), now) + PERSON
        self._sent[bot_id].append(now)

    def _window(self, key: object, now: float, seconds: float, count: int) -> float:
        sent = self._sent[key]
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        return sent[-count] + seconds - now if len(sent) >= count else 0.0
