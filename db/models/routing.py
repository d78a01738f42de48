"""Tables of routing: whom a place is bound to, whom each member picked, and what waits for a person's word."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint, text

from db.models.base import Moment, metadata, tenant, times, within

agent_bindings = Table(
    "agent_bindings",
    metadata,
    *tenant(),
    *within("chat_id", "chats", required=True, cascade=True),
    Column("thread_id", BigInteger),  # none: the whole chat
    Column("agent_id", BigInteger, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    *times(),
    UniqueConstraint("workspace_id", "chat_id", "thread_id", postgresql_nulls_not_distinct=True),
)
agent_picks = Table(
    "agent_picks",
    metadata,
    *tenant(),
    *within("chat_id", "chats", required=True, cascade=True),
    Column("thread_id", BigInteger),
    *within("member_id", "members", required=True, cascade=True),
    Column("agent_id", BigInteger, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("is_handed", Boolean, nullable=False, server_default=text("false")),  # by another agent
    *times(),
    UniqueConstraint("workspace_id", "chat_id", "thread_id", "member_id", postgresql_nulls_not_distinct=True),
    Index("ix_agent_picks_member_id", "member_id"),
)
held_questions = Table(
    "held_questions",
    metadata,
    *tenant(),
    *within("chat_id", "chats", required=True, cascade=True),
    Column("thread_id", BigInteger),
    *within("member_id", "members", required=True, cascade=True),
    Column("message_id", BigInteger),
    Column("question", Text, nullable=False),
    Column("scores", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    *times()[:1],
    Index("ix_held_questions_member_id", "member_id"),
    Index("ix_held_questions_chat_id", "chat_id"),
    Index("ix_held_questions_expires_at", "expires_at"),
)
