"""Fakes of stats: nothing is counted but what a test puts there."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from crm.stats import MemberWork
from crm.tasks.filters import Days

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeStats:
    """crm.stats.StatsStore."""

    def __init__(self, state: "State") -> None:
        self._state = state

    async def of(self, days: Days, now: datetime) -> Sequence[MemberWork]:
        return self._state.work
