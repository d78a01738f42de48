"""Revisions: what those from 0015 on are made of. The older ones, which have been applied, carry their own."""

import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

_SQL = Path(__file__).parent.parent / "migrations" / "sql"


def run_file(name: str) -> None:
    """A file of migrations/sql, whole."""
    run_script((_SQL / name).read_text(encoding="utf-8"))


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver: Any = op.get_bind().connection.driver_connection
    await_only(driver.execute(script))


def earlier(name: str, function: str) -> str:
    """A function as an older file of migrations/sql made it, to be put back in place of a newer one.

    Raises LookupError."""
    made = re.search(
        rf"CREATE (?:OR REPLACE )?FUNCTION ({function}\(.*?\$\$;\n)", (_SQL / name).read_text(), re.DOTALL
    )
    if made is None:
        raise LookupError(f"{name} makes no {function}")
    return f"CREATE OR REPLACE FUNCTION {made[1]}"


def tenant(table: str) -> list[sa.schema.SchemaItem]:
    """What each table of a team begins with."""
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f(f"uq_{table}_workspace_id_id")),
    ]


def within(
    table: str, column: str, target: str, *, required: bool = False, cascade: bool = False
) -> list[sa.schema.SchemaItem]:
    """A column that names a row of the same team's. An optional one is emptied when that row goes, unless it
    cascades."""
    return [
        sa.Column(column, sa.BigInteger(), nullable=not required),
        sa.ForeignKeyConstraint(
            ["workspace_id", column],
            [f"{target}.workspace_id", f"{target}.id"],
            name=op.f(f"fk_{table}_workspace_id_{column}"),
            ondelete="CASCADE" if cascade else None if required else f"SET NULL ({column})",
        ),
    ]


def times() -> list[sa.schema.SchemaItem]:
    """Of a table whose rows change."""
    return [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    ]
