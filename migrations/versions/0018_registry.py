"""The registry: assistants are kept by managers and operators, hidden in a team, and deleted so that it can be undone."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

EXPORT_BEFORE = """
CREATE OR REPLACE FUNCTION export_global_agents() RETURNS TABLE (slug text, spec jsonb, is_default boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT slug, spec, is_default FROM agents WHERE workspace_id IS NULL AND is_active ORDER BY id $$;
"""


def upgrade() -> None:
    op.add_column("agents", sa.Column("deleted_at", sa.DateTime(timezone=True)))
    op.add_column(
        "workspaces",
        sa.Column("hidden_agents", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    run_script((SQL / "0018_registry.sql").read_text())


def downgrade() -> None:
    run_script(EXPORT_BEFORE)
    op.execute("DROP FUNCTION purge_agents(timestamptz)")
    op.execute("DROP FUNCTION enter_and_look(bigint, bigint, bigint, bigint[], timestamptz[])")
    op.execute("DROP POLICY operators_look ON agent_versions")
    op.execute("DROP POLICY operators_add ON agent_versions")
    op.execute("DROP POLICY operators_add ON agents")
    op.execute("DROP POLICY operators_change ON agents")
    op.execute("DROP FUNCTION my_operator()")
    op.drop_column("workspaces", "hidden_agents")
    op.drop_column("agents", "deleted_at")


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
