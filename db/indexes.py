"""Indexes of big tables: built beside the people who use them, after the migrations' one transaction.

A revision names such indexes in `CONCURRENTLY`, a mapping of the index's name to its statement. CREATE INDEX
CONCURRENTLY runs in no transaction and, cut off in the middle, leaves an invalid index behind; so what is missing or
invalid is built at the next start.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

LOCK = 7741  # beside db.migrate.LOCK: one replica builds, the others wait
PAUSE = 0.5  # seconds between looks at what another replica is building
_STATEMENT = re.compile(r"CREATE (UNIQUE )?INDEX CONCURRENTLY (?P<name>[a-z][a-z0-9_]*) ON ")


class BadIndex(Exception):
    """A revision names an index that can't be built like this; for the developer."""


def declared(revisions: Sequence[ModuleType]) -> dict[str, str]:
    """The indexes the revisions name, oldest first. Raises BadIndex for a statement that builds something else."""
    found = dict[str, str]()
    for revision in revisions:
        named: Mapping[str, str] = getattr(revision, "CONCURRENTLY", {})
        for name, statement in named.items():
            match = _STATEMENT.match(statement)
            if match is None or match["name"] != name:
                raise BadIndex(f"{name}: write CREATE INDEX CONCURRENTLY {name} ON ...")
            found[name] = statement
    return found


async def build_missing(
    engine: AsyncEngine, indexes: Mapping[str, str], *, say: Callable[[str], None]
) -> list[str]:
    """Build what is missing or was left invalid; the names of what was built.

    `engine` is the owner's. Another process that builds is waited for. Writers go on meanwhile; the build waits for
    transactions older than itself.
    """
    built = list[str]()
    while indexes and await _missing(engine, indexes):
        async with engine.begin() as turn:
            # tried and not waited for: a build waits for every older statement, one that waits for its lock included
            ours = await turn.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK})
            # ends the reading above, whose snapshot the build would wait for; and this may stay idle while it lasts
            await turn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            if ours:
                built += await _build(engine, indexes, say)
        if not ours:
            await asyncio.sleep(PAUSE)
    return built


async def _build(engine: AsyncEngine, indexes: Mapping[str, str], say: Callable[[str], None]) -> list[str]:
    missing = await _missing(engine, indexes)
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    for name, stands_in_the_way in missing.items():
        say(f"migrations: building the index {name}; the bot's people are not held up")
        async with alone.connect() as link:
            if stands_in_the_way:
                await link.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS public.{name}"))
            await link.execute(text(indexes[name]))
    return list(missing)


async def _missing(engine: AsyncEngine, indexes: Mapping[str, str]) -> dict[str, bool]:
    """Names to build, in their order, and whether an invalid one stands in the way."""
    async with engine.connect() as link:
        valid = await _validity(link, list(indexes))
    return {name: name in valid for name in indexes if not valid.get(name, False)}


async def _validity(link: AsyncConnection, names: list[str]) -> dict[str, bool]:
    found = await link.execute(
        text(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:names)"
        ),
        {"names": names},
    )
    return {row.relname: row.indisvalid for row in found}
