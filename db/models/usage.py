"""Tables of what assistants cost, and of what they keep of people."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from db.models.base import Moment, metadata, tenant, times, within, word

spends = Table(  # a line for each call to a model; written by doors only
    "spends",
    metadata,
    *tenant(),
    *within("member_id", "members", required=True),
    *within("chat_id", "chats"),
    Column("agent_id", BigInteger, ForeignKey("agents.id", ondelete="SET NULL")),
    *within("turn_id", "turns"),
    Column("at", Moment, nullable=False),
    Column("model", Text, nullable=False),
    Column("micros", BigInteger, nullable=False),  # the estimate until it is settled
    Column("input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("output_tokens", BigInteger, nullable=False, server_default="0"),
    Column("is_priced", Boolean, nullable=False, server_default=text("false")),
    Column("settled_at", Moment),
    *times(),
    Index("ix_spends_workspace_id_member_id_at", "workspace_id", "member_id", "at"),
    Index("ix_spends_workspace_id_chat_id_at", "workspace_id", "chat_id", "at"),
    Index("ix_spends_agent_id_at", "agent_id", "at"),
    Index("ix_spends_at", "at"),
    Index("ix_spends_turn_id", "workspace_id", "turn_id"),
)
spend_months = Table(  # the whole bot's, so that no month has to be added up for each call
    "spend_months",
    metadata,
    Column("month", Date, primary_key=True),
    Column("micros", BigInteger, nullable=False, server_default="0"),
    Column("since", Moment, nullable=False, server_default=text("now()")),
)
budgets = Table(
    "budgets",
    metadata,
    *tenant(),
    *word("scope", ("team", "member", "chat", "agent")),
    Column("target", BigInteger),  # null: each of them
    *word("period", ("day", "month")),
    Column("micros", BigInteger, nullable=False),
    *times(),
    UniqueConstraint("workspace_id", "scope", "target", "period", postgresql_nulls_not_distinct=True),
)
budget_notices = Table(  # which used-up budgets the operators were told of, and on which day
    "budget_notices",
    metadata,
    Column("budget", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("since", Moment, nullable=False, server_default=text("now()")),
)
memories = Table(
    "memories",
    metadata,
    *tenant(),
    *within("member_id", "members", required=True),
    *within("conversation_id", "conversations", cascade=True),  # null: of the person in this team
    Column("body", Text, nullable=False),
    *times(),
    Index("ix_memories_member_id", "workspace_id", "member_id", "id"),
    Index("ix_memories_conversation_id", "workspace_id", "conversation_id"),
)
provider_notices = Table(  # who was told what goes to which provider
    "provider_notices",
    metadata,
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("since", Moment, nullable=False, server_default=text("now()")),
)
