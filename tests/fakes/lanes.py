"""Fakes of lanes: as rows would be, with leases that never run out by themselves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm.updates import Beginning, Place
from tests.fakes.updates import FakeJournal

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage


class FakeLanes:
    """crm.updates.UpdateLanes. `busy` are lanes in which another replica works."""

    def __init__(self, storage: "FakeStorage", journal: FakeJournal) -> None:
        self._storage = storage
        self._journal = journal
        self.busy: set[str] = set()
        self.held: dict[int, Place] = {}
        self.released: list[int] = []
        self.stayed: list[list[int]] = []

    async def take(self, place: Place) -> Beginning | None:
        self._storage.must_be_there()
        if place.lane in self.busy:
            return None
        self.held[place.update_id] = place
        return await self._journal.begin(place.bot_id, place.update_id)

    async def count_attempt(self, place: Place) -> None:
        await self._journal.count_attempt(place.bot_id, place.update_id)

    async def finish(self, place: Place) -> None:
        if place.update_id not in self._journal.postponed:
            await self._journal.answered(place.bot_id, place.update_id)
        self.held.pop(place.update_id, None)

    async def release(self, place: Place) -> None:
        self._storage.must_be_there()
        self.held.pop(place.update_id, None)
        self.released.append(place.update_id)
        key = (place.bot_id, place.update_id)
        self._journal.attempts[key] = self._journal.attempts.get(key, 0) - 1

    async def stay(self, bot_id: int, holder: str, update_ids: Sequence[int]) -> None:
        self._storage.must_be_there()
        self.stayed.append(list(update_ids))
