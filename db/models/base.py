"""What tables have in common: names of constraints, keys of a tenant's table, times."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Moment = DateTime(timezone=True)


def identity() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def tenant() -> list[SchemaItem]:
    """The id and the workspace, unique together so that composite foreign keys can point here."""
    return [
        identity(),
        Column("workspace_id", BigInteger, ForeignKey("workspaces.id"), nullable=False),
        UniqueConstraint("workspace_id", "id"),
    ]


def times() -> list[SchemaItem]:
    """`updated_at` is kept by a trigger."""
    return [
        Column("created_at", Moment, nullable=False, server_default=func.now()),
        Column("updated_at", Moment, nullable=False, server_default=func.now()),
    ]


def within(column: str, table: str, *, required: bool = False, cascade: bool = False) -> list[SchemaItem]:
    """A reference to a row of the same workspace; an optional one is emptied when the row goes."""
    gone = "CASCADE" if cascade else None if required else f"SET NULL ({column})"
    return [
        Column(column, BigInteger, nullable=not required),
        ForeignKeyConstraint(
            ["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"], ondelete=gone
        ),
    ]


def word(name: str, allowed: Sequence[str], default: str | None = None) -> list[SchemaItem]:
    """A text with CHECK: enum comparison is not leakproof under row-level security."""
    listed = ", ".join(f"'{value}'" for value in allowed)
    return [
        Column(name, Text, nullable=False, server_default=default),
        CheckConstraint(f"{name} IN ({listed})", name=name),
    ]
