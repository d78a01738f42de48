"""Reminders people ask for: chosen one by one, said again until seen, put off without moving their series."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LEADS = {"timed_leads": "{0}", "meeting_leads": "{15}", "day_leads": "{0}"}
PARTS = {"morning_starts": "09:00", "afternoon_starts": "14:00", "evening_starts": "19:00"}


def upgrade() -> None:
    for name, usual in LEADS.items():
        op.add_column(
            "people", sa.Column(name, postgresql.ARRAY(sa.Integer()), server_default=usual, nullable=False)
        )
    for name, usual in PARTS.items():
        op.add_column("people", sa.Column(name, sa.Time(), server_default=usual, nullable=False))
    op.add_column(
        "crm_tasks", sa.Column("leads", postgresql.ARRAY(sa.Interval()), server_default="{}", nullable=False)
    )
    op.add_column(
        "crm_tasks",
        sa.Column("leads_chosen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("crm_tasks", sa.Column("nag_minutes", sa.Integer()))
    op.add_column("reminder_deliveries", sa.Column("occurrence_at", sa.TIMESTAMP(timezone=True)))
    op.add_column("reminder_deliveries", sa.Column("nag", sa.Integer(), server_default="0", nullable=False))
    run_script((SQL / "0016_reminders.sql").read_text())


def downgrade() -> None:
    earlier = (SQL / "0015_deliveries.sql").read_text()
    before = re.search(r"CREATE FUNCTION read_deliveries\(.*?END \$\$;\n", earlier, re.DOTALL)
    assert before is not None
    run_script(
        "DROP FUNCTION reminder_habits(bigint); DROP FUNCTION read_deliveries(jsonb);" + before.group(0)
    )
    op.drop_column("reminder_deliveries", "nag")
    op.drop_column("reminder_deliveries", "occurrence_at")
    for name in ("nag_minutes", "leads_chosen", "leads"):
        op.drop_column("crm_tasks", name)
    for name in (*LEADS, *PARTS):
        op.drop_column("people", name)


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
