"""Agents, as rows: what an entered workspace may use, and the doors for the global ones."""

import json
from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.agents import Agent, AgentSpec, RoutingRules
from crm.people import ChatKind
from db.models.agents import agents
from db.transactions import plain_transaction


class SqlAgents:
    """See crm.agents.AgentStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def active(self) -> Sequence[Agent]:
        rows = await self._link.execute(select(agents).where(agents.c.is_active).order_by(agents.c.id))
        return [
            Agent(
                id=row.id,
                version=row.version,
                workspace_id=row.workspace_id,
                slug=row.slug,
                is_default=row.is_default,
                **spec_from_json(row.spec),
            )
            for row in rows
        ]


class SqlAgentDoors:
    """See crm.agents.AgentDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def import_global(self, specs: Sequence[AgentSpec], *, only_if_empty: bool) -> int:
        told = [
            {"slug": spec.slug, "is_default": spec.is_default, "spec": spec_to_json(spec)} for spec in specs
        ]
        async with plain_transaction(self._engine) as link:
            changed = await link.scalar(
                text("SELECT import_global_agents(CAST(:specs AS jsonb), :only_if_empty)"),
                {"specs": json.dumps(told, ensure_ascii=False), "only_if_empty": only_if_empty},
            )
        return int(changed or 0)

    async def export_global(self) -> Sequence[AgentSpec]:
        async with plain_transaction(self._engine) as link:
            rows = await link.execute(text("SELECT * FROM export_global_agents()"))
            return [
                AgentSpec(slug=row.slug, is_default=row.is_default, **spec_from_json(row.spec))
                for row in rows
            ]


def spec_to_json(spec: AgentSpec | Agent) -> dict[str, Any]:
    """The column `spec`: all that an edit may change."""
    return {
        "names": dict(spec.names),
        "descriptions": dict(spec.descriptions),
        "instructions": dict(spec.instructions),
        "model": spec.model,
        "fallback_models": list(spec.fallback_models),
        "settings": dict(spec.settings),
        "tools": list(spec.tools),
        "examples": list(spec.examples),
        "rules": {
            "keywords": list(spec.rules.keywords),
            "languages": list(spec.rules.languages),
            "chat_kinds": [kind.value for kind in spec.rules.chat_kinds],
        },
    }


def spec_from_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an Agent or AgentSpec from the column `spec`."""
    rules = stored["rules"]
    return {
        **{key: stored[key] for key in ("names", "descriptions", "instructions", "model", "settings")},
        "fallback_models": tuple(stored["fallback_models"]),
        "tools": tuple(stored["tools"]),
        "examples": tuple(
            intern(one) for one in stored.get("examples", ())
        ),  # each team's roster has the same
        "rules": RoutingRules(
            keywords=tuple(rules["keywords"]),
            languages=tuple(rules["languages"]),
            chat_kinds=tuple(ChatKind(kind) for kind in rules["chat_kinds"]),
        ),
    }
