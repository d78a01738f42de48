"""Rows for every table, made from the schema itself, so that a new table gets one without being asked for."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

import asyncpg
from sqlalchemy import CheckConstraint, Column, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Boolean, Date, DateTime, Integer, Interval, SmallInteger, Time

from db.models import metadata

_numbers = count(1000)
# columns that say whose a row is
WHOSE = ("member_id", "created_by", "assignee_id", "owner_id", "recipient_id", "actor_member_id")


@dataclass(slots=True)
class Scene:
    """Two teams. In the first: an owner, a manager, Anna, Boris and a guest, two groups, and a row of Boris's in
    every table, which arose in the first group. In the second: an owner. Ids are of `members`; `rows` are keys."""

    team: int = 0
    other_team: int = 0
    people: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    chat: int = 0
    other_chat: int = 0
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)


async def make_scene(link: asyncpg.Connection) -> Scene:
    """`link` is the owner's."""
    scene = Scene()
    scene.team, scene.other_team = [
        await link.fetchval("INSERT INTO workspaces (name) VALUES ($1) RETURNING id", name)
        for name in ("A", "B")
    ]
    roles = {"owner": "owner", "manager": "manager", "anna": "member", "boris": "member", "guest": "guest"}
    for name in (*roles, "stranger", "spare"):
        scene.people[name] = await link.fetchval(
            "INSERT INTO people (telegram_user_id, display_name) VALUES ($1, $2) RETURNING id",
            next(_numbers),
            name.title(),
        )
    places = [(scene.team, name, role) for name, role in roles.items()]
    for team, name, role in [*places, (scene.other_team, "stranger", "owner")]:
        scene.members[name] = await link.fetchval(
            "INSERT INTO members (workspace_id, person_id, role) VALUES ($1, $2, $3) RETURNING id",
            team, scene.people[name], role,
        )  # fmt: skip
    scene.chat, scene.other_chat = [
        await link.fetchval(
            "INSERT INTO chats (workspace_id, telegram_chat_id, kind) VALUES ($1, $2, 'group') RETURNING id",
            scene.team, -next(_numbers),
        )
        for _ in range(2)
    ]  # fmt: skip
    scene.rows |= {
        "workspaces": {"id": scene.team},
        "people": {"id": scene.people["boris"]},
        "members": {"id": scene.members["boris"]},
        "chats": {"id": scene.chat},
    }
    # history last: it points at what it tells of by no foreign key
    for table in sorted(metadata.sorted_tables, key=lambda table: table.name == "activity_logs"):
        if table.name not in scene.rows and table.name not in ("handled_updates", "dialogs"):
            scene.rows[table.name] = await insert(link, table, values(table, scene, "boris"))
    return scene


def values(table: Table, scene: Scene, whose: str) -> dict[str, Any]:
    """A row of that table of that person's own, beside Boris's things; unique where it must be."""
    row = {}
    for column in table.columns:
        if column.identity is None and column.computed is None and column.name != "undo_of":
            row[column.name] = _value(table, column, scene, whose)
    if table.name == "activity_logs":
        row |= {"actor_kind": "member", "entity": "task", "entity_id": scene.rows["crm_tasks"]["id"]}
    if table.name == "members":
        row |= {"person_id": scene.people["spare"], "role": "member"}
    if "role" in row:
        row["role"] = "member"
    return {name: value for name, value in row.items() if value is not None}


async def insert(link: asyncpg.Connection, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The primary key of the row."""
    keys = [column.name for column in table.primary_key]
    marks = ", ".join(f"${at}" for at in range(1, len(row) + 1))
    made = await link.fetchrow(
        f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({marks}) RETURNING {', '.join(keys)}",  # noqa: S608
        *row.values(),
    )
    return dict(made)


def _value(table: Table, column: Column[Any], scene: Scene, whose: str) -> Any:
    if column.name == "workspace_id":
        return scene.team
    if column.name in WHOSE:
        return scene.members[whose]
    if column.name == "person_id" or column.name.endswith("_person_id"):
        return scene.people[whose]
    targets = {
        key.column.table.name: key.column.name for key in column.foreign_keys if key.column.name == "id"
    }
    for name in targets:
        return scene.rows[name]["id"] if name in scene.rows else None
    if column.server_default is not None:
        return None
    return _word(table, column) or _plain(column)


def _word(table: Table, column: Column[Any]) -> str | None:
    """The first word its CHECK allows."""
    for check in table.constraints:
        if isinstance(check, CheckConstraint):
            found = re.match(rf"{column.name} IN \('(\w+)'", str(check.sqltext))
            if found:
                return found[1]
    return None


def _plain(column: Column[Any]) -> Any:
    """Any value of the column's type, another one each time where that can matter."""
    if column.name in ("removed_at", "deleted_at"):
        return None
    number = next(_numbers)
    soon = datetime.now(UTC) + timedelta(days=number)
    by_type: dict[type[Any], Any] = {
        DateTime: soon if getattr(column.type, "timezone", True) else soon.replace(tzinfo=None),
        Date: soon.date(),
        Time: time(9),
        Interval: timedelta(hours=1),
        Boolean: False,
        JSONB: "{}",
        SmallInteger: number % 30_000,
        Integer: number,
        LargeBinary: str(number).encode(),
    }  # BigInteger is an Integer to SQLAlchemy
    return next((value for kind, value in by_type.items() if isinstance(column.type, kind)), f"x{number}")
