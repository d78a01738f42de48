"""The classifier: which agent a message sounds like, by what the agents say of themselves."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from crm.agents import Agent
from crm.routing.learning import Model, learn
from crm.routing.words import features

KEPT = 16  # rosters whose model is kept: teams without agents of their own share one
_CLAUSE = re.compile(r"[.,;:!?\n]+")


@dataclass(frozen=True, slots=True)
class Score:
    """How likely an agent is meant; those of one message are together 1."""

    agent: Agent
    confidence: float


Ranker = Callable[[str], Sequence[Score]]
"""Judges a message: the likeliest agent first, nobody when nothing in the message is known. Pure, and quick."""


class Classifier(Protocol):
    """Pluggable: whatever can rank agents for a text."""

    async def ranker(self, roster: Sequence[Agent]) -> Ranker:
        """For these agents. May take its time the first time that a roster is seen; nothing is locked meanwhile."""


class LocalClassifier:
    """Learns from names, descriptions, keywords and examples, on this machine (crm.routing.learning)."""

    def __init__(self) -> None:
        self._kept: dict[tuple[tuple[int, int], ...], asyncio.Future[Model]] = {}

    async def ranker(self, roster: Sequence[Agent]) -> Ranker:
        key = tuple((agent.id, agent.version) for agent in roster)
        learning = self._kept.pop(key, None) or asyncio.ensure_future(asyncio.to_thread(model_of, roster))
        while len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = learning  # the last one used goes last
        try:
            model = await asyncio.shield(learning)
        except Exception:
            self._kept.pop(key, None)
            raise
        return ranker_of(model, roster)


def model_of(roster: Sequence[Agent]) -> Model:
    examples = [
        (number, features(text))
        for number, agent in enumerate(roster)
        for text in dict.fromkeys(_said_of(agent))
    ]
    return learn(examples, len(roster))


def ranker_of(model: Model, roster: Sequence[Agent]) -> Ranker:
    """`roster` in the order the model was made of."""

    def rank(text: str) -> Sequence[Score]:
        likely = model.judge(features(text))
        if likely is None:
            return ()
        scores = [Score(agent, confidence) for agent, confidence in zip(roster, likely, strict=True)]
        return sorted(scores, key=lambda score: -score.confidence)

    return rank


def _said_of(agent: Agent) -> Iterator[str]:
    yield from agent.names.values()
    for description in agent.descriptions.values():
        yield description
        yield from (clause for clause in _CLAUSE.split(description) if clause.strip())
    yield from (keyword.rstrip("*") for keyword in agent.rules.keywords)
    yield from agent.examples
