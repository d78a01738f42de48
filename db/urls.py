"""Database URLs: what a managed host gives, as SQLAlchemy and asyncpg take it."""

import ssl
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_POOLER_PORTS = {6432, 6543}  # PgBouncer's own, and Supabase's transaction mode
EXAMPLE = "postgresql://owner:word@host:5432/name"  # pragma: allowlist secret - an example
_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


@dataclass(frozen=True, slots=True)
class Connection:
    """A URL and the connect arguments of asyncpg; `pooled` means a transaction-mode pooler may be in between."""

    url: URL
    arguments: dict[str, Any]
    pooled: bool


def connection(raw: str) -> Connection:
    """Read a URL as libpq would, sslmode included. Raises ValueError with one line that holds no secret."""
    try:
        url = make_url(raw.strip())
    except (ArgumentError, ValueError):
        raise ValueError(f"not a database URL; an example: {EXAMPLE}") from None
    if url.drivername.split("+")[0] not in ("postgres", "postgresql"):
        raise ValueError(f"only PostgreSQL will do; an example: {EXAMPLE}")
    if not url.host or not url.database:
        raise ValueError(f"the host or the database's name is missing; an example: {EXAMPLE}")
    query = dict(url.query)
    mode = str(query.get("sslmode", "prefer"))
    if mode not in _MODES:
        raise ValueError(f"sslmode={mode} is unknown; one of {', '.join(_MODES)}")
    pooled = url.port in _POOLER_PORTS or query.get("pgbouncer") == "true"
    arguments: dict[str, Any] = {"timeout": 10, "ssl": _ssl(mode, str(query.get("sslrootcert", "")) or None)}
    if pooled:
        arguments |= {
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"s{uuid4().hex}",
        }
    return Connection(url.set(drivername="postgresql+asyncpg", query={}), arguments, pooled)


def _ssl(mode: str, root: str | None) -> ssl.SSLContext | str | bool:
    """libpq's meaning: `require` encrypts without looking at the certificate, unless a root is given."""
    if mode in ("disable", "allow"):
        return False
    if mode == "prefer":
        return "prefer"
    try:
        context = ssl.create_default_context(cafile=None if root == "system" else root)
    except OSError:  # SSLError is one
        raise ValueError("sslrootcert: the file of certificates can't be read") from None
    if mode == "require" and root is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif mode != "verify-full":
        context.check_hostname = False
    return context
