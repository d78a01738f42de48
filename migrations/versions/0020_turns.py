"""Turns: several messages answered at once, stopped with what was said, gone on with after a crash."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.revisions import earlier, run_file, run_script

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATES = ("queued", "running", "ready", "done", "failed", "canceled")


def upgrade() -> None:
    op.add_column("turns", sa.Column("speaker", sa.Text()))
    op.add_column("turns", sa.Column("joins_turn_id", sa.BigInteger()))
    op.add_column("turns", sa.Column("stopped_at", sa.DateTime(timezone=True)))
    op.add_column("turns", sa.Column("shown_message_id", sa.BigInteger()))
    op.add_column(
        "turns",
        sa.Column("message_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
    )
    op.add_column("turns", sa.Column("attachments", postgresql.JSONB(), server_default="[]", nullable=False))
    allow((*STATES, "joined", "stopped"))
    run_file("0020_turns.sql")


def downgrade() -> None:
    op.execute("DROP FUNCTION renew_turns(bigint[], text[], timestamptz)")
    run_script(earlier("0002_walls.sql", "claim_turns"))
    op.execute("UPDATE turns SET state = 'done' WHERE state = 'stopped'")
    op.execute("UPDATE turns SET state = 'canceled' WHERE state = 'joined'")
    allow(STATES)
    for name in ("attachments", "message_ids", "shown_message_id", "stopped_at", "joins_turn_id", "speaker"):
        op.drop_column("turns", name)


def allow(states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    op.drop_constraint(op.f("ck_turns_state"), "turns", type_="check")
    op.create_check_constraint(
        op.f("ck_turns_state"), "turns", f"state IN ({listed})", postgresql_not_valid=True
    )
    op.execute("ALTER TABLE turns VALIDATE CONSTRAINT ck_turns_state")
