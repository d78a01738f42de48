"""Assistants: who they are, and which one answers a message, with the reason."""

from crm.agents.choosing import RECENT, Choice, Doubt, Here, Reason
from crm.agents.entities import (
    SLUG_PATTERN,
    Agent,
    AgentDirectory,
    AgentDoors,
    AgentSpec,
    AgentStore,
    RoutingRules,
    in_language,
)

__all__ = [
    "RECENT",
    "SLUG_PATTERN",
    "Agent",
    "AgentDirectory",
    "AgentDoors",
    "AgentSpec",
    "AgentStore",
    "Choice",
    "Doubt",
    "Here",
    "Reason",
    "RoutingRules",
    "in_language",
]
