"""Touches: what processes remember says when it changes."""

from alembic import op

from db.revisions import run_file

TABLES = ("agents", "agent_bindings", "people", "members", "chats", "chat_links", "chat_members", "workspaces")

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0023_touches.sql")


def downgrade() -> None:
    op.execute("DROP TRIGGER say_touched_agents ON workspaces")
    for table in TABLES:
        op.execute(f"DROP TRIGGER say_touched ON {table}")
    op.execute("DROP FUNCTION say_touched()")
    op.execute("DROP FUNCTION say_touched_row(text, jsonb)")
