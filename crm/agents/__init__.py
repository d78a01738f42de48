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
    Version,
    in_language,
)
from crm.agents.roster import answering, default_of, roster

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
    "Version",
    "answering",
    "default_of",
    "in_language",
    "roster",
]
