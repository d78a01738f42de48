"""The two tables open to the application's role: updates and dialogs."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from db.models.base import Moment, metadata

handled_updates = Table(
    "handled_updates",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("begun_at", Moment, nullable=False, index=True),
    Column("handled_at", Moment),
    Column("answer", JSONB(none_as_null=True)),
    Column("answered_at", Moment),
    Column(
        "postponed", JSONB(none_as_null=True)
    ),  # where to answer, once Telegram wants it: crm.updates.Postponed
    Column("postponed_until", Moment),
    Index(
        "ix_handled_updates_owed",
        "handled_at",
        postgresql_where=text("answered_at IS NULL AND jsonb_typeof(answer) = 'object'"),
    ),
    Index("ix_handled_updates_postponed", "postponed_until", postgresql_where=text("postponed IS NOT NULL")),
    # webhooks: the chat it belongs to, which process works on it, and until when that is believed
    Column("lane", Text),
    Column("holder", Text),
    Column("lease_until", Moment),
    Index("ix_handled_updates_lane", "bot_id", "lane", postgresql_where=text("lease_until IS NOT NULL")),
)
dialogs = Table(
    "dialogs",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),  # 0: no topic
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text),
    Column("data", JSONB, nullable=False, server_default="{}"),
    Column("expires_at", Moment, nullable=False, index=True),
)
