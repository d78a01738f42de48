"""Which assistant answers a message, with the reason; crm.routing decides it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from crm.agents.entities import Agent
from crm.agents.roster import answering

RECENT = timedelta(minutes=15)  # how long the agent that answered last goes on answering (DESIGN §5)


class Reason(StrEnum):
    """Why an agent answers, in the order of DESIGN §5."""

    ASKED = "asked"  # /ask slug …
    ADDRESSED = "addressed"  # @slug …
    REPLIED = "replied"  # a reply to its message
    BOUND = "bound"  # to the topic or the chat
    PICKED = "picked"  # here, by this person, with /agent
    HANDED = "handed"  # another agent passed the conversation to it
    RULE = "rule"
    RECENT = "recent"
    CLASSIFIED = "classified"
    CHOSEN = "chosen"  # by a button, where the classifier was in doubt
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which agent answers and why; `text` is the message without the address. `detail` is the keyword of a rule, the
    scores of the classifier ("coach 0.81, analyst 0.10"), what another agent said when it passed the conversation."""

    agent: Agent
    reason: Reason
    text: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """It may be one of two or three agents, likeliest first: the person is asked. `detail` are the scores."""

    options: tuple[Agent, ...]
    text: str
    detail: str


@dataclass(frozen=True, slots=True)
class Here:
    """What is known of a chat or topic and of this person in it, as ids of agents: the one bound to it, the one picked
    (`handed_over` when another agent did that), the one that answered lately, the chat's default; and the one whose
    message is replied to."""

    bound_agent_id: int | None = None
    recent_agent_id: int | None = None
    picked_agent_id: int | None = None
    handed_over: bool = False
    default_agent_id: int | None = None
    replied_agent_id: int | None = None

    def today(self, roster: Sequence[Agent]) -> "Here":
        """With those who answer now: a team's own stands for the bot's that it replaces, and the other way round once
        it is deleted. Who answers no more is nobody."""

        def now(agent_id: int | None) -> int | None:
            found = answering(roster, agent_id)
            return None if found is None else found.id

        return replace(
            self,
            bound_agent_id=now(self.bound_agent_id),
            recent_agent_id=now(self.recent_agent_id),
            picked_agent_id=now(self.picked_agent_id),
            default_agent_id=now(self.default_agent_id),
            replied_agent_id=now(self.replied_agent_id),
        )
