"""Tables of agents; a null workspace means a global one, so agents are referenced by id alone."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB

from db.models.base import Moment, identity, metadata, times

agents = Table(
    "agents",
    metadata,
    identity(),
    Column("workspace_id", BigInteger, ForeignKey("workspaces.id")),
    Column("slug", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column(
        "spec", JSONB, nullable=False
    ),  # names, descriptions, instructions, model, fallbacks, settings, tools, rules
    Column("budget_micros", BigInteger),
    Column("is_default", Boolean, nullable=False, server_default=text("false")),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("deleted_at", Moment),  # its slug is free again from then on: the id is written behind it
    *times(),
    UniqueConstraint("workspace_id", "slug", postgresql_nulls_not_distinct=True),
)
agent_versions = Table(
    "agent_versions",
    metadata,
    identity(),
    Column("workspace_id", BigInteger, ForeignKey("workspaces.id"), index=True),
    Column("agent_id", BigInteger, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("spec", JSONB, nullable=False),
    Column("author_person_id", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    *times(),
    UniqueConstraint("agent_id", "version"),
)
