"""Handoffs: an assistant passes a conversation on to another, who answers the same message."""

from collections.abc import Callable
from dataclasses import dataclass

from crm.agents import Agent, AgentDirectory, Choice, Reason, answering
from crm.conversations import Turn
from crm.errors import N_, BadInput, NotFound
from crm.storage import Storage
from crm.updates import Arrival

PASSED = 2  # times one message may be passed on; then whoever has it answers
REASON_LIMIT = 120  # characters of the reason, which is one line in the chat


@dataclass(frozen=True, slots=True)
class Handoff:
    """Who answers from now on, and the reason, one short line."""

    agent: Agent
    why: str


class Handoffs:
    """The rule of passing on; called while an agent works on a turn. `wake` tells the worker of a new turn."""

    def __init__(self, storage: Storage, directory: AgentDirectory, *, wake: Callable[[], None]) -> None:
        self._storage = storage
        self._directory = directory
        self._wake = wake

    async def hand_over(self, turn: Turn, slug: str, why: str) -> Handoff:
        """From the next message on, and for this one, the agent `slug` answers the turn's person here; the turn's own
        answer is then the line that says so. Called again for the same turn, as after a crash, it changes nothing.

        Raises NotFound for a slug there is none of, BadInput for oneself, and when a message goes round."""
        roster = await self._directory.roster(turn.actor)
        agent = next((one for one in roster if one.slug == slug.strip().lstrip("@").lower()), None)
        if agent is None:
            raise NotFound(
                N_("There is no such assistant. There are: {slugs}"),
                slugs=", ".join(one.slug for one in roster),
            )
        if agent is answering(roster, turn.agent_id):
            raise BadInput(N_("That is you. Answer yourself."))
        handoff = Handoff(agent, on_one_line(why))
        async with self._storage.transaction(turn.actor) as unit:
            passed = await unit.picking.passed_to(turn.actor, turn.thread_id, turn.message_id, turn.asked_at)
            if passed and passed[-1] == agent.id:
                return handoff
            if len(passed) >= PASSED or agent.id in passed:
                raise BadInput(N_("This message has been passed on already. Answer yourself."))
            await unit.picking.pick(turn.actor, turn.thread_id, agent.id, is_handed=True)
            again = Arrival(
                bot_id=0,  # no update of Telegram's: neither it nor its bot is kept with a turn
                update_id=0,
                telegram_chat_id=turn.actor.telegram_chat_id,
                sent_at=turn.asked_at,
                thread_id=turn.thread_id,
                message_id=turn.message_id,
            )
            choice = Choice(agent, Reason.HANDED, turn.text, handoff.why or None)
            await unit.conversations.add_turn(turn.actor, again, choice, turn.attachments)
        self._wake()
        return handoff

    async def passed(self, turn: Turn) -> Handoff | None:
        """What `hand_over` did with the turn in a process that died since."""
        async with self._storage.transaction(turn.actor) as unit:
            passed = await unit.picking.passed_on(turn)
        if passed is None:
            return None
        agent_id, why = passed
        roster = await self._directory.roster(turn.actor)
        agent = next((one for one in roster if one.id == agent_id), None)
        return Handoff(agent, why or "") if agent is not None else None


def on_one_line(why: str) -> str:
    """A reason as the chat shows it: one line, no longer than REASON_LIMIT, without a full stop."""
    line = " ".join(why.split()).rstrip(".")
    return line if len(line) <= REASON_LIMIT else f"{line[: REASON_LIMIT - 1].rstrip()}…"
