"""Cards: checklists, the message a task is about, and who was told how to open a chat with the bot."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0007"
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("crm_tasks", sa.Column("source_url", sa.Text()))
    op.add_column("crm_tasks", sa.Column("occurrence_time", sa.Time()))
    op.execute("UPDATE crm_tasks SET occurrence_time = due_time WHERE occurrence_date IS NOT NULL")
    op.create_table(
        "crm_task_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_crm_task_items_workspace_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "task_id"], ["crm_tasks.workspace_id", "crm_tasks.id"],
            name=op.f("fk_crm_task_items_workspace_id_task_id"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_task_items")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_crm_task_items_workspace_id_id")),
    )
    op.create_index("ix_crm_task_items_task", "crm_task_items", ["workspace_id", "task_id", "id"])
    op.create_table(
        "start_hints",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_start_hints_workspace_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "chat_id"], ["chats.workspace_id", "chats.id"],
            name=op.f("fk_start_hints_workspace_id_chat_id"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["members.workspace_id", "members.id"],
            name=op.f("fk_start_hints_workspace_id_member_id"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_hints")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_start_hints_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "chat_id", "member_id", name=op.f("uq_start_hints_workspace_id_chat_id_member_id")
        ),
    )
    run_script((SQL / "0007_cards.sql").read_text())


def downgrade() -> None:
    op.drop_table("start_hints")
    op.drop_table("crm_task_items")
    op.drop_column("crm_tasks", "occurrence_time")
    op.drop_column("crm_tasks", "source_url")


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
