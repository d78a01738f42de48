"""Lists: what each filter of /tasks is read by, and the words a task is found by."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

from crm.grammar.wordforms import kept_words

SQL = Path(__file__).parent.parent / "sql"

revision = "0006"
down_revision = '0005'
branch_labels = None
depends_on = None

OPEN = "deleted_at IS NULL AND status IN ('not_started', 'in_progress', 'deferred')"
DONE = "deleted_at IS NULL AND status = 'completed'"
BATCH = 1000  # tasks given their words at once


def upgrade() -> None:
    op.add_column(
        "crm_tasks",
        sa.Column(
            "due_sort", sa.DateTime(),
            sa.Computed("COALESCE(due_date + COALESCE(due_time, '24:00:00'::time without time zone), 'infinity'::timestamp without time zone)", persisted=True),
            nullable=False,
        ),
    )
    op.add_column("crm_tasks", sa.Column("words", sa.Text(), server_default="", nullable=False))
    find_those_that_are_there()
    op.add_column(
        "crm_tasks",
        sa.Column(
            "folded", sa.Text(),
            sa.Computed("translate(lower(title || ' ' || description || words), 'ё', 'е')", persisted=True),
            nullable=False,
        ),
    )
    op.add_column(
        "crm_task_comments",
        sa.Column("folded", sa.Text(), sa.Computed("translate(lower(body), 'ё', 'е')", persisted=True), nullable=False),
    )
    op.add_column("crm_labels", sa.Column("task_done", sa.Boolean()))
    op.add_column("crm_labels", sa.Column("task_at", sa.DateTime()))
    op.drop_index("ix_crm_tasks_open", "crm_tasks")
    for name, columns, condition in (
        ("open", ["workspace_id", "due_sort", "number"], OPEN),
        ("open_assignee", ["workspace_id", "assignee_id", "due_sort", "number"], OPEN),
        ("open_contact", ["workspace_id", "contact_id", "due_sort", "number"], OPEN),
        ("done", ["workspace_id", "completed_at", "id"], DONE),
        ("done_assignee", ["workspace_id", "assignee_id", "completed_at", "id"], DONE),
        ("done_contact", ["workspace_id", "contact_id", "completed_at", "id"], DONE),
    ):
        op.create_index(f"ix_crm_tasks_{name}", "crm_tasks", columns, postgresql_where=condition)
    op.create_index("ix_crm_tasks_created", "crm_tasks", ["workspace_id", "created_at"])
    op.create_index(
        "ix_crm_labels_place", "crm_labels", ["workspace_id", "name", "task_done", "task_at", "task_id"],
        postgresql_where="task_at IS NOT NULL",
    )
    for table in ("crm_tasks", "crm_task_comments"):
        op.create_index(
            f"ix_{table}_trigrams", table, ["folded"], postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        )
    run_script((SQL / "0006_lists.sql").read_text())


def downgrade() -> None:
    run_script(
        "DROP TRIGGER place_labels ON crm_tasks; DROP FUNCTION place_labels();"
        "DROP TRIGGER place ON crm_labels; DROP FUNCTION place_label();"
        "DROP FUNCTION nearest_contacts(text, integer); DROP FUNCTION find_tasks(text[], text, integer)"
    )
    op.drop_column("crm_labels", "task_at")
    op.drop_column("crm_labels", "task_done")
    op.drop_column("crm_task_comments", "folded")
    for name in ("open", "open_assignee", "open_contact", "done", "done_assignee", "done_contact", "created"):
        op.drop_index(f"ix_crm_tasks_{name}", "crm_tasks")
    for column in ("folded", "words", "due_sort"):
        op.drop_column("crm_tasks", column)
    op.create_index(
        "ix_crm_tasks_open", "crm_tasks", ["workspace_id", "due_date", "due_time", "number"],
        postgresql_where="deleted_at IS NULL AND completed_at IS NULL",
    )


def find_those_that_are_there() -> None:
    """Tasks saved before are found by their words too."""
    link, last = op.get_bind(), 0
    while rows := link.execute(
        sa.text("SELECT id, title, description FROM crm_tasks WHERE id > :last ORDER BY id LIMIT :batch"),
        {"last": last, "batch": BATCH},
    ).all():
        link.execute(
            sa.text("UPDATE crm_tasks SET words = :words WHERE id = :id"),
            [{"id": row.id, "words": kept_words(f"{row.title} {row.description}")} for row in rows],
        )
        last = rows[-1].id


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
