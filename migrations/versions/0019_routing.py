"""Routing: whom a chat or topic is bound to, whom each member picked there, and messages held until that is clear."""

import sqlalchemy as sa
from alembic import op

from db.revisions import earlier, run_file, run_script, tenant, times, within

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_bindings",
        *tenant("agent_bindings"),
        *within("agent_bindings", "chat_id", "chats", required=True, cascade=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        *agent("agent_bindings"),
        *times(),
        sa.UniqueConstraint(
            "workspace_id", "chat_id", "thread_id",
            name=op.f("uq_agent_bindings_workspace_id_chat_id_thread_id"), postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "agent_picks",
        *tenant("agent_picks"),
        *within("agent_picks", "chat_id", "chats", required=True, cascade=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        *within("agent_picks", "member_id", "members", required=True, cascade=True),
        *agent("agent_picks"),
        sa.Column("is_handed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *times(),
        sa.UniqueConstraint(
            "workspace_id", "chat_id", "thread_id", "member_id",
            name=op.f("uq_agent_picks_workspace_id_chat_id_thread_id_member_id"), postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "held_questions",
        *tenant("held_questions"),
        *within("held_questions", "chat_id", "chats", required=True, cascade=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        *within("held_questions", "member_id", "members", required=True, cascade=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        *times()[:1],
    )
    for table, column in (
        ("agent_bindings", "agent_id"),
        ("agent_picks", "agent_id"),
        ("agent_picks", "member_id"),
        ("held_questions", "member_id"),
        ("held_questions", "chat_id"),
        ("held_questions", "expires_at"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    run_file("0019_routing.sql")


def downgrade() -> None:
    run_script(earlier("0003_links.sql", "purge"))
    for table in ("held_questions", "agent_picks", "agent_bindings"):
        op.drop_table(table)


def agent(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f(f"fk_{table}_agent_id"), ondelete="CASCADE"
        ),
    ]
