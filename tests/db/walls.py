"""Walls: who stands before them, and whether they may look, add, change or remove."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from db.models import metadata
from tests.rows import Scene, values


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody at the wall of Boris's row. `name` None enters no team; `place` is where a guest speaks."""

    letter: str
    name: str | None
    sight: str = "everyone"
    place: str = "chat"


EVERYBODY = (
    Who("n", None),  # no team
    Who("t", "stranger"),  # the owner of another team
    Who("o", "anna", sight="own"),  # another member, where members see their own
    Who("b", "boris", sight="own"),  # Boris himself, there
    Who("g", "guest", place="other_chat"),  # a guest of another chat
    Who("h", "guest"),  # a guest of this chat
    Who("m", "anna"),  # a member
    Who("M", "manager"),
    Who("O", "owner"),
)


@asynccontextmanager
async def entered(application: asyncpg.Connection, scene: Scene, who: Who) -> AsyncIterator[None]:
    transaction = application.transaction()
    await transaction.start()
    try:
        if who.name is not None:
            team = scene.other_team if who.name == "stranger" else scene.team
            chat = getattr(scene, who.place)
            await application.execute("SELECT enter($1, $2, $3)", team, scene.members[who.name], chat)
        yield
    finally:
        await transaction.rollback()


async def may_look(application: asyncpg.Connection, scene: Scene, name: str) -> bool:
    found = await application.fetch(f"SELECT 1 FROM {name} WHERE {at(scene, name)}")  # noqa: S608 - names of ours
    return bool(found)


async def may_add(application: asyncpg.Connection, scene: Scene, name: str, who: Who) -> bool:
    table = metadata.tables[name]
    # somebody of another team, or of none, tries in Boris's name
    whose = who.name if who.name in scene.members and who.name != "stranger" else "boris"
    row = values(table, scene, whose or "boris")
    marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    point = application.transaction()
    await point.start()
    try:
        await application.execute(
            f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - names of ours
            *row.values(),
        )
    except asyncpg.InsufficientPrivilegeError:
        return False
    except asyncpg.UniqueViolationError:  # past the walls, against a row that is there
        return True
    finally:
        await point.rollback()
    return True


async def may_change(application: asyncpg.Connection, scene: Scene, name: str) -> bool:
    column = ordinary(name)
    return bool(await tried(application, f"UPDATE {name} SET {column} = {column} WHERE {at(scene, name)}"))  # noqa: S608


async def may_remove(application: asyncpg.Connection, scene: Scene, name: str) -> bool:
    return bool(await tried(application, f"DELETE FROM {name} WHERE {at(scene, name)}"))  # noqa: S608


def ordinary(name: str) -> str:
    """A column that any change of a row may touch, and that no key holds."""
    return next(
        one for one in ("created_at", "bot_id", "since", "last_at") if one in metadata.tables[name].columns
    )


def at(scene: Scene, name: str) -> str:
    return " AND ".join(f"{column} = '{value}'" for column, value in scene.rows[name].items())


async def tried(application: asyncpg.Connection, statement: str) -> int | None:
    """How many rows it reached, taken back at once; None when it was refused."""
    point = application.transaction()
    await point.start()
    try:
        done = await application.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return None
    except asyncpg.ForeignKeyViolationError:  # past the walls, against the rows that point to it
        return 1
    except (asyncpg.NotNullViolationError, asyncpg.UniqueViolationError, asyncpg.GeneratedAlwaysError):
        return None  # a table where the bare change makes no sense
    finally:
        await point.rollback()
    return int(done.split()[-1])
