"""Deliveries: claimed in batches, read under the walls in one go, counted for the operator; and the bot's last signs."""

import sqlalchemy as sa
from alembic import op

from db.revisions import earlier, run_file, run_script

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
    op.add_column("reminder_deliveries", sa.Column("occurrence_at", sa.DateTime(timezone=True)))
    op.add_column("reminder_deliveries", sa.Column("nag", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_reminder_deliveries_pending", table_name="reminder_deliveries")
    # each claim and each mark writes a new version of its row into every index: none may be sorted by team, where
    # those that are due together lie far apart
    for columns in (("workspace_id", "id"), ("workspace_id", "reminder_id", "due_at", "recipient_id")):
        op.drop_constraint(op.f(f"uq_reminder_deliveries_{'_'.join(columns)}"), "reminder_deliveries")
    run_file("0015_deliveries.sql")


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
    run_script(
        "DROP FUNCTION heard(timestamptz, interval);"
        "DROP FUNCTION alive(timestamptz);"
        "DROP FUNCTION retry_deliveries(bigint);"
        "DROP FUNCTION failed_deliveries();"
        "DROP FUNCTION delivery_health(timestamptz, timestamptz);"
        "DROP FUNCTION read_deliveries(jsonb);"
        "DROP FUNCTION claim_deliveries(timestamptz, timestamptz, integer, interval, bigint[], text[], timestamptz);"
        + earlier("0002_walls.sql", "claim_deliveries")
    )
    op.drop_column("reminder_deliveries", "nag")
    op.drop_column("reminder_deliveries", "occurrence_at")
    op.drop_column("installation", "heard_at")
    op.drop_column("installation", "alive_at")
