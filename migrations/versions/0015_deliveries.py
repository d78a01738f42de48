"""Deliveries: claimed in batches, read under the walls in one go, counted for the operator; and the bot's last signs."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
CONCURRENTLY = {
    "ix_reminder_deliveries_next": "CREATE INDEX CONCURRENTLY ix_reminder_deliveries_next"
    " ON reminder_deliveries (greatest(due_at, next_retry_at)) WHERE state = 'pending'",
    "uq_reminder_deliveries_once": "CREATE UNIQUE INDEX CONCURRENTLY uq_reminder_deliveries_once"
    " ON reminder_deliveries (reminder_id, due_at, recipient_id, workspace_id)",
}


def upgrade() -> None:
    op.add_column("installation", sa.Column("alive_at", sa.DateTime(timezone=True)))
    op.add_column("installation", sa.Column("heard_at", sa.DateTime(timezone=True)))
    op.drop_index("ix_reminder_deliveries_pending", table_name="reminder_deliveries")
    # each claim and each mark writes a new version of its row into every index: none may be sorted by team, where
    # those that are due together lie far apart
    for columns in (("workspace_id", "id"), ("workspace_id", "reminder_id", "due_at", "recipient_id")):
        op.drop_constraint(op.f(f"uq_reminder_deliveries_{'_'.join(columns)}"), "reminder_deliveries")
    run_script((SQL / "0015_deliveries.sql").read_text())


def downgrade() -> None:
    op.drop_index("ix_reminder_deliveries_next", table_name="reminder_deliveries", if_exists=True)
    op.drop_index("uq_reminder_deliveries_once", table_name="reminder_deliveries", if_exists=True)
    for columns in (("workspace_id", "id"), ("workspace_id", "reminder_id", "due_at", "recipient_id")):
        op.create_unique_constraint(
            op.f(f"uq_reminder_deliveries_{'_'.join(columns)}"), "reminder_deliveries", columns
        )
    op.create_index(
        "ix_reminder_deliveries_pending",
        "reminder_deliveries",
        ["due_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    walls = (SQL / "0002_walls.sql").read_text()
    before = re.search(r"CREATE FUNCTION claim_deliveries\(.*?END \$\$;\n", walls, re.DOTALL)
    assert before is not None
    run_script(
        "DROP FUNCTION heard(timestamptz, interval);"
        "DROP FUNCTION alive(timestamptz);"
        "DROP FUNCTION retry_deliveries(bigint);"
        "DROP FUNCTION failed_deliveries();"
        "DROP FUNCTION delivery_health(timestamptz, timestamptz);"
        "DROP FUNCTION read_deliveries(jsonb);"
        "DROP FUNCTION claim_deliveries(timestamptz, timestamptz, integer, interval, bigint[], text[], timestamptz);"
        + before.group(0)
    )
    op.drop_column("installation", "heard_at")
    op.drop_column("installation", "alive_at")


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
