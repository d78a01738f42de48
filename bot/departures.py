"""Departures: the answer of an assistant begins with who it stands in for."""

from dataclasses import replace

from bot.answering import Assistant
from crm.agents import AgentDirectory, answering, default_of
from crm.agents.departures import Departures
from crm.preparing import Preparing
from crm.turns import Listener, ModelAnswer, Turn
from handlers.texts import gettext as _
from handlers.texts import speaking


class Announcing:
    """An assistant like the one within, that says in a line when the one before it is no longer there."""

    def __init__(
        self, within: Assistant, preparing: Preparing, departures: Departures, directory: AgentDirectory
    ) -> None:
        self._within = within
        self._preparing = preparing
        self._departures = departures
        self._directory = directory

    async def answer(self, turn: Turn, listener: Listener) -> ModelAnswer:
        prepared = await self._preparing.of(turn)
        answer = await self._within.answer(replace(turn, prepared=prepared), listener)
        gone = await self._departures.gone(turn.actor, turn.agent_id, prepared.before)
        if gone is None:
            return answer
        here = await self._directory.roster(turn.actor)
        now = answering(here, turn.agent_id) or default_of(here)
        language = turn.actor.language
        with speaking(language):
            line = _("{gone} is no longer here; {name} answers.").format(
                gone=gone.name(language), name=now.name(language) if now is not None else ""
            )
        return replace(answer, text=f"{line}\n\n{answer.text}")
