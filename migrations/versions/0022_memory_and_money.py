"""Memory and money: what assistants keep of people, what they cost, and the budgets that stop them."""

import sqlalchemy as sa
from alembic import op

from db.revisions import run_file, tenant, times, within

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
CONCURRENTLY = {
    "ix_turns_album": "CREATE INDEX CONCURRENTLY ix_turns_album ON turns (workspace_id, album) WHERE album IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "spends",
        *tenant("spends"),
        *within("spends", "member_id", "members", required=True),
        *within("spends", "chat_id", "chats"),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        *within("spends", "turn_id", "turns"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_priced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        *times(),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_spends_agent_id"), ondelete="SET NULL"),
    )
    for columns in (["workspace_id", "member_id", "at"], ["workspace_id", "chat_id", "at"], ["agent_id", "at"]):
        op.create_index(f"ix_spends_{'_'.join(columns)}", "spends", columns)
    op.create_index("ix_spends_at", "spends", ["at"])
    op.create_index("ix_spends_turn_id", "spends", ["workspace_id", "turn_id"])
    op.create_table(
        "spend_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("micros", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_spend_months")),
    )
    op.create_table(
        "budgets",
        *tenant("budgets"),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        *times(),
        sa.CheckConstraint("scope IN ('team', 'member', 'chat', 'agent')", name=op.f("ck_budgets_scope")),
        sa.CheckConstraint("period IN ('day', 'month')", name=op.f("ck_budgets_period")),
        sa.UniqueConstraint(
            "workspace_id", "scope", "target", "period", postgresql_nulls_not_distinct=True,
            name=op.f("uq_budgets_workspace_id_scope_target_period"),
        ),
    )
    op.create_table(
        "budget_notices",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("budget", "day", name=op.f("pk_budget_notices")),
    )
    op.create_table(
        "memories",
        *tenant("memories"),
        *within("memories", "member_id", "members", required=True),
        *within("memories", "conversation_id", "conversations", cascade=True),
        sa.Column("body", sa.Text(), nullable=False),
        *times(),
    )
    op.create_index("ix_memories_member_id", "memories", ["workspace_id", "member_id", "id"])
    op.create_index("ix_memories_conversation_id", "memories", ["workspace_id", "conversation_id"])
    op.create_table(
        "provider_notices",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "provider", name=op.f("pk_provider_notices")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_provider_notices_person_id"), ondelete="CASCADE"
        ),
    )
    op.add_column("conversations", sa.Column("summary", sa.Text(), nullable=True))
    for name in ("summary_until", "fresh_after"):
        op.add_column("conversations", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("turns", sa.Column("album", sa.Text()))
    op.add_column(
        "workspaces", sa.Column("assistants_off", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    run_file("0022_memory_and_money.sql")


def downgrade() -> None:
    op.execute("DROP FUNCTION purge_talk(timestamptz)")
    op.execute("DROP FUNCTION asked_with_album(bigint, bigint, text, timestamptz)")
    op.execute("DROP FUNCTION usage_in_all(timestamptz, timestamptz)")
    op.execute("DROP FUNCTION settle_spend(bigint, text, bigint, bigint, bigint, boolean)")
    op.execute("DROP FUNCTION reserve_spend(bigint, bigint, text, bigint, bigint, timestamptz, bigint)")
    op.drop_column("workspaces", "assistants_off")
    op.drop_index("ix_turns_album", table_name="turns", if_exists=True)
    op.drop_column("turns", "album")
    for name in ("fresh_after", "summary_until", "summary"):
        op.drop_column("conversations", name)
    for table in ("provider_notices", "memories", "budget_notices", "budgets", "spend_months", "spends"):
        op.drop_table(table)
