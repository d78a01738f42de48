"""Fakes of history."""

from typing import TYPE_CHECKING

from crm.activity import Activity

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeActivity:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def add(self, activity: Activity) -> None:
        self._state.activity.append(activity)
