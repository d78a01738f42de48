"""Transactions, and the faults in them said in our words."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.errors import N_, CrmError, NotAllowed, NotFound, NotInvited, Outdated, Removed, StorageAway
from db.touches import noted_on, tell

# SQLSTATE, or how it begins: connection lost, shut down, out of resources, took too long, was silent too long, not let
# in (a password that was changed), and a server that only reads, as a standby does until it takes over
_AWAY = ("08", "57P", "53", "57014", "25P03", "28", "25006")
# Seconds for one transaction, from the wait for a connection to the commit. None holds a call to Telegram or a model,
# so one that takes longer has met a server that hangs; after a cancel in between, the connection is thrown away.
PATIENCE = 6.0
OUTDATED = N_("Your place in this team changed just now. Send that again, please.")
_ENTER = text("SELECT enter(:workspace, :member, :chat), current_setting('app.role', true) AS role")
_RULES: dict[str, CrmError] = {
    "SB001": Removed(N_("You are no longer in this team. Send /start to go on in your own.")),
    "SB002": NotInvited(N_("This bot is by invitation. Ask the person who runs it for a link.")),
    # a policy
    "42501": NotAllowed(N_("That is not yours to change. Ask an owner or a manager of the team.")),
    "SB003": NotFound(N_("This link no longer works. Ask for a new one.")),
    "SB004": NotAllowed(N_("Those were too many links that don't work. Try again in an hour.")),
    "SB031": NotFound(N_("This link has expired. Ask for a new one.")),
    "SB032": NotFound(N_("This link was used as often as it may be. Ask for a new one.")),
    "SB033": NotFound(N_("This link was taken back. Ask for a new one.")),
    "SB034": NotFound(
        N_("This link worked once and no longer works. Ask whoever runs the bot for one of your own.")
    ),
    "SB035": NotFound(N_("You left this team after the link was made. Ask for a new one.")),
    "SB036": NotAllowed(N_("This account is in the team already. Open the link with the new account.")),
    "SB037": NotAllowed(N_("You can't do this in this team.")),
}


@asynccontextmanager
async def plain_transaction(
    engine: AsyncEngine, *, patience: float = PATIENCE
) -> AsyncIterator[AsyncConnection]:
    """A transaction that has entered no workspace: for doors and the two open tables. Raises StorageAway.

    What it touched is told once it has ended, however that was: the reply to a commit may have been lost.
    """
    touched: frozenset[str] = frozenset()
    try:
        with said_in_our_words():
            async with asyncio.timeout(patience), engine.begin() as link:
                noted = noted_on(link)
                try:
                    yield link
                except DBAPIError as fault:
                    # else the pool would go on with a server that is no longer the first
                    if _state(fault) == "25006":
                        await link.invalidate()
                    raise
                finally:
                    touched = frozenset(noted)
    finally:
        await tell(engine, touched)


def by_statement(engine: AsyncEngine) -> AsyncEngine:
    """The same pool, for transactions of one statement: that is one by itself, and needs no trips to begin and commit.

    Behind a pooler it does, as the trip that prepares a statement and the one that runs it might come to two servers.
    """
    is_pooled = engine.sync_engine.get_execution_options().get("pooled")
    return engine if is_pooled else engine.execution_options(isolation_level="AUTOCOMMIT")


@asynccontextmanager
async def entered(
    engine: AsyncEngine,
    workspace_id: int,
    member_id: int,
    chat_id: int | None,
    *,
    patience: float | None = None,
    reads_along: bool = False,
    role: str | None = None,
) -> AsyncIterator[AsyncConnection]:
    """A transaction as that member, who speaks in that chat (ours, in `chats`); `reads_along` narrows their sight to
    what arose there. Raises Removed.

    With `role`, raises Outdated unless they are there in that role still.
    """
    async with plain_transaction(engine, patience=patience or PATIENCE) as link:
        place = {"workspace": workspace_id, "member": member_id, "chat": chat_id}
        try:
            seat = (await link.execute(_ENTER, place)).one()
        except DBAPIError as fault:
            if role is not None and _state(fault) == "SB001":
                raise Outdated(OUTDATED) from None
            raise
        if role is not None and seat.role != role:
            raise Outdated(OUTDATED)
        if reads_along:
            await link.execute(text("SELECT set_config('app.sees', 'chat', true)"))
        yield link


@contextmanager
def said_in_our_words() -> Iterator[None]:
    """Faults of the connection as StorageAway, the doors' own states as rule errors, all else as it is."""
    try:
        yield
    except DBAPIError as fault:
        state = _state(fault)
        if state in _RULES:
            rule = _RULES[state]
            raise type(rule)(rule.text) from None
        if fault.connection_invalidated or isinstance(fault, InterfaceError) or state.startswith(_AWAY):
            raise StorageAway(f"PostgreSQL is away ({state or type(fault.orig).__name__})") from fault
        raise
    except (
        OSError,
        TimeoutError,
        PoolTimeout,
        asyncpg.InterfaceError,
        asyncpg.PostgresConnectionError,
    ) as fault:
        raise StorageAway(f"PostgreSQL is away ({type(fault).__name__})") from fault
    except asyncpg.PostgresError as fault:
        if str(fault.sqlstate).startswith(_AWAY):
            raise StorageAway(f"PostgreSQL is away ({fault.sqlstate})") from fault
        raise


def _state(fault: DBAPIError) -> str:
    return str(getattr(fault.orig, "sqlstate", "") or getattr(fault.orig, "pgcode", "") or "")
