"""The application's role: made from the owner's, owning nothing, unable to step around row-level security."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from asyncpg.exceptions import InsufficientPrivilegeError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.urls import Connection

ITERATIONS = 4096  # PostgreSQL's own default (scram_iterations)
OPEN_TABLES = ("handled_updates", "dialogs")  # the two a role may use without `enter` (DESIGN §2.4)
# What a frozen process leaves open holds locks that others wait for. The role's, since a pooler keeps no session's.
LIMITS = {"idle_in_transaction_session_timeout": "10s", "statement_timeout": "60s"}
APPEND_ONLY = ("activity_logs",)
DOORS_ONLY = {
    "people": ("is_operator", "telegram_user_id")
}  # columns nobody changes, not even in one's own row


class RoleError(Exception):
    """The application's role can't be had; one line for the operator."""


def application_role(owner: Connection) -> str:
    """One role for each database, since roles are the whole server's."""
    return "switchboard_app_" + hashlib.sha256(str(owner.url.database).encode()).hexdigest()[:12]


def application_password(owner: Connection) -> str:
    """Derived from the owner's secret, so that replicas agree and nothing is stored."""
    secret = str(owner.url.password or "").encode()
    return hmac.new(
        secret, f"switchboard application role {owner.url.database}".encode(), "sha256"
    ).hexdigest()


def application_connection(owner: Connection) -> Connection:
    name = application_role(owner)
    if (owner.url.username or "").count(".") == 1:  # Supabase's pooler finds the project by "role.project"
        name += "." + str(owner.url.username).split(".")[1]
    url = owner.url.set(username=name, password=application_password(owner))
    return Connection(url, owner.arguments, owner.pooled)


async def ensure_application_role(connection: AsyncConnection, owner: Connection) -> str:
    """Make the role or renew its password, within the caller's transaction and lock; its name.

    The password travels as a SCRAM verifier (RFC 5803), so that no server log ever holds it. Raises RoleError
    for an owner that may not make roles.
    """
    role = application_role(owner)
    verifier = scram_verifier(application_password(owner), salt=hashlib.sha256(role.encode()).digest()[:16])
    there = await connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    verb = "ALTER" if there else "CREATE"
    try:
        await connection.exec_driver_sql(
            f"{verb} ROLE {role} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE PASSWORD '{verifier}'"
        )
    except DBAPIError as fault:
        if not isinstance(fault.orig.__cause__ if fault.orig else None, InsufficientPrivilegeError):
            raise
        raise RoleError(
            f"DATABASE_URL: {owner.url.username} may not make roles, so make one by hand, name it in DATABASE_URL"
            " and give the owner's address in DATABASE_OWNER_URL"
        ) from None
    for name, limit in LIMITS.items():
        await connection.exec_driver_sql(f"ALTER ROLE {role} SET {name} = '{limit}'")
    return role


async def limit_itself(connection: AsyncConnection) -> list[str]:
    """Have a role made by hand carry the limits too, where it has none: each role may set its own defaults, which new
    sessions start with, behind a pooler as well. The names of those that it could not set."""
    refused = []
    for name, limit in LIMITS.items():
        if await connection.scalar(text("SELECT current_setting(:name)"), {"name": name}) != "0":
            continue
        try:
            async with connection.begin_nested():
                await connection.exec_driver_sql(f"ALTER ROLE CURRENT_USER SET {name} = '{limit}'")
        except DBAPIError:
            refused.append(name)
    return refused


def quoted(name: str) -> str:
    """A role's name as SQL takes it, for names chosen by people."""
    return '"' + name.replace('"', '""') + '"'


def scram_verifier(password: str, *, salt: bytes) -> str:
    """SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey, as pg_authid keeps it."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    client, server = (hmac.new(salted, name, "sha256").digest() for name in (b"Client Key", b"Server Key"))
    stored = base64.b64encode(hashlib.sha256(client).digest()).decode()
    return f"SCRAM-SHA-256${ITERATIONS}:{base64.b64encode(salt).decode()}${stored}:{base64.b64encode(server).decode()}"


async def grant(connection: AsyncConnection, role: str, doors: Sequence[str]) -> None:
    """Give the role what it needs and nothing else; run at each start, so that a new table is never forgotten."""
    await connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
    await connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {role}")
    await connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    guarded = await connection.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r' AND relrowsecurity"
        )
    )
    for table in (*guarded, *OPEN_TABLES):
        rights = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        if table in DOORS_ONLY:
            open_columns = await connection.scalars(
                text(
                    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:table) AND attnum > 0"
                    " AND NOT attisdropped AND attname <> ALL (:shut)"
                ),
                {"table": table, "shut": list(DOORS_ONLY[table])},
            )
            rights = f"SELECT, INSERT, UPDATE ({', '.join(open_columns)}), DELETE"
        await connection.exec_driver_sql(f"GRANT {rights} ON {table} TO {role}")
    for door in doors:
        await connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC")
        await connection.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {door} TO {role}")


async def application_role_faults(connection: AsyncConnection) -> list[str]:
    """Why the start must refuse the role this connection runs as; empty when it is sound."""
    checks = {
        "is a superuser": "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
        "bypasses row-level security": "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user",
        "owns tables": "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND relowner = current_user::regrole)",
        "belongs to the owner of the tables": "SELECT EXISTS (SELECT FROM pg_class WHERE"
        " relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND relowner <> current_user::regrole AND pg_has_role(current_user, relowner, 'MEMBER'))",
        "may create in the schema": "SELECT has_schema_privilege(current_user, 'public', 'CREATE')",
        "meets a table without row-level security": "SELECT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c"
        " ON c.oid = a.attrelid WHERE a.attname = 'workspace_id' AND NOT a.attisdropped AND c.relkind = 'r'"
        " AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity)",
    }
    return [fault for fault, query in checks.items() if await connection.scalar(text(query))]
