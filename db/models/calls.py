"""The table of calls."""

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table, Text, UniqueConstraint

from db.models.base import Moment, metadata, tenant, times, within, word

OUTCOMES = (
    "connected", "no_answer", "busy", "left_voicemail", "left_live_message", "wrong_number", "callback_requested",
    "other",
)  # fmt: skip

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
    Column("deleted_at", Moment),
    *times(),
    UniqueConstraint("workspace_id", "external_id"),
    UniqueConstraint("workspace_id", "source_chat_id", "source_message_id", "source_line"),
    Index("ix_crm_calls_started_at", "workspace_id", "started_at"),
    Index("ix_crm_calls_contact", "workspace_id", "contact_id"),
)
