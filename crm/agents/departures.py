"""Departures: an assistant that is no longer there, and who answers in its place; said once, in the next answer."""

from collections.abc import Sequence

from crm.agents.entities import Agent, AgentDirectory
from crm.people import Actor
from crm.storage import Storage


class Departures:
    """Whom somebody spoke with until now. Nothing is marked: once another has answered, that one was the last."""

    def __init__(self, storage: Storage, directory: AgentDirectory) -> None:
        self._storage = storage
        self._directory = directory

    async def gone(self, actor: Actor, agent_id: int, before: Agent | None) -> Agent | None:
        """Who was asked, or spoke with them in this chat `before`, and answers here no more; None where nothing is
        to be said, as the one who took over a short name is the same to people."""
        here = await self._directory.roster(actor)
        if not _is_here(here, agent_id):
            async with self._storage.transaction(actor) as unit:
                before = await unit.agents.was(agent_id) or before
        if before is None or _is_here(here, before.id) or before.slug in {one.slug for one in here}:
            return None
        return before


def _is_here(here: Sequence[Agent], agent_id: int) -> bool:
    return any(one.id == agent_id for one in here)
