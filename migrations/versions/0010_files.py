"""Files: what was taken in from tables, and the secret addresses of calendars."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0010"
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        *tenant("imports"),
        *within("imports", "member_id", "members"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        *within("imports", "source_chat_id", "chats"),
        sa.Column("source_message_id", sa.BigInteger(), nullable=False),
        *times(),
        sa.CheckConstraint("kind IN ('contacts', 'tasks', 'calls')", name=op.f("ck_imports_kind")),
        sa.UniqueConstraint(
            "workspace_id", "source_chat_id", "source_message_id",
            name=op.f("uq_imports_workspace_id_source_chat_id_source_message_id"),
        ),
    )
    op.create_table(
        "calendar_feeds",
        *tenant("calendar_feeds"),
        *within("calendar_feeds", "member_id", "members", required=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        *times(),
        sa.UniqueConstraint(
            "workspace_id", "member_id", name=op.f("uq_calendar_feeds_workspace_id_member_id")
        ),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feeds_secret_hash")),
    )
    op.add_column("activity_logs", sa.Column("import_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_activity_logs_workspace_id_import_id"), "activity_logs", "imports",
        ["workspace_id", "import_id"], ["workspace_id", "id"], ondelete="SET NULL (import_id)",
    )
    op.create_index(
        "ix_activity_logs_import_id", "activity_logs", ["workspace_id", "import_id"],
        postgresql_where="import_id IS NOT NULL",
    )
    run_script((SQL / "0010_files.sql").read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION next_task_numbers(integer)")
    op.execute("DROP TRIGGER end_feed ON members")
    op.execute("DROP FUNCTION end_feed()")
    op.execute("DROP FUNCTION open_feed(bytea)")
    op.drop_index("ix_activity_logs_import_id", "activity_logs")
    op.drop_constraint(op.f("fk_activity_logs_workspace_id_import_id"), "activity_logs")
    op.drop_column("activity_logs", "import_id")
    op.drop_table("calendar_feeds")
    op.drop_table("imports")


def tenant(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    ]


def within(table: str, column: str, target: str, *, required: bool = False) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, sa.BigInteger(), nullable=not required),
        sa.ForeignKeyConstraint(
            ["workspace_id", column], [f"{target}.workspace_id", f"{target}.id"],
            name=op.f(f"fk_{table}_workspace_id_{column}"),
            ondelete="CASCADE" if required else f"SET NULL ({column})",
        ),
    ]


def times() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    ]


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
