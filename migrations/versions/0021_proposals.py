"""Proposals: what assistants ask to write, and turns that go on once it is decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.revisions import run_file, tenant, times, within

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
CONCURRENTLY = {
    "uq_turns_resumes_turn_id": "CREATE UNIQUE INDEX CONCURRENTLY uq_turns_resumes_turn_id"
    " ON turns (workspace_id, resumes_turn_id) WHERE resumes_turn_id IS NOT NULL",
}


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "proposals",
        *tenant("proposals"),
        *within("proposals", "turn_id", "turns", required=True, cascade=True),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("call_key", sa.Text(), nullable=False),
        *within("proposals", "member_id", "members", required=True),
        *within("proposals", "chat_id", "chats", required=True, cascade=True),
        sa.Column("agent_id", sa.BigInteger()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", postgresql.JSONB(), nullable=False),
        sa.Column("task_number", sa.BigInteger()),
        sa.Column("read_at", moment, nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("expires_at", moment),
        sa.Column("outcome", sa.Text()),
        sa.Column("telegram_message_id", sa.BigInteger()),
        sa.Column("faded_at", moment),
        *times(),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_proposals_agent_id"), ondelete="SET NULL"
        ),
        sa.CheckConstraint(
            "kind IN ('task', 'reminder', 'call', 'contact', 'change', 'done')", name=op.f("ck_proposals_kind")
        ),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'canceled')", name=op.f("ck_proposals_state")),
        sa.UniqueConstraint(
            "workspace_id", "turn_id", "ordinal", name=op.f("uq_proposals_workspace_id_turn_id_ordinal")
        ),
    )
    op.create_index("ix_proposals_agent_id", "proposals", ["agent_id"])
    op.create_index(
        "ix_proposals_open", "proposals", ["workspace_id", "member_id", "id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_proposals_expires_at", "proposals", ["expires_at"],
        postgresql_where=sa.text("state = 'open' AND faded_at IS NULL"),
    )
    op.create_index("ix_proposals_chat_id", "proposals", ["workspace_id", "chat_id"])
    op.add_column("turns", sa.Column("resumes_turn_id", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_turns_workspace_id_resumes_turn_id"), "turns", "turns",
        ["workspace_id", "resumes_turn_id"], ["workspace_id", "id"], ondelete="SET NULL (resumes_turn_id)",
        postgresql_not_valid=True,  # the column is new and empty: there is nothing to validate
    )
    run_file("0021_proposals.sql")


def downgrade() -> None:
    op.execute("DROP TRIGGER forget_message_ids ON chats")
    op.execute("DROP FUNCTION forget_message_ids()")
    op.execute("DROP FUNCTION expired_proposals(timestamptz, integer)")
    op.drop_index("uq_turns_resumes_turn_id", table_name="turns", if_exists=True)
    op.drop_constraint(op.f("fk_turns_workspace_id_resumes_turn_id"), "turns")
    op.drop_column("turns", "resumes_turn_id")
    op.drop_table("proposals")
