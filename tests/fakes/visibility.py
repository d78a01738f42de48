"""Fakes of visibility."""

from typing import TYPE_CHECKING

from crm.visibility import Sight

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeVisibility:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def get(self) -> Sight:
        return self._state.sight

    async def set(self, sight: Sight) -> bool:
        self._state.sight = sight
        return True
