"""Trials: an assistant is asked something, and nothing of it is saved."""

from typing import Protocol

from crm.agents.entities import Agent
from crm.people import Actor
from crm.updates import Arrival

QUESTION_LIMIT = 4000  # characters


class Trials(Protocol):
    async def start(self, actor: Actor, arrival: Arrival, agent: Agent, question: str) -> None:
        """Have it answered beside all else; the answer comes as a message that says it was a trial."""
