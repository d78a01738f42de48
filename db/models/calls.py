"""The table of calls."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.models.base import Moment, metadata, tenant, times, within, word

OUTCOMES = (
    "connected", "no_answer", "busy", "left_voicemail", "left_live_message", "wrong_number", "callback_requested",
    "other",
)  # fmt: skip
_KEPT = text("deleted_at IS NULL")

crm_calls = Table(
    "crm_calls",
    metadata,
    *tenant(),
    *word("direction", ("inbound", "outbound")),
    *word("outcome", OUTCOMES),
    Column("started_at", Moment, nullable=False),
    Column("duration_seconds", Integer),
    *within("contact_id", "crm_contacts"),
    Column("phone_e164", Text),
    *within("member_id", "members"),
    Column("notes", Text, nullable=False, server_default=""),
    *within("next_task_id", "crm_tasks"),
    Column("external_id", Text),
    *within("source_chat_id", "chats"),
    Column("source_message_id", BigInteger),
    Column("source_line", SmallInteger, nullable=False, server_default="0"),
    Column(
        "made_contact", Boolean, nullable=False, server_default=text("false")
    ),  # nobody knew the name before
    Column("asks", JSONB, nullable=False, server_default="[]"),  # fields the card still asks for
    Column("offers", JSONB, nullable=False, server_default="[]"),  # what the card offers at one tap
    Column("version", Integer, nullable=False, server_default="1"),
    Column("deleted_at", Moment),
    *times(),
    UniqueConstraint("workspace_id", "external_id"),
    UniqueConstraint("workspace_id", "source_chat_id", "source_message_id", "source_line"),
    # a list is read backwards from its newest; each way to narrow it has an index that keeps that order
    Index("ix_crm_calls_started_at", "workspace_id", "started_at", "id", postgresql_where=_KEPT),
    Index("ix_crm_calls_contact", "workspace_id", "contact_id", "started_at", "id", postgresql_where=_KEPT),
    Index("ix_crm_calls_member", "workspace_id", "member_id", "started_at", "id", postgresql_where=_KEPT),
    Index("ix_crm_calls_outcome", "workspace_id", "outcome", "started_at", "id", postgresql_where=_KEPT),
    Index("ix_crm_calls_direction", "workspace_id", "direction", "started_at", "id", postgresql_where=_KEPT),
    Index("ix_crm_calls_chat", "workspace_id", "source_chat_id", "started_at", "id", postgresql_where=_KEPT),
)
