"""Agents, as rows: what an entered workspace may use, and the doors for the global ones."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from sys import intern
from typing import Any

from sqlalchemy import BigInteger, Row, Select, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.agents import Agent, AgentSpec, RoutingRules, Version, roster
from crm.errors import N_, NotAllowed
from crm.people import ChatKind
from db.activity import names_of_members
from db.models.agents import agent_versions as versions
from db.models.agents import agents
from db.models.chats import conversations, turns
from db.models.people import members, workspaces
from db.transactions import plain_transaction


class SqlAgents:
    """See crm.agents.AgentStore. The policies say who writes what."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def active(self) -> Sequence[Agent]:
        return roster(await self.kept(), await self.hidden())

    async def kept(self) -> Sequence[Agent]:
        rows = await self._link.execute(_there().order_by(agents.c.id))
        return [_agent(row) for row in rows]

    async def find(self, agent_id: int, *, to_change: bool = False) -> Agent | None:
        query = _there().where(agents.c.id == agent_id)
        row = (await self._link.execute(query.with_for_update() if to_change else query)).one_or_none()
        return None if row is None else _agent(row)

    async def add(self, agent: Agent, author_person_id: int) -> Agent | None:
        made = await self._link.execute(
            insert(agents)
            .values(workspace_id=agent.workspace_id, version=1, **_columns(agent))
            .on_conflict_do_nothing()
            .returning(agents)
        )
        row = made.one_or_none()
        return None if row is None else await self._keep_version(_agent(row), author_person_id)

    async def save(self, agent: Agent, author_person_id: int) -> Agent | None:
        try:
            async with self._link.begin_nested():
                done = await self._link.execute(
                    update(agents)
                    .where(agents.c.id == agent.id, agents.c.version == agent.version)
                    .values(version=agent.version + 1, **_columns(agent))
                    .returning(agents)
                )
        except IntegrityError:
            return None
        return await self._keep_version(_agent(done.one()), author_person_id)

    async def delete(self, agent_id: int, now: datetime) -> bool:
        done = await self._link.execute(
            update(agents)
            .where(agents.c.id == agent_id, agents.c.deleted_at.is_(None))
            .values(deleted_at=now, slug=agents.c.slug + f":{agent_id}")
        )
        return done.rowcount > 0

    async def restore(self, agent_id: int) -> bool:
        try:
            async with self._link.begin_nested():
                done = await self._link.execute(
                    update(agents)
                    .where(agents.c.id == agent_id, agents.c.deleted_at.is_not(None))
                    .values(deleted_at=None, slug=func.split_part(agents.c.slug, ":", 1))
                )
        except IntegrityError:
            return False
        return done.rowcount > 0

    async def versions(self, agent_id: int, *, limit: int, offset: int) -> Sequence[Version]:
        rows = await self._link.execute(
            self._versions(agent_id).order_by(versions.c.version.desc()).limit(limit).offset(offset)
        )
        return [_version(row) for row in rows]

    async def version(self, agent_id: int, number: int) -> Version | None:
        rows = await self._link.execute(self._versions(agent_id).where(versions.c.version == number))
        row = rows.one_or_none()
        return None if row is None else _version(row)

    async def hidden(self, *, to_change: bool = False) -> frozenset[str]:
        query = select(workspaces.c.hidden_agents).where(workspaces.c.id == self._workspace_id)
        found = await self._link.scalar(query.with_for_update() if to_change else query)
        return frozenset(found or ())

    async def set_hidden(self, slugs: frozenset[str]) -> None:
        done = await self._link.execute(
            update(workspaces)
            .where(workspaces.c.id == self._workspace_id)
            .values(hidden_agents=sorted(slugs))
        )
        if not done.rowcount:
            raise NotAllowed(N_("That is not yours to change. Ask an owner or a manager of the team."))

    async def conversations(self, agent_id: int) -> int:
        count = select(func.count()).select_from(conversations).where(conversations.c.agent_id == agent_id)
        return int(await self._link.scalar(count) or 0)

    async def was(self, agent_id: int) -> Agent | None:
        row = (await self._link.execute(select(agents).where(agents.c.id == agent_id))).one_or_none()
        return None if row is None else _agent(row)

    async def before(self, turn_id: int) -> Agent | None:
        row = (await self._link.execute(_before(), {"turn_id": turn_id})).one_or_none()
        return None if row is None else _agent(row)

    async def _keep_version(self, agent: Agent, author_person_id: int) -> Agent:
        kept = {"slug": agent.slug, "is_default": agent.is_default, "is_active": agent.is_active}
        await self._link.execute(
            insert(versions).values(
                workspace_id=agent.workspace_id,
                agent_id=agent.id,
                version=agent.version,
                spec={**spec_to_json(agent), **kept},
                author_person_id=author_person_id,
            )
        )
        return agent

    def _versions(self, agent_id: int) -> Select[Any]:
        """With the author's name where they are of this team: other people's rows are theirs alone."""
        names = names_of_members("authors")
        return (
            select(
                versions.c.version.label("number"), versions.c.spec.label("then"), versions.c.created_at.label("at"),
                names.c.display_name, agents,
            )
            .join(agents, agents.c.id == versions.c.agent_id)
            .outerjoin(
                members,
                (members.c.person_id == versions.c.author_person_id)
                & (members.c.workspace_id == self._workspace_id),
            )
            .outerjoin(names, names.c.member_id == members.c.id)
            .where(versions.c.agent_id == agent_id)
        )  # fmt: skip


@cache
def _before() -> Select[Any]:
    """The agent whose turn the same member had last in the same chat and topic; every question asks."""
    this, talk, turn_id = turns.alias(), conversations.alias(), bindparam("turn_id", type_=BigInteger)
    return (
        select(agents)
        .join(conversations, conversations.c.agent_id == agents.c.id)
        .join(turns, turns.c.conversation_id == conversations.c.id)
        .join(this, this.c.member_id == turns.c.member_id)
        .join(talk, talk.c.id == this.c.conversation_id)
        .where(
            this.c.id == turn_id,
            turns.c.id < turn_id,
            conversations.c.chat_id == talk.c.chat_id,
            conversations.c.thread_id.is_not_distinct_from(talk.c.thread_id),
        )
        .order_by(turns.c.id.desc())
        .limit(1)
    )


def _there() -> Select[Any]:
    return select(agents).where(agents.c.deleted_at.is_(None))


def _columns(agent: Agent) -> dict[str, Any]:
    return {
        "slug": agent.slug,
        "spec": spec_to_json(agent),
        "is_default": agent.is_default,
        "is_active": agent.is_active,
    }


def _agent(row: Row[Any]) -> Agent:
    return Agent(
        id=row.id,
        version=row.version,
        workspace_id=row.workspace_id,
        slug=row.slug.partition(":")[0],  # the id stands behind that of a deleted one
        is_default=row.is_default,
        is_active=row.is_active,
        **spec_from_json(row.spec),
    )


def _version(row: Row[Any]) -> Version:
    """Older versions, and those of a file, say nothing of slug and switches: those are as they are now."""
    now = _agent(row)
    then = replace(
        now,
        version=row.number,
        slug=row.then.get("slug", now.slug),
        is_default=row.then.get("is_default", now.is_default),
        is_active=row.then.get("is_active", now.is_active),
        **spec_from_json(row.then),
    )
    return Version(row.number, row.at, row.display_name, then)


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

    async def purge(self, before: datetime) -> None:
        async with plain_transaction(self._engine) as link:
            await link.execute(text("SELECT purge_agents(:before)"), {"before": before})


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
        "budget_micros": spec.budget_micros,
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
        "budget_micros": stored.get("budget_micros"),
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
