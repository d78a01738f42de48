"""Tables of chats, and of what is done in them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from db.models.base import Moment, metadata, tenant, times, within, word

chats = Table(
    "chats",
    metadata,
    *tenant(),
    Column("telegram_chat_id", BigInteger, nullable=False),
    *word("kind", ("private", "group", "channel")),
    Column("title", Text),
    Column("default_agent_id", BigInteger, ForeignKey("agents.id", ondelete="SET NULL"), index=True),
    Column("settings", JSONB, nullable=False, server_default="{}"),
    Column("unreachable_at", Moment),
    Column("previous_telegram_chat_id", BigInteger),  # of a group before it became a supergroup
    Column("watched_since", Moment),  # the bot is an admin here: Telegram tells it who leaves
    Column("requests_chat_id", BigInteger),  # where the card of those who ask for access was sent
    Column("requests_message_id", BigInteger),
    *times(),
    UniqueConstraint("workspace_id", "telegram_chat_id"),
    Index("ix_chats_telegram_chat_id", "telegram_chat_id"),
    Index(
        "ix_chats_previous_telegram_chat_id",
        "previous_telegram_chat_id",
        postgresql_where="previous_telegram_chat_id IS NOT NULL",
    ),
)
chat_links = Table(
    "chat_links",
    metadata,
    Column("telegram_chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("workspace_id", BigInteger, nullable=False, index=True),
    *within("chat_id", "chats", required=True, cascade=True),
    *times(),
)
chat_members = Table(  # who speaks in a group; written by doors only
    "chat_members",
    metadata,
    *tenant(),
    *within("chat_id", "chats", required=True, cascade=True),
    *within("member_id", "members", required=True, cascade=True),
    *word("request", ("none", "open", "approved", "declined")),
    Column("shown_at", Moment),  # when the managers were shown the request
    Column("seen_at", Moment, nullable=False, server_default=text("now()")),
    Column("left_at", Moment),
    *times(),
    UniqueConstraint("workspace_id", "chat_id", "member_id"),
    Index("ix_chat_members_member_id", "member_id"),
)
activity_logs = Table(
    "activity_logs",
    metadata,
    *tenant(),
    *word("actor_kind", ("member", "agent", "system", "import")),
    *within("actor_member_id", "members"),
    Column("agent_id", BigInteger, ForeignKey("agents.id", ondelete="SET NULL"), index=True),
    Column("action", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("entity_id", BigInteger, nullable=False),
    Column("changes", JSONB, nullable=False, server_default="{}"),
    *within("undo_of", "activity_logs"),
    *within("import_id", "imports"),  # a line of many that one import wrote
    *times()[:1],
    Index("ix_activity_logs_entity", "workspace_id", "entity", "entity_id", "id"),
    Index(
        "ix_activity_logs_import_id",
        "workspace_id",
        "import_id",
        postgresql_where="import_id IS NOT NULL",
    ),
    Index("ix_activity_logs_actor", "workspace_id", "actor_member_id", "id"),
    Index(
        "uq_activity_logs_undo_of",
        "workspace_id",
        "undo_of",
        unique=True,
        postgresql_where="undo_of IS NOT NULL",
    ),
)
conversations = Table(
    "conversations",
    metadata,
    *tenant(),
    *within("chat_id", "chats", required=True, cascade=True),
    Column("thread_id", BigInteger),
    Column("agent_id", BigInteger, ForeignKey("agents.id"), nullable=False, index=True),
    Column("summary", Text),  # of the turns up to `summary_until`; those up to `fresh_after` are over (/new)
    Column("summary_until", BigInteger, nullable=False, server_default="0"),
    Column("fresh_after", BigInteger, nullable=False, server_default="0"),
    *times(),
    UniqueConstraint("workspace_id", "chat_id", "thread_id", "agent_id", postgresql_nulls_not_distinct=True),
)
turns = Table(
    "turns",
    metadata,
    *tenant(),
    *within("conversation_id", "conversations", required=True, cascade=True),
    *within("member_id", "members", required=True),
    *word(
        "state",
        ("queued", "running", "ready", "done", "failed", "canceled", "joined", "stopped"),
        "queued",
    ),
    Column("lease", Text),
    Column("lease_until", Moment),
    Column("attempts", BigInteger, nullable=False, server_default="0"),
    Column("thread_id", BigInteger),
    Column("message_id", BigInteger),
    Column("user_text", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reason_detail", Text),
    Column(
        "attachments", JSONB, nullable=False, server_default="[]"
    ),  # kind, file_id, mime, name, size, text
    Column(
        "album", Text
    ),  # Telegram's media_group_id: until it is claimed, the turn takes what else comes of it
    Column("messages", JSONB, nullable=False, server_default="[]"),
    Column("answer", Text),
    Column("model", Text),
    Column("usage", JSONB, nullable=False, server_default="{}"),
    Column("cost_micros", BigInteger, nullable=False, server_default="0"),
    Column("approval", JSONB(none_as_null=True)),
    Column("telegram_message_id", BigInteger),
    Column("reference", Text),
    *within("resumes_turn_id", "turns"),
    Column("speaker", Text),  # the name of whoever wrote, as a group's turn tells it to the model
    # the turn that answers this one too; of the same conversation, by which it is found and with which it goes
    Column("joins_turn_id", BigInteger),
    Column("stopped_at", Moment),  # when a person asked to stop
    Column("shown_message_id", BigInteger),  # the message that grew with the answer
    Column("message_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),  # the answer's pieces
    *times(),
    Index(
        "uq_turns_resumes_turn_id",
        "workspace_id",
        "resumes_turn_id",
        unique=True,
        postgresql_where="resumes_turn_id IS NOT NULL",
    ),
    Index(
        "ix_turns_unfinished",
        "conversation_id",
        "id",
        postgresql_where="state IN ('queued', 'running', 'ready')",
    ),
    Index("ix_turns_conversation", "workspace_id", "conversation_id", "id"),
    Index("ix_turns_album", "workspace_id", "album", postgresql_where="album IS NOT NULL"),
)
