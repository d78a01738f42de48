"""Routing: whom a chat or topic is bound to, whom each member picked there, and messages held until that is clear."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_bindings",
        *tenant("agent_bindings"),
        *within("agent_bindings", "chat_id", "chats"),
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
        *within("agent_picks", "chat_id", "chats"),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        *within("agent_picks", "member_id", "members"),
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
        *within("held_questions", "chat_id", "chats"),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        *within("held_questions", "member_id", "members"),
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
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute((SQL / "0019_routing.sql").read_text()))


def downgrade() -> None:
    links = (SQL / "0003_links.sql").read_text()
    op.execute(links[links.index("CREATE OR REPLACE FUNCTION purge(") :].split("$$;", 1)[0] + "$$")
    for table in ("held_questions", "agent_picks", "agent_bindings"):
        op.drop_table(table)


def tenant(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    ]


def within(table: str, column: str, target: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", column], [f"{target}.workspace_id", f"{target}.id"],
            name=op.f(f"fk_{table}_workspace_id_{column}"), ondelete="CASCADE",
        ),
    ]


def agent(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f(f"fk_{table}_agent_id"), ondelete="CASCADE"
        ),
    ]


def times() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    ]
