"""Tables of reminders and their deliveries."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Interval,
    Table,
    Text,
    Time,
    text,
)

from db.models.base import Moment, identity, metadata, tenant, times, within, word

reminders = Table(
    "reminders",
    metadata,
    *tenant(),
    *word("kind", ("relative", "absolute", "standalone")),
    *within("task_id", "crm_tasks", cascade=True),
    *within("recipient_id", "members", required=True, cascade=True),
    Column("text", Text, nullable=False),
    Column("notice", Text),  # a message of the bot's own, owed like a reminder: which one
    Column("before", Interval),
    Column("local_date", Date),
    Column("local_time", Time),
    Column("timezone", Text),
    Column("rrule", Text),
    Column("nag_minutes", Integer),
    Column("nag_limit", Integer),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    *within("source_chat_id", "chats"),
    Column("source_thread_id", BigInteger),
    Column("source_message_id", BigInteger),
    Column("paused_at", Moment),
    Column("deleted_at", Moment),
    *times(),
    Index("ix_reminders_task", "workspace_id", "task_id"),
    Index("ix_reminders_recipient", "workspace_id", "recipient_id"),
    Index(
        "ix_reminders_source",
        "workspace_id",
        "source_chat_id",
        "source_message_id",
        postgresql_where="source_message_id IS NOT NULL",
    ),
)
reminder_deliveries = Table(
    "reminder_deliveries",
    metadata,
    identity(),
    Column("workspace_id", BigInteger, ForeignKey("workspaces.id"), nullable=False),
    *within("reminder_id", "reminders", required=True, cascade=True),
    *within("recipient_id", "members", required=True, cascade=True),
    Column("due_at", Moment, nullable=False),
    Column("occurrence_at", Moment),  # of a snoozed one and of one said again: when it was due at first
    Column("nag", Integer, nullable=False, server_default="0"),  # how often it was said again before this
    *word("state", ("pending", "leased", "sent", "acknowledged", "snoozed", "skipped", "failed"), "pending"),
    Column("lease", Text),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_retry_at", Moment),
    Column("telegram_message_id", BigInteger),
    Column("late_seconds", Integer),
    Column("reason", Text),
    Column("sent_at", Moment),
    Column("acknowledged_at", Moment),
    *times(),
    # not by team, as each claim and each mark is written into it: those that are due together lie close together
    Index(
        "uq_reminder_deliveries_once", "reminder_id", "due_at", "recipient_id", "workspace_id", unique=True
    ),
    Index(
        "ix_reminder_deliveries_next",
        text("GREATEST(due_at, next_retry_at)"),
        postgresql_where="state = 'pending'",
    ),
    Index("ix_reminder_deliveries_leased", "lease_until", postgresql_where="state = 'leased'"),
)
