"""Preparing: what a turn needs to know before its model is asked, read at one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.agents.entities import Agent
from crm.memory import Context, context_of
from crm.proposals import outcomes_of
from crm.storage import Storage, Unit
from crm.turns import Turn


@dataclass(frozen=True, slots=True)
class Prepared:
    """`context` goes along with the question. `outcomes` are what became of earlier proposals, by the key of the call;
    `told` the providers that the person was told of. `before` is the assistant that spoke with them here last, None
    for the first message. `is_off`: the team does without assistants."""

    context: Context
    outcomes: Mapping[str, str]
    told: Sequence[str] = ()
    before: Agent | None = None
    is_off: bool = False


class Preparing:
    """For turns that were not prepared in the transaction that made them (Conversations.ask)."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def of(self, turn: Turn) -> Prepared:
        if turn.prepared is not None:
            return turn.prepared
        async with self._storage.transaction(turn.actor) as unit:
            return await prepare(unit, turn)


async def prepare(unit: Unit, turn: Turn) -> Prepared:
    """As the turn's actor sees it."""
    context = await context_of(unit, turn)
    has_called = any(past.has_calls for past in context.turns)
    return Prepared(
        context,
        await outcomes_of(unit, turn.conversation_id) if has_called else {},
        await unit.privacy.told(),
        await unit.agents.before(turn.id),
        await unit.privacy.is_off(),
    )
