"""Proposals: a member, an assistant, and what it asked to write."""

from datetime import timedelta
from typing import Any

from crm.answers import Answer
from crm.people import Actor
from crm.proposals import Card, Kind, NewProposal, Proposal, Proposals
from crm.turns import Turn
from tests.fakes import MONDAY, FakeStorage, an_actor, an_agent, an_arrival

LATER = MONDAY + timedelta(minutes=1)
NOW = MONDAY
AGENT = an_agent("analyst")


class House:
    """A member, an assistant, and what it asked to write."""

    def __init__(self, *, resumes: bool = True) -> None:
        self.storage = FakeStorage()
        self.storage.state.agents.append(AGENT)
        self.actor = an_actor()
        self.storage.seat(self.actor)
        self.woken = 0
        self.cards: list[Card] = []
        self.proposals = Proposals(self.storage, resumes=resumes, wake=self._wake)
        self.updates = 10

    def _wake(self) -> None:
        self.woken += 1

    def reply(self, card: Card) -> Answer:
        self.cards.append(card)
        return Answer("card")

    async def asks(self, *wanted: tuple[Kind, str], task_number: int | None = None) -> list[Proposal]:
        turn = Turn(7, 3, "lease", 1, AGENT.id, self.actor, None, 5, "…", MONDAY)
        new = [
            NewProposal(at, f"call-{at}", kind, said_of(kind, line), task_number)
            for at, (kind, line) in enumerate(wanted)
        ]
        async with self.storage.transaction(self.actor) as unit:
            await unit.proposals.add(turn, new)
            await unit.proposals.add(turn, new)  # a turn that is run again
        made = list(await self.proposals.unshown(turn))
        assert len(made) == len(wanted)
        for one in made:
            await self.proposals.shown(self.actor, one, 100 + one.ordinal, NOW)
        return made

    def arrival(self) -> Any:
        self.updates += 1
        return an_arrival(self.updates)

    async def confirms(self, proposal: Proposal, *, by: Actor | None = None, at: Any = LATER) -> Card:
        await self.proposals.confirm(
            by or self.actor, self.arrival(), proposal.id, proposal.version, at, self.reply
        )
        return self.cards[-1]

    @property
    def titles(self) -> list[str]:
        return [row.task.title for row in self.storage.state.tasks.values()]


def said_of(kind: Kind, line: str) -> dict[str, str]:
    return {"when": line} if kind is Kind.CHANGE else {"line": line}
