"""The table of what a person is owed beside reminders, whatever team they are in; reached by doors only."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Table, Text

from db.models.base import Moment, identity, metadata, times, word

digests = Table(
    "digests",
    metadata,
    identity(),
    Column("person_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    *word("kind", ("morning", "evening", "weekly", "back", "stand_in", "stand_in_over")),
    Column("local_date", Date, nullable=False),  # the person's; of a week its Monday
    Column("due_at", Moment, nullable=False),
    Column("since", Moment),  # of an absence
    Column("until", Moment),
    Column("about_id", BigInteger, ForeignKey("people.id", ondelete="CASCADE"), index=True),  # who was away
    *word("state", ("pending", "leased", "sent", "skipped", "failed"), "pending"),
    Column("lease", Text),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_retry_at", Moment),
    Column("telegram_message_id", BigInteger),
    Column("late_seconds", Integer),
    Column("reason", Text),
    Column("sent_at", Moment),
    *times(),
    Index(
        "uq_digests_once",
        "person_id",
        "kind",
        "local_date",
        unique=True,
        postgresql_where="kind IN ('morning', 'evening', 'weekly')",
    ),
    Index("ix_digests_pending", "due_at", postgresql_where="state = 'pending'"),
    Index("ix_digests_leased", "lease_until", postgresql_where="state = 'leased'"),
)
