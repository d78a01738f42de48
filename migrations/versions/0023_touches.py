"""Touches: what processes remember says when it changes."""

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"
TABLES = ("agents", "agent_bindings", "people", "members", "chats", "chat_links", "chat_members", "workspaces")

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script((SQL / "0023_touches.sql").read_text())


def downgrade() -> None:
    op.execute("DROP TRIGGER say_touched_agents ON workspaces")
    for table in TABLES:
        op.execute(f"DROP TRIGGER say_touched ON {table}")
    op.execute("DROP FUNCTION say_touched()")
    op.execute("DROP FUNCTION say_touched_row(text, jsonb)")


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
