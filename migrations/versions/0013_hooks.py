"""Webhooks: who works on a chat's update, and what is known of the webhook that was set."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0013"
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handled_updates", sa.Column("lane", sa.Text()))
    op.add_column("handled_updates", sa.Column("holder", sa.Text()))
    op.add_column("handled_updates", sa.Column("lease_until", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_handled_updates_lane", "handled_updates", ["bot_id", "lane"],
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.add_column("installation", sa.Column("webhook_url", sa.Text()))
    op.add_column("installation", sa.Column("webhook_hash", sa.LargeBinary()))
    op.add_column("installation", sa.Column("webhook_previous_hash", sa.LargeBinary()))
    op.add_column(
        "installation", sa.Column("webhook_secret_number", sa.Integer(), server_default="1", nullable=False)
    )
    run_script((SQL / "0013_hooks.sql").read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION next_webhook_secret()")
    op.execute("DROP FUNCTION keep_webhook(text, bytea)")
    op.execute("DROP FUNCTION kept_webhook()")
    for name in ("webhook_secret_number", "webhook_previous_hash", "webhook_hash", "webhook_url"):
        op.drop_column("installation", name)
    op.drop_index("ix_handled_updates_lane", "handled_updates")
    for name in ("lease_until", "holder", "lane"):
        op.drop_column("handled_updates", name)


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
