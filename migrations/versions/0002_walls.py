"""Walls within a team: visibility, narrow claims, and an undo that happens once."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('workspaces', sa.Column('visibility', sa.Text(), server_default='everyone', nullable=False))
    op.create_check_constraint(op.f('ck_workspaces_visibility'), 'workspaces', "visibility IN ('everyone', 'own')")
    op.add_column('workspaces', sa.Column('visibility_asked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('reminders', sa.Column('notice', sa.Text(), nullable=True))
    op.create_index('uq_activity_logs_undo_of', 'activity_logs', ['workspace_id', 'undo_of'], unique=True,
                    postgresql_where='undo_of IS NOT NULL')
    op.create_index('ix_activity_logs_actor', 'activity_logs', ['workspace_id', 'actor_member_id', 'id'], unique=False)
    run_script((SQL / "0002_walls.sql").read_text())


def downgrade() -> None:
    run_script((SQL / "0002_walls_down.sql").read_text())
    for page, name in (("doors_people.sql", "enter"), ("doors_work.sql", "claim_deliveries"),
                       ("doors_work.sql", "claim_turns")):
        run_script(first_written(page, name))
    op.drop_index('ix_activity_logs_actor', table_name='activity_logs')
    op.drop_index('uq_activity_logs_undo_of', table_name='activity_logs', postgresql_where='undo_of IS NOT NULL')
    op.drop_column('reminders', 'notice')
    op.drop_column('workspaces', 'visibility_asked_at')
    op.drop_constraint(op.f('ck_workspaces_visibility'), 'workspaces')
    op.drop_column('workspaces', 'visibility')


def first_written(page: str, name: str) -> str:
    """The function as 0001 made it."""
    found = re.search(rf"^CREATE FUNCTION {name}\(.*?^END \$\$;", (SQL / page).read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None, f"{page} has no {name}"
    return found[0]


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
