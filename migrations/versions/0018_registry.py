"""The registry: assistants are kept by managers and operators, hidden in a team, and deleted so that it can be undone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from db.revisions import earlier, run_file, run_script

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("deleted_at", sa.DateTime(timezone=True)))
    op.add_column(
        "workspaces",
        sa.Column("hidden_agents", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    run_file("0018_registry.sql")


def downgrade() -> None:
    run_script(earlier("doors_work.sql", "export_global_agents"))
    op.execute("DROP FUNCTION purge_agents(timestamptz)")
    op.execute("DROP FUNCTION enter_and_look(bigint, bigint, bigint, bigint[], timestamptz[])")
    op.execute("DROP POLICY operators_look ON agent_versions")
    op.execute("DROP POLICY operators_add ON agent_versions")
    op.execute("DROP POLICY operators_add ON agents")
    op.execute("DROP POLICY operators_change ON agents")
    op.execute("DROP FUNCTION my_operator()")
    op.drop_column("workspaces", "hidden_agents")
    op.drop_column("agents", "deleted_at")
