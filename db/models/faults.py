"""The table of faults that operators were told of."""

from sqlalchemy import Column, Integer, Table, Text

from db.models.base import Moment, metadata

faults = Table(  # reached by doors only; a summary names types and places, never what a person wrote
    "faults",
    metadata,
    Column("summary", Text, primary_key=True),
    Column("reference", Text, nullable=False),  # of the last one
    Column("last_at", Moment, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("told_times", Integer, nullable=False),
    Column("since_told", Integer, nullable=False, server_default="0"),
)
