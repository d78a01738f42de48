"""Updates: which ones have had their effect, and which still have an answer owed (DESIGN §2.1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from crm.answers import Answer
from crm.dialogs import DialogKey

# how long a replica that says nothing is believed to work on a chat's update
LANE_LEASE = timedelta(seconds=6)
# How long a notice is its writer's alone to send: longer than the gate holds a call.
NOTICE_LEASE = timedelta(minutes=2)
KEPT = timedelta(days=7)  # how long it is remembered that an update was handled; Telegram keeps one for a day


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where and when a message or a press reached us. `sent_at` is Telegram's time of the message, aware, UTC;
    for a pressed button, the time it reached us. `line` counts the lines of one message that make rows, from 0.
    `closes` is the question that it answers, which ends in the transaction of the effect: a kill ends both or none."""

    bot_id: int
    update_id: int
    telegram_chat_id: int
    sent_at: datetime
    thread_id: int | None = None
    message_id: int | None = None
    line: int = 0
    closes: DialogKey | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of an update as it is taken up. `attempts` counts this one, should it come to its effect;
    `handled` says the effect is committed; `owed` is the answer to send, None when there is none or it was sent."""

    attempts: int
    handled: bool
    owed: Answer | None


@dataclass(frozen=True, slots=True)
class Postponed:
    """An answer that Telegram doesn't want yet. `address` is the update without its words, as much of it as says
    where to answer; `tries` counts sendings that Telegram may have taken."""

    update_id: int
    address: Mapping[str, Any]
    answer: Answer
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to somebody else than who wrote, about what is done in the same transaction. It answers no update, so
    its `update_id` is below zero. Whoever wrote it sends it after the commit, anybody after `until`."""

    bot_id: int
    owed: Postponed
    until: datetime


Result = TypeVar("Result")
Telling = Callable[[Result], Sequence[Notice]]
"""Who is to hear of the result of a use case. Pure, and called inside the transaction, as a Reply is."""


def nobody(_result: object) -> Sequence[Notice]:
    """The Telling of what concerns nobody else."""
    return ()


@dataclass(frozen=True, slots=True)
class Place:
    """An update in its chat's row of updates, as one process sees it. `holder` is that process's own word."""

    bot_id: int
    update_id: int
    lane: str
    holder: str


class UpdateStore(Protocol):
    """Inside the transaction of an effect."""

    async def owe(self, notices: Sequence[Notice]) -> None:
        """Write down what others are to hear."""

    async def finish(self, arrival: Arrival, answer: Answer | None, notices: Sequence[Notice] = ()) -> None:
        """Write that the update is handled, with the answer owed and what others are to hear of it. Raises
        AlreadyHandled on the second time."""


class UpdateJournal(Protocol):
    """Outside of any workspace; each call is a transaction of its own."""

    async def begin(self, bot_id: int, update_id: int) -> Beginning:
        """The first attempt is counted at once."""

    async def count_attempt(self, bot_id: int, update_id: int) -> None:
        """Another one, as its effect begins: what only waited as its process ended did not end it."""

    async def answered(self, bot_id: int, update_id: int) -> None: ...

    async def postpone(self, bot_id: int, postponed: Postponed, until: datetime) -> None:
        """Leave the answer to its row: the update is finished, and the answer is sent from there."""

    async def due(
        self, bot_id: int, now: datetime, *, lease: timedelta, limit: int = 50
    ) -> Sequence[Postponed]:
        """Postponed answers whose time has come, the oldest first, put off by `lease` for others meanwhile."""

    async def give_up(self, bot_id: int, update_id: int) -> None:
        """Record an update that ended its process five times, so that it is passed."""

    async def purge(self, before: datetime) -> None:
        """Forget updates begun, questions and links run out before this moment."""


class UpdateLanes(Protocol):
    """Updates that come to any replica: one of a chat at a time, by a lease on its row. The holder says twice in a
    lease that it is alive; who died or hangs loses it."""

    async def take(self, place: Place) -> Beginning | None:
        """Begin the update, or None while another replica works on one of the same chat."""

    async def count_attempt(self, place: Place) -> None:
        """As in the journal: any but the first, as its effect begins."""

    async def finish(self, place: Place) -> None:
        """The update is handled, and answered unless that was postponed; the next one of the chat may begin."""

    async def release(self, place: Place) -> None:
        """Give it back unfinished, as if it had not been begun."""

    async def stay(self, bot_id: int, holder: str, update_ids: Sequence[int]) -> None:
        """Renew the holder's leases on these, and give back what it could not while PostgreSQL was away."""
