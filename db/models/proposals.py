"""The table of proposals: what assistants ask to write, until a person decides."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from db.models.base import Moment, metadata, tenant, times, within, word

proposals = Table(
    "proposals",
    metadata,
    *tenant(),
    *within("turn_id", "turns", required=True, cascade=True),
    Column("ordinal", BigInteger, nullable=False),  # with the turn, what a card is known by
    Column("call_key", Text, nullable=False),  # the model's own name of its call
    *within("member_id", "members", required=True),
    *within("chat_id", "chats", required=True, cascade=True),
    Column("agent_id", BigInteger, ForeignKey("agents.id", ondelete="SET NULL"), index=True),
    *word("kind", ("task", "reminder", "call", "contact", "change", "done")),
    Column("said", JSONB, nullable=False),
    Column("task_number", BigInteger),
    Column("read_at", Moment, nullable=False),
    *word("state", ("open", "confirmed", "canceled"), "open"),
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("expires_at", Moment),  # from when the card was shown
    Column("outcome", Text),
    Column("telegram_message_id", BigInteger),  # 0 once its group became a supergroup, where it has another
    Column("faded_at", Moment),  # when it was drawn as expired
    *times(),
    UniqueConstraint("workspace_id", "turn_id", "ordinal"),
    Index("ix_proposals_open", "workspace_id", "member_id", "id", postgresql_where="state = 'open'"),
    Index("ix_proposals_expires_at", "expires_at", postgresql_where="state = 'open' AND faded_at IS NULL"),
    Index("ix_proposals_chat_id", "workspace_id", "chat_id"),
)
