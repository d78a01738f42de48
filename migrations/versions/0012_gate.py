"""The gate: faults as operators hear of them, answers that are owed, and how long things wait."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0012"
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "faults",
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_times", sa.Integer(), nullable=False),
        sa.Column("since_told", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("summary", name=op.f("pk_faults")),
    )
    op.create_index(
        "ix_handled_updates_owed", "handled_updates", ["handled_at"],
        postgresql_where="answered_at IS NULL AND jsonb_typeof(answer) = 'object'",
    )
    op.add_column("handled_updates", sa.Column("postponed", postgresql.JSONB(astext_type=sa.Text())))
    op.add_column("handled_updates", sa.Column("postponed_until", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_handled_updates_postponed", "handled_updates", ["postponed_until"],
        postgresql_where="postponed IS NOT NULL",
    )
    run_script((SQL / "0012_gate.sql").read_text())


def downgrade() -> None:
    first = (SQL / "doors_work.sql").read_text()
    health = re.search(r"CREATE FUNCTION health\(.*?\$\$;\n", first, re.DOTALL)
    assert health is not None
    run_script(
        "DROP FUNCTION note_fault(text, text, timestamptz, interval);"
        "DROP FUNCTION repeated_faults(timestamptz, interval);"
        "DROP FUNCTION operators();"
        "DROP FUNCTION health(timestamptz);" + health.group(0)
    )
    op.drop_index("ix_handled_updates_postponed", table_name="handled_updates")
    op.drop_column("handled_updates", "postponed_until")
    op.drop_column("handled_updates", "postponed")
    op.drop_index("ix_handled_updates_owed", table_name="handled_updates")
    op.drop_table("faults")


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
