"""Which database: the embedded server's or DATABASE_URL's, migrated, with the application's role proven."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from bot.backups import back_up_into
from bot.settings import Settings
from db.backups import BackupError
from db.migrate import MigrationError, upgrade
from db.roles import LIMITS, application_role_faults, limit_itself, quoted
from db.server import Server, ServerError, ServerHeld, owner_url_of, start_server
from db.storage import create_engine
from db.urls import Connection, connection

Say = Callable[[str], None]


class DatabaseError(Exception):
    """One line for the operator."""


@dataclass(slots=True)
class Database:
    """`owner_url` and, for a role made by hand, `application_url`; `server` is the embedded one, if any, whose rows
    are copied into `backups` by the bot itself."""

    owner_url: str
    application_url: str | None
    server: Server | None
    backups: Path | None = None

    def close(self) -> None:
        if self.server is not None:
            self.server.stop()


def open_database(settings: Settings, *, say: Say, beside: bool = False) -> Database:
    """Call it from the main thread, before the event loop (db.server). Raises DatabaseError.

    `beside` lets a command of one moment use the server of a bot that is running.
    """
    if settings.database_url is not None:
        given = settings.database_url.get_secret_value()
        owner = settings.database_owner_url
        owner_url = owner.get_secret_value() if owner is not None else given
        try:
            connection(owner_url)
        except ValueError as wrong:
            raise DatabaseError(f"DATABASE_URL: {wrong}") from None
        return Database(owner_url, given if owner is not None else None, None)
    # the playground's rows and a real bot's never meet
    name = "switchboard_playground" if settings.with_playground else "switchboard"
    say("database: starting")
    try:
        server = start_server(settings.data_dir, say=say)
    except ServerHeld as held:
        if not beside:
            raise DatabaseError(str(held)) from None
        return Database(_beside(settings, name), None, None)
    except ServerError as fault:
        raise DatabaseError(str(fault)) from None
    return Database(server.owner_url(name), None, server, settings.data_dir / "backups" / name)


def _beside(settings: Settings, name: str) -> str:
    try:
        return owner_url_of(settings.data_dir, name)
    except ServerError as fault:
        raise DatabaseError(str(fault)) from None


async def prepare_database(database: Database, *, say: Say) -> Connection:
    """Make the database if it is ours to make, migrate it, prove the role. Raises DatabaseError."""
    try:
        if database.server is not None:
            await make_database(database)
        application = await upgrade(
            database.owner_url,
            say=say,
            application_url=database.application_url,
            keep=_keeping(database, say),
        )
        say("database: ready")
        faults = await role_faults(application)
        if database.application_url is not None and not faults:
            await _limit(application, say)
    except (MigrationError, BackupError) as fault:
        raise DatabaseError(str(fault)) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        raise DatabaseError(f"DATABASE_URL: the server can't be used: {_first_line(fault)}") from None
    except Exception as fault:
        cause = getattr(fault, "orig", None)
        if cause is None:
            raise
        raise DatabaseError(f"DATABASE_URL: the server can't be used: {_first_line(cause)}") from None
    if faults:
        raise DatabaseError(f"DATABASE_URL: the application's role {', '.join(faults)}; it must not")
    return application


async def role_faults(application: Connection) -> list[str]:
    engine = create_engine(application, pool_size=1)
    try:
        async with engine.connect() as link:
            return await application_role_faults(link)
    finally:
        await engine.dispose()


async def _limit(application: Connection, say: Say) -> None:
    """A role made by hand gets its limits by itself; what its server refuses is said with what to do."""
    engine = create_engine(application, pool_size=1)
    try:
        async with engine.begin() as link:
            refused = await limit_itself(link)
    finally:
        await engine.dispose()
    for name in refused:
        role = quoted(str(application.url.username))
        say(
            "DATABASE_URL: a frozen process would keep its locks; as a superuser:"
            f" ALTER ROLE {role} SET {name} = '{LIMITS[name]}'"
        )


def _keeping(database: Database, say: Say) -> Callable[[str], Awaitable[None]] | None:
    """A copy of an embedded database before its schema changes; a server of one's own has backups of its own."""
    folder = database.backups
    if folder is None:
        return None

    async def keep(revision: str) -> None:
        file = await back_up_into(folder, database.owner_url, f"before-{revision}")
        say(f"backup: {file}")

    return keep


async def make_database(database: Database) -> None:
    """Make the embedded server's database, unless it is there."""
    url = make_url(database.owner_url)
    link = await asyncpg.connect(url.set(database="postgres").render_as_string(hide_password=False))
    try:
        if not await link.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", url.database):
            await link.execute(f'CREATE DATABASE "{url.database}"')
    finally:
        await link.close()


def _first_line(fault: BaseException) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0]
