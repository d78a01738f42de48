"""Migrations: bring a database to this code's schema, and the application's role with it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from db.indexes import build_missing, declared
from db.roles import RoleError, application_connection, ensure_application_role, grant, quoted
from db.urls import Connection, connection

LOCK = 7740  # any number, the same in every replica
WAIT = 5.0  # seconds for a lock: whoever asks for the table after us queues behind us all that time
_LOCK_NOT_AVAILABLE = "55P03"
_FOLDER = Path(__file__).parent.parent / "migrations"


class MigrationError(Exception):
    """The database can't be brought to this schema; one line for the operator."""


async def upgrade(
    owner_url: str,
    *,
    say: Callable[[str], None],
    application_url: str | None = None,
    keep: Callable[[str], Awaitable[None]] | None = None,
    wait: float = WAIT,
) -> Connection:
    """Migrate under an advisory lock held by one transaction; the connection of the application's role.

    Everything happens in that transaction or nothing does, but for indexes of big tables, which are built after it
    while the old ones' users go on (db.indexes). `application_url` names a role made by hand, for
    owners that may not create roles; `keep` is told the revision of a database that is about to be changed.
    Raises MigrationError for a schema newer than this code, and when somebody holds what it needs for `wait` seconds.
    """
    owner = connection(owner_url)
    engine = create_async_engine(owner.url, connect_args=owner.arguments, poolclass=NullPool)
    try:
        async with engine.begin() as link:
            await link.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            there, steps = await link.run_sync(_missing_steps)
            if steps and there is not None and keep is not None:
                await keep(there)
            if steps:
                await link.execute(text(f"SET LOCAL lock_timeout = {round(wait * 1000)}"))
                say(f"migrations: applying {len(steps)} ({steps[-1]})")
                await link.run_sync(migrate_to, "head")
            if application_url is not None:
                application = connection(application_url)
                role = quoted(str(application.url.username))
                # grant() would take the owner's own rights
                if application.url.username == owner.url.username:
                    raise MigrationError(
                        "DATABASE_URL: the application's role is the owner of DATABASE_OWNER_URL itself; it must not"
                    )
            else:
                role = await ensure_application_role(link, owner)
                application = application_connection(owner)
            await grant(link, role, await doors(link))
        await build_missing(engine, declared(_modules()), say=say)
    except RoleError as fault:
        raise MigrationError(str(fault)) from None
    except DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise MigrationError(
            f"DATABASE_URL: a table was in use for {wait:g} s, so nothing was migrated; try again in a quiet minute"
        ) from None
    finally:
        await engine.dispose()
    return application


def migrate_to(link: SyncConnection, revision: str) -> None:
    """Up or down to a revision, within the connection's transaction; `base` is an empty database."""
    config = _config(link)
    there = MigrationContext.configure(link).get_current_revision()
    order = revisions()
    target = -1 if revision == "base" else len(order) - 1 if revision == "head" else order.index(revision)
    if there is not None and target < order.index(there):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def revisions() -> list[str]:
    """Of this code's schema, oldest first."""
    return [script.revision for script in _scripts()]


def _scripts() -> list[Script]:
    return list(ScriptDirectory.from_config(_config()).walk_revisions())[::-1]


def _modules() -> list[ModuleType]:
    return [script.module for script in _scripts()]


async def doors(link: AsyncConnection) -> list[str]:
    """Signatures of all SECURITY DEFINER functions of the schema."""
    found = await link.scalars(
        text(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        )
    )
    return sorted(found)


def _missing_steps(link: SyncConnection) -> tuple[str | None, list[str]]:
    """The database's revision, and those it lacks, oldest first. Raises MigrationError when it knows one that we
    don't."""
    order = revisions()
    there = MigrationContext.configure(link).get_current_revision()
    if there is None:
        return None, order
    if there not in order:
        raise MigrationError(
            f"DATABASE_URL: the database is of a newer version ({there}) than this program; start the newer one"
        )
    return there, order[order.index(there) + 1 :]


def _config(link: SyncConnection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = link
    return config
