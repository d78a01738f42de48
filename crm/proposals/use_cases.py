"""What may be done with proposals: rehearse, show, confirm, edit, cancel, make again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.answers import Answer, Reply
from crm.calls import Call
from crm.contacts import SavedContact
from crm.errors import N_, CrmError, NotAllowed, ToConfirm
from crm.people import Actor
from crm.proposals.edits import edited
from crm.proposals.entities import LIFETIME, WAITING, Asked, Card, Effect, Expired, Proposal, State
from crm.proposals.joining import Joined
from crm.proposals.writing import Writer
from crm.reminders import Reminder
from crm.storage import Storage, Unit
from crm.tasks import Completed
from crm.updates import Arrival

if TYPE_CHECKING:
    from crm.turns import Turn

CANCELED = "The person pressed Cancel: nothing was saved. Don't propose it again unless they ask."
OPEN = "Nothing is saved yet: the card waits for the person's press. Don't propose the same again."
_NOT_YOURS = N_("This card waits for whoever asked for it. Ask the assistant yourself, and you get your own.")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a write would make or change, and what a person should read before it is done."""

    effect: Effect
    doubt: ToConfirm | None = None


class _RolledBackError(Exception):
    """Ends the transaction of a rehearsal, so that nothing of it stays."""


class Proposals:
    """The rules of proposals. Only the person who asked decides, and only by a button: no text confirms anything.

    `resumes` says whether a model should go on once everything it asked for is decided; `wake` has its turn taken up.
    """

    def __init__(self, storage: Storage, *, resumes: bool, wake: Callable[[], None]) -> None:
        self._storage = storage
        self._resumes = resumes
        self._wake = wake

    async def rehearse(self, actor: Actor, asked: Asked, now: datetime, thread_id: int | None) -> Rehearsal:
        """Do it by the command's own use case and take the transaction back: the effect is exactly what confirming
        would make. Raises whatever forbids it."""
        arrival = Arrival(0, 0, actor.telegram_chat_id, now, thread_id)
        try:
            return Rehearsal(await self._rehearsed(actor, arrival, asked, confirmed=False))
        except ToConfirm as doubt:
            return Rehearsal(await self._rehearsed(actor, arrival, asked, confirmed=True), doubt)

    async def unshown(self, turn: "Turn") -> Sequence[Proposal]:
        """The turn's proposals whose cards are still to be sent."""
        async with self._storage.transaction(turn.actor) as unit:
            made = await unit.proposals.of_turn(turn.id)
        return [one for one in made if one.telegram_message_id is None and one.state is State.OPEN]

    async def shown(self, actor: Actor, proposal: Proposal, message_id: int, now: datetime) -> None:
        """Its card was sent; from now on it lives for LIFETIME."""
        async with self._storage.transaction(actor) as unit:
            await unit.proposals.mark_shown(proposal.id, message_id, now + LIFETIME)

    async def card(self, actor: Actor, proposal: Proposal, now: datetime, thread_id: int | None) -> Card:
        """As it is to be drawn."""
        if proposal.state is not State.OPEN:
            return Card(proposal, now)
        try:
            rehearsal = await self.rehearse(actor, proposal.asked, now, thread_id)
        except CrmError as why:
            return Card(proposal, now, doubt=why)
        return Card(proposal, now, rehearsal.effect, rehearsal.doubt)

    async def show(self, actor: Actor, arrival: Arrival, proposal_id: int, now: datetime) -> Card:
        """Raises NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            proposal = await _own(unit, actor, proposal_id)
        return await self.card(actor, proposal, now, arrival.thread_id)

    async def confirm(
        self,
        actor: Actor,
        arrival: Arrival,
        proposal_id: int,
        version: int,
        now: datetime,
        reply: Reply[Card],
    ) -> Answer:
        """Write it and mark it, in one transaction, as the assistant's act on the member's behalf. A second press, an
        expired card and one that was edited since write nothing, and are drawn as they are.

        Raises NotAllowed, and whatever the command raises: then the card stays open.
        """
        async with self._storage.transaction(actor) as unit:
            proposal = await _own(unit, actor, proposal_id, to_decide=True)
            if proposal.state is State.OPEN and proposal.version == version and not proposal.has_expired(now):
                writer = Writer(Joined(unit, proposal.agent_id))
                said = replace(arrival, sent_at=now, message_id=None, line=0)
                effect = await writer.write(actor, said, proposal.asked, confirmed=True)
                decided = replace(proposal, state=State.CONFIRMED, outcome=outcome_of(effect))
                decided = await unit.proposals.change(decided)
                goes_on = self._resumes and await unit.proposals.resume(decided.turn_id)
                answer = reply(Card(decided, now, effect))
                await unit.updates.finish(arrival, answer)
                is_done = True
            else:
                is_done = goes_on = False
        if goes_on:
            self._wake()
        return answer if is_done else reply(await self.card(actor, proposal, now, arrival.thread_id))

    async def cancel(
        self, actor: Actor, arrival: Arrival, proposal_id: int, now: datetime, reply: Reply[Card]
    ) -> Answer:
        """One that was saved before stays saved. Raises NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            proposal = await _own(unit, actor, proposal_id, to_decide=True)
            if proposal.state is State.OPEN:
                canceled = replace(proposal, state=State.CANCELED, outcome=CANCELED)
                proposal = await unit.proposals.change(canceled)
            answer = reply(Card(proposal, now))
            await unit.updates.finish(arrival, answer)
        return answer

    async def edit(
        self,
        actor: Actor,
        arrival: Arrival,
        proposal_id: int,
        text: str,
        now: datetime,
        reply: Reply[Card],
    ) -> Answer:
        """Read a field or the whole line anew; the card lives for LIFETIME again, and older drawings of it no longer
        confirm anything. Raises NotAllowed, and what the command would raise: then nothing changes."""
        async with self._storage.transaction(actor) as unit:
            before = await _own(unit, actor, proposal_id)
            asked = await edited(unit, actor, before.asked, text, arrival.sent_at)
        rehearsal = await self.rehearse(actor, asked, now, arrival.thread_id)
        async with self._storage.transaction(actor) as unit:
            proposal = await _own(unit, actor, proposal_id, to_decide=True)
            if proposal.state is State.OPEN:
                renewed = replace(proposal, asked=asked, expires_at=now + LIFETIME)
                proposal = await unit.proposals.change(renewed)
            answer = reply(Card(proposal, now, rehearsal.effect, rehearsal.doubt))
            await unit.updates.finish(arrival, answer)
        return answer

    async def again(
        self, actor: Actor, arrival: Arrival, proposal_id: int, now: datetime, reply: Reply[Card]
    ) -> Answer:
        """An expired card made anew. What was said keeps the moment it was said at. Raises NotAllowed."""
        async with self._storage.transaction(actor) as unit:
            proposal = await _own(unit, actor, proposal_id)
        drawn = await self.card(actor, proposal, now, arrival.thread_id)
        async with self._storage.transaction(actor) as unit:
            proposal = await _own(unit, actor, proposal_id, to_decide=True)
            if proposal.has_expired(now):
                proposal = await unit.proposals.change(replace(proposal, expires_at=now + LIFETIME))
            answer = reply(replace(drawn, proposal=proposal))
            await unit.updates.finish(arrival, answer)
        return answer

    async def faded(self, expired: Expired, now: datetime) -> None:
        """It was drawn as expired, or can't be drawn any more."""
        async with self._storage.transaction(expired.actor) as unit:
            await unit.proposals.mark_faded(expired.proposal.id, now)

    async def waiting(self, actor: Actor, now: datetime) -> Sequence[Proposal]:
        """What is still to be decided by the actor, the newest first."""
        async with self._storage.transaction(actor) as unit:
            return await unit.proposals.waiting(actor.member_id, now - WAITING)

    async def outcomes(self, actor: Actor, conversation_id: int) -> Mapping[str, str]:
        """See outcomes_of."""
        async with self._storage.transaction(actor) as unit:
            return await outcomes_of(unit, conversation_id)

    async def _rehearsed(self, actor: Actor, arrival: Arrival, asked: Asked, *, confirmed: bool) -> Effect:
        done: list[Effect] = []
        try:
            async with self._storage.transaction(actor) as unit:
                writer = Writer(Joined(unit, None))
                done.append(await writer.write(actor, arrival, asked, confirmed=confirmed))
                raise _RolledBackError  # noqa: TRY301 - only a raise ends a transaction without a commit
        except _RolledBackError:
            return done[0]


async def outcomes_of(unit: Unit, conversation_id: int) -> Mapping[str, str]:
    """What the models of a conversation hear of what they asked for, by key."""
    told = await unit.proposals.outcomes(conversation_id)
    return {key: outcome or OPEN for key, outcome in told.items()}


async def _own(unit: Unit, actor: Actor, proposal_id: int, *, to_decide: bool = False) -> Proposal:
    """Raises NotAllowed for one that is somebody else's, or is no longer there."""
    proposal = await unit.proposals.by_id(proposal_id, to_decide=to_decide)
    if proposal is None or proposal.member_id != actor.member_id:
        raise NotAllowed(_NOT_YOURS)
    return proposal


def outcome_of(effect: Effect) -> str:
    """For a model, in English and without anything private."""
    done = "The person pressed Confirm. "
    if isinstance(effect, Completed):
        return f"{done}Task #{effect.task.number} is done."
    if isinstance(effect, Call):
        return f"{done}The call is logged."
    if isinstance(effect, Reminder):
        return f"{done}The reminder is set."
    if isinstance(effect, SavedContact):
        return f"{done}The contact is saved."
    return f"{done}It is task #{effect.number}."
