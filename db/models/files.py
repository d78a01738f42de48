"""Tables of files: imports that were taken in, and the secret addresses of calendars."""

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text, UniqueConstraint

from db.models.base import metadata, tenant, times, within, word

imports = Table(
    "imports",
    metadata,
    *tenant(),
    *within("member_id", "members"),
    *word("kind", ("contacts", "tasks", "calls")),
    Column("file_name", Text, nullable=False),
    *within("source_chat_id", "chats"),
    Column("source_message_id", BigInteger, nullable=False),
    *times(),
    UniqueConstraint("workspace_id", "source_chat_id", "source_message_id"),
)
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    *tenant(),
    *within("member_id", "members", required=True, cascade=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    *times(),
    UniqueConstraint("workspace_id", "member_id"),
)
