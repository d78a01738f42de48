"""Fakes of updates and dialogs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crm.answers import Answer
from crm.dialogs import LIFETIME, Dialog, DialogKey
from crm.errors import AlreadyHandled
from crm.updates import Arrival, Beginning, Notice, Postponed

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage, State


class FakeUpdates:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def owe(self, notices: Sequence[Notice]) -> None:
        self._state.postponed |= {one.owed.update_id: (one.owed, one.until) for one in notices}

    async def finish(self, arrival: Arrival, answer: Answer | None, notices: Sequence[Notice] = ()) -> None:
        key = (arrival.bot_id, arrival.update_id)
        if key in self._state.handled:
            raise AlreadyHandled
        self._state.handled[key] = answer
        if arrival.closes is not None:
            self._state.dialogs.pop(arrival.closes, None)
        await self.owe(notices)


class FakeJournal:
    """crm.updates.UpdateJournal: what stands outside of transactions."""

    def __init__(self, storage: "FakeStorage") -> None:
        self._storage = storage
        self.attempts: dict[tuple[int, int], int] = {}
        self.purged: list[datetime] = []

    @property
    def postponed(self) -> dict[int, tuple[Postponed, datetime]]:
        return self._storage.state.postponed

    async def begin(self, bot_id: int, update_id: int) -> Beginning:
        self._storage.must_be_there()
        key, handled = (bot_id, update_id), self._storage.state.handled
        attempt = self.attempts.get(key, 0) + 1
        self.attempts.setdefault(key, 1)
        return Beginning(attempt, key in handled, handled.get(key))

    async def count_attempt(self, bot_id: int, update_id: int) -> None:
        self._storage.must_be_there()
        self.attempts[bot_id, update_id] += 1

    async def answered(self, bot_id: int, update_id: int) -> None:
        self._storage.must_be_there()
        self._storage.state.handled[bot_id, update_id] = None
        self.postponed.pop(update_id, None)

    async def postpone(self, bot_id: int, postponed: Postponed, until: datetime) -> None:
        self._storage.must_be_there()
        self._storage.state.handled[bot_id, postponed.update_id] = None
        self.postponed[postponed.update_id] = (postponed, until)

    async def due(
        self, bot_id: int, now: datetime, *, lease: timedelta, limit: int = 50
    ) -> Sequence[Postponed]:
        self._storage.must_be_there()
        ready = [one for one, until in self.postponed.values() if until <= now][:limit]
        self.postponed.update({one.update_id: (one, now + lease) for one in ready})
        return ready

    async def give_up(self, bot_id: int, update_id: int) -> None:
        self._storage.must_be_there()
        self._storage.state.handled[bot_id, update_id] = None

    async def purge(self, before: datetime) -> None:
        self._storage.must_be_there()
        self.purged.append(before)


class FakeDialogs:
    """crm.dialogs.DialogStore."""

    def __init__(self, storage: "FakeStorage") -> None:
        self._storage = storage

    @property
    def rows(self) -> dict[DialogKey, tuple[Dialog, datetime]]:
        return self._storage.state.dialogs

    async def get(self, key: DialogKey, now: datetime) -> Dialog:
        dialog, expires_at = self.rows.get(key, (Dialog(), now))
        return dialog if now < expires_at else Dialog()

    async def put(self, key: DialogKey, dialog: Dialog, now: datetime) -> None:
        if dialog == Dialog():
            self.rows.pop(key, None)
        else:
            self.rows[key] = (dialog, now + LIFETIME)


def refuse_second_source(arrival: Arrival, others: Sequence[Arrival]) -> None:
    """A row's source chat, message and line are unique; one message must not make the same row twice."""
    source = (arrival.telegram_chat_id, arrival.message_id, arrival.line)
    taken = [(other.telegram_chat_id, other.message_id, other.line) for other in others]
    if arrival.message_id is not None and source in taken:
        raise AlreadyHandled
