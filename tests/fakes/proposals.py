"""Fakes of proposals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.people import Actor
from crm.proposals import Asked, NewProposal, Proposal, State
from crm.turns import Turn

if TYPE_CHECKING:
    from tests.fakes.storage import State as Stored


@dataclass(frozen=True, slots=True)
class ProposalRow:
    proposal: Proposal
    actor: Actor
    conversation_id: int


class FakeProposals:
    def __init__(self, state: "Stored", actor: Actor) -> None:
        self._state = state
        self._actor = actor

    async def add(self, turn: Turn, new: Sequence[NewProposal]) -> None:
        there = {(row.proposal.turn_id, row.proposal.ordinal) for row in self._state.proposals.values()}
        for one in new:
            if (turn.id, one.ordinal) in there:
                continue
            made = Proposal(
                id=self._state.next_id(),
                turn_id=turn.id,
                ordinal=one.ordinal,
                key=one.key,
                asked=Asked(one.kind, one.said, turn.asked_at, one.task_number),
                member_id=turn.actor.member_id,
                agent_id=turn.agent_id,
            )
            self._state.proposals[made.id] = ProposalRow(made, turn.actor, turn.conversation_id)

    async def of_turn(self, turn_id: int) -> Sequence[Proposal]:
        return [one for one in self._all() if one.turn_id == turn_id]

    async def by_id(self, proposal_id: int, *, to_decide: bool = False) -> Proposal | None:
        row = self._state.proposals.get(proposal_id)
        if row is None or row.actor.workspace_id != self._actor.workspace_id:
            return None
        is_own = row.proposal.member_id == self._actor.member_id
        is_here = row.actor.chat_id == self._actor.chat_id and not to_decide
        return row.proposal if is_own or is_here else None

    async def change(self, proposal: Proposal) -> Proposal:
        row = self._state.proposals[proposal.id]
        changed = replace(proposal, version=row.proposal.version + 1)
        self._state.proposals[proposal.id] = replace(row, proposal=changed)
        return changed

    async def mark_shown(self, proposal_id: int, telegram_message_id: int, expires_at: datetime) -> None:
        row = self._state.proposals[proposal_id]
        shown = replace(row.proposal, telegram_message_id=telegram_message_id, expires_at=expires_at)
        self._state.proposals[proposal_id] = replace(row, proposal=shown)

    async def mark_faded(self, proposal_id: int, at: datetime) -> None:
        self._state.faded.add(proposal_id)

    async def waiting(self, member_id: int, since: datetime) -> Sequence[Proposal]:
        open_ = [one for one in self._all() if one.member_id == member_id and one.state is State.OPEN]
        return [
            one
            for one in reversed(open_)
            if one.telegram_message_id is not None and one.asked.read_at >= since
        ]

    async def outcomes(self, conversation_id: int) -> Mapping[str, str | None]:
        rows = self._state.proposals.values()
        return {
            row.proposal.key: row.proposal.outcome for row in rows if row.conversation_id == conversation_id
        }

    async def resume(self, turn_id: int) -> bool:
        before = self._state.turns.get(turn_id)
        if before is None or any(one.state is State.OPEN for one in await self.of_turn(turn_id)):
            return False
        talk = before.turn.conversation_id
        if any(
            row.turn.id > turn_id and row.turn.conversation_id == talk for row in self._state.turns.values()
        ):
            return False
        turn = replace(
            before.turn, id=self._state.next_id(), lease="", attempts=0, text="", resumes_turn_id=turn_id
        )
        self._state.turns[turn.id] = type(before)(turn, before.reason)
        return True

    def _all(self) -> list[Proposal]:
        return [row.proposal for _id, row in sorted(self._state.proposals.items())]
