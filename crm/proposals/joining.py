"""Joining: a use case within a transaction that is open already, its history signed by an assistant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

from crm.activity import Activity, ActivityStore
from crm.answers import Answer
from crm.people import Actor
from crm.storage import Unit
from crm.updates import Arrival


class Joined:
    """crm.storage.Storage for use cases that are to be a part of a greater whole: their transaction is the one that is
    open, their history is the assistant's on the member's behalf, and the update is finished by whoever opened it."""

    def __init__(self, unit: Unit, agent_id: int | None) -> None:
        self._unit = cast(Unit, _Within(unit, agent_id))

    @asynccontextmanager
    async def transaction(self, actor: Actor, *, patience: float | None = None) -> AsyncIterator[Unit]:
        yield self._unit


class _Within:
    def __init__(self, unit: Unit, agent_id: int | None) -> None:
        self._unit = unit
        self.activity = _Signed(unit.activity, agent_id)
        self.updates = _Left()

    def __getattr__(self, store: str) -> Any:
        return getattr(self._unit, store)


class _Signed:
    """History whose lines are an assistant's."""

    def __init__(self, store: ActivityStore, agent_id: int | None) -> None:
        self._store = store
        self._agent_id = agent_id

    async def add(self, activity: Activity) -> bool:
        if activity.actor_kind != "member":  # the next one of a series is still the bot's own
            return await self._store.add(activity)
        return await self._store.add(replace(activity, actor_kind="agent", agent_id=self._agent_id))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class _Left:
    """The update is not this use case's to finish."""

    async def finish(self, arrival: Arrival, answer: Answer | None) -> None:
        """Nothing."""
