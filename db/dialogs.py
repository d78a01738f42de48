"""Dialogs, as rows: what the bot waits for survives a restart."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.dialogs import LIFETIME, Dialog, DialogKey
from db.models.updates import dialogs
from db.transactions import by_statement, plain_transaction


class SqlDialogs:
    """See crm.dialogs.DialogStore."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._at_once = by_statement(engine)

    async def get(self, key: DialogKey, now: datetime) -> Dialog:
        async with plain_transaction(self._at_once) as link:
            found = await link.execute(_GET, {**asdict(key), "thread_id": key.thread_id or 0, "now": now})
            row = found.one_or_none()
        return Dialog() if row is None else Dialog(row.state, row.data)

    async def put(self, key: DialogKey, dialog: Dialog, now: datetime) -> None:
        values = {"state": dialog.state, "data": dict(dialog.data), "expires_at": now + LIFETIME}
        async with plain_transaction(self._engine) as link:
            if dialog == Dialog():
                await link.execute(delete(dialogs).where(at_key(key)))
                return
            await link.execute(
                insert(dialogs)
                .values(
                    bot_id=key.bot_id,
                    chat_id=key.chat_id,
                    thread_id=key.thread_id or 0,
                    user_id=key.user_id,
                    **values,
                )
                .on_conflict_do_update(constraint=dialogs.primary_key, set_=values)
            )


_GET = select(dialogs.c.state, dialogs.c.data).where(
    dialogs.c.bot_id == bindparam("bot_id"),
    dialogs.c.chat_id == bindparam("chat_id"),
    dialogs.c.thread_id == bindparam("thread_id"),
    dialogs.c.user_id == bindparam("user_id"),
    dialogs.c.expires_at > bindparam("now"),
)  # made once, as every update asks


def at_key(key: DialogKey) -> ColumnElement[bool]:
    return (
        (dialogs.c.bot_id == key.bot_id)
        & (dialogs.c.chat_id == key.chat_id)
        & (dialogs.c.thread_id == (key.thread_id or 0))
        & (dialogs.c.user_id == key.user_id)
    )
