"""Reminders people ask for: chosen one by one, said again until seen, put off without moving their series."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.revisions import run_file

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
    run_file("0016_reminders.sql")


def downgrade() -> None:
    op.execute("DROP FUNCTION reminder_habits(bigint)")
    for name in ("nag_minutes", "leads_chosen", "leads"):
        op.drop_column("crm_tasks", name)
    for name in (*LEADS, *PARTS):
        op.drop_column("people", name)
