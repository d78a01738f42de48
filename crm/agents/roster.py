"""The roster: which of the kept assistants answer in a team."""

from collections.abc import Sequence
from dataclasses import replace

from crm.agents.entities import Agent


def roster(kept: Sequence[Agent], hidden: frozenset[str]) -> list[Agent]:
    """The team's own first, each in place of a global one of the same slug; then the global ones not hidden here.

    One of them at most is the default: the team's own, if it has one.
    """
    own = [agent for agent in kept if agent.workspace_id is not None and agent.is_active]
    unheard = hidden | {agent.slug for agent in own}
    shared = [
        agent
        for agent in kept
        if agent.workspace_id is None and agent.is_active and agent.slug not in unheard
    ]
    here = own + shared
    default = next((agent for agent in here if agent.is_default), None)
    return [
        replace(agent, is_default=False) if agent.is_default and agent is not default else agent
        for agent in here
    ]


def default_of(agents: Sequence[Agent]) -> Agent | None:
    """Who answers when nobody in particular is meant; None when there is nobody."""
    return next((agent for agent in agents if agent.is_default), agents[0] if agents else None)
