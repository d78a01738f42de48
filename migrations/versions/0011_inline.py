"""Reminders know the message they came from, so that an edit of it changes them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminders", sa.Column("source_message_id", sa.BigInteger()))
    op.create_index(
        "ix_reminders_source",
        "reminders",
        ["workspace_id", "source_chat_id", "source_message_id"],
        postgresql_where=sa.text("source_message_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_reminders_source", "reminders")
    op.drop_column("reminders", "source_message_id")
