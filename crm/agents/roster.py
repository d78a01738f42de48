"""The roster: which of the kept assistants answer in a team."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crm.agents.entities import Agent


def roster(
    kept: Sequence[Agent], hidden: frozenset[str], gone: Mapping[int, str] | None = None
) -> list[Agent]:
    """The team's own first, each in place of a global one of the same slug; then the global ones not hidden here.
    `gone` are the slugs of deleted ones by id.

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
    slugs = {**{agent.id: agent.slug for agent in kept}, **(gone or {})}
    return [
        _as_here(
            agent,
            agent is default,
            tuple(one for one, slug in slugs.items() if slug == agent.slug and one != agent.id),
        )
        for agent in here
    ]


def answering(agents: Sequence[Agent], agent_id: int | None) -> Agent | None:
    """Of a roster, the agent of that id, or the one that stands for it; None when there is neither."""
    own = next((agent for agent in agents if agent.id == agent_id), None)
    return own or next((agent for agent in agents if agent_id in agent.stands_for), None)


def _as_here(agent: Agent, is_default: bool, stands_for: tuple[int, ...]) -> Agent:
    """The same object where nothing differs: teams share it."""
    if (agent.is_default, agent.stands_for) == (is_default, stands_for):
        return agent
    return replace(agent, is_default=is_default, stands_for=stands_for)


def default_of(agents: Sequence[Agent]) -> Agent | None:
    """Who answers when nobody in particular is meant; None when there is nobody."""
    return next((agent for agent in agents if agent.is_default), agents[0] if agents else None)
